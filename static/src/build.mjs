// Builds what a browser gets: `npm ci && npm run build`. The results are committed, so nobody else needs Node.
// `node static/src/build.mjs DIRECTORY` writes them elsewhere; the test that compares does so.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import rtlcss from "rtlcss";
import * as sass from "sass";

const sources = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(sources, ".."));
const govuk = createRequire(import.meta.url).resolve("govuk-frontend/package.json");
const modules = dirname(dirname(govuk));

await mkdir(join(output, "plotly"), { recursive: true });
for (const name of ["patient", "staff"]) {
  const { css } = sass.compile(join(sources, `${name}.scss`), {
    loadPaths: [modules],
    quietDeps: true,
    style: "compressed",
  });
  await writeFile(join(output, `${name}.css`), `${css}\n`);
  await writeFile(join(output, `${name}.rtl.css`), `${rtlcss.process(css)}\n`);
}
await copyFile(
  join(modules, "plotly.js-cartesian-dist-min", "plotly-cartesian.min.js"),
  join(output, "plotly", "plotly-cartesian.min.js"),
);
