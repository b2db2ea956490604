// Builds what a browser gets: `npm ci && npm run build`. The results are committed, so nobody else needs Node.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, parse, sep } from "node:path";
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

// Variants of GOV.UK's components that no page of a patient uses: her telephone need not fetch them.
const UNUSED = {
  patient: [
    "app-header__link",
    "govuk-back-link--inverse",
    "govuk-body-l",
    "govuk-body-lead",
    "govuk-body-m",
    "govuk-body-s",
    "govuk-button--inverse",
    "govuk-caption-[lm]",
    "govuk-caption-xl",
    "govuk-checkboxes--small",
    "govuk-fieldset__legend--(?:m|xl)",
    "govuk-heading-(?:s|xl)",
    "govuk-input--extra-letter-spacing",
    "govuk-input--width-(?:3|20|30)",
    "govuk-input__prefix",
    "govuk-label--(?:m|l|xl)",
    "govuk-link--(?:inverse|muted|no-underline|no-visited-state|text-colour)",
    "govuk-link-image",
    "govuk-list--(?:number|spaced)",
    "govuk-main-wrapper--(?:auto-spacing|l)",
    "govuk-radios--small",
    "govuk-summary-list--no-border",
    "govuk-summary-list__row--no-border",
    "govuk-table--small-text-until-tablet",
    "govuk-table__caption--(?:l|xl)",
  ],
  staff: [],
};

// The styles without the selectors that name one of these classes, and without rules that have no others.
function without(css, names) {
  const named = new RegExp(`\\.(?:${names.join("|")})(?![\\w-])`);
  const kept = css.replace(/([^{}]+)(\{[^{}]*\})/g, (rule, selectors, body) => {
    const others = selectors.split(/,(?![^(]*\))/).filter((one) => !named.test(one));
    return others.length ? others.join(",") + body : "";
  });
  return kept.replace(/@media[^{}]+\{\}/g, "");
}

await rm(output, { recursive: true, force: true });
for (const name of ["patient", "staff"]) {
  const compiled = sass.compile(join(sources, `${name}.scss`), {
    loadPaths: [modules],
    quietDeps: true,
    style: "compressed",
  });
  const css = UNUSED[name].length ? without(compiled.css, UNUSED[name]) : compiled.css;
  await put(`${name}.css`, `${css}\n`);
  await put(`${name}.rtl.css`, `${rtlcss.process(css)}\n`);
}
for (const name of [
  "charts.js",
  "ending.js",
  "filters.js",
  "keys.js",
  "live.js",
  "passkey.js",
  "patient.js",
  "plotly/plotly.css",
]) {
  await put(name, await readFile(join(sources, name)));
}
await put(
  "plotly/plotly-cartesian.min.js",
  await readFile(join(modules, "plotly.js-cartesian-dist-min", "plotly-cartesian.min.js")),
);
await writeFile(join(output, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// Of what all this is made, so that a test can tell without Node that a source changed and nothing was built since.
const made = createHash("sha256");
const names = (await readdir(sources, { recursive: true }))
  .filter((name) => parse(name).ext)
  .map((name) => name.split(sep).join("/"))
  .sort();
for (const name of [...names, "../../package.json"]) {
  const content = await readFile(join(sources, name));
  made.update(`${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
}
await writeFile(join(output, "sources.sha256"), `${made.digest("hex")}\n`);
