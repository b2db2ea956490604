// Builds what a browser gets: `npm ci && npm run build`. The results are committed, so nobody else needs Node.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import rtlcss from "rtlcss";
import * as sass from "sass";

const sources = dirname(fileURLToPath(import.meta.url));
const output = join(sources, "..", "built");
const govuk = createRequire(import.meta.url).resolve("govuk-frontend/package.json");
const modules = dirname(dirname(govuk));

const manifest = {};

// The digest in the name is what lets a browser keep a file for good: other content is another name.
async function put(name, content) {
  const bytes = Buffer.from(content);
  const { dir, name: stem, ext } = parse(name);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const served = `${dir && `${dir}/`}${stem}.${digest}${ext}`;
  await mkdir(join(output, dir), { recursive: true });
  await writeFile(join(output, served), bytes);
  await writeFile(join(output, `${served}.gz`), gzipSync(bytes, { level: 9 }));
  manifest[name] = served;
}

await rm(output, { recursive: true, force: true });
for (const name of ["patient", "staff"]) {
  const { css } = sass.compile(join(sources, `${name}.scss`), {
    loadPaths: [modules],
    quietDeps: true,
    style: "compressed",
  });
  await put(`${name}.css`, `${css}\n`);
  await put(`${name}.rtl.css`, `${rtlcss.process(css)}\n`);
}
for (const name of ["charts.js", "filters.js", "keys.js", "live.js", "passkey.js", "patient.js", "plotly/plotly.css"]) {
  await put(name, await readFile(join(sources, name)));
}
await put(
  "plotly/plotly-cartesian.min.js",
  await readFile(join(modules, "plotly.js-cartesian-dist-min", "plotly-cartesian.min.js")),
);
await writeFile(join(output, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
