// Compiles scss/ and js/ into ../static. With --check, compares instead of writing and fails on a difference.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const font = join(here, "node_modules/@fontsource-variable/ibm-plex-sans");

// govuk-frontend offers no setting for its palette (tags, button shadows, hover states), and the colours of GOV.UK
// are not ours to use: compile a copy whose palette is scss/_palette.scss.
function govukWithOurPalette() {
  const copy = join(here, ".build");
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(here, "node_modules/govuk-frontend/dist/govuk"), join(copy, "govuk"), {
    recursive: true,
    filter: (path) => !/\.(m?js|map|json|njk)$/.test(path),
  });
  const palette = join(copy, "govuk/settings/_colours-palette--internal.scss");
  const theirs = /\$govuk-palette: \([\s\S]*?\n\)( !default)?;/;
  const before = readFileSync(palette, "utf8");
  if (!theirs.test(before)) throw new Error("The palette of govuk-frontend has moved: see build.mjs");
  const ours = readFileSync(join(here, "scss/_palette.scss"), "utf8");
  writeFileSync(palette, '@use "sass:color";\n' + before.replace(theirs, () => ours));
  return copy;
}

// The stylesheet names what it was made from, so that a test without Node sees when it has fallen behind.
function fingerprint() {
  const names = ["build.mjs", "package-lock.json"];
  for (const folder of ["js", "scss"]) names.push(...readdirSync(join(here, folder)).map((name) => `${folder}/${name}`));
  const hash = createHash("sha256");
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(here, name)));
  return hash.digest("hex");
}

async function results() {
  const css = sass.compile(join(here, "scss/portal.scss"), {
    loadPaths: [govukWithOurPalette()],
    style: "compressed",
    charset: false,
    logger: sass.Logger.silent,
  }).css;
  const foreign = css.match(/GDS Transport|crest|#1d70b8|#0f7a52|#ffdd00/gi);
  if (foreign) throw new Error(`Branding that is not ours in the stylesheet: ${[...new Set(foreign)].join(", ")}`);
  const script = async (name) => {
    const made = await build({
      entryPoints: [join(here, "js", name)],
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2020",
      legalComments: "none",
      write: false,
    });
    return Buffer.from(made.outputFiles[0].text);
  };
  return new Map([
    ["portal.css", Buffer.from(`${css}\n/* sources ${fingerprint()} */\n`)],
    ["portal.js", await script("portal.mjs")],
    ["kept.js", await script("kept.mjs")],
    ["fonts/ibm-plex-sans-latin.woff2", readFileSync(join(font, "files/ibm-plex-sans-latin-wght-normal.woff2"))],
    ["fonts/ibm-plex-sans-LICENSE.txt", readFileSync(join(font, "LICENSE"))],
  ]);
}

function same(path, wanted) {
  try {
    return readFileSync(path).equals(wanted);
  } catch {
    return false;
  }
}

const stale = [];
for (const [name, content] of await results()) {
  const path = join(out, name);
  if (same(path, content)) continue;
  stale.push(name);
  if (process.argv.includes("--check")) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
console.log(stale.length ? `static/: ${stale.join(", ")}` : "static/ is what the sources give");
if (process.argv.includes("--check") && stale.length) {
  console.error("These committed files differ from their sources. Run: make -C assets build");
  process.exitCode = 1;
}
