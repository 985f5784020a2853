// Bundle the foreign browser code: node build.mjs [folder]. The same input gives the same bytes.
import { readFileSync, writeFileSync, mkdirSync, readdirSync, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "../../static/vendor"));
const BUNDLES = ["codemirror", "partysocket"];

/** The folder of each package whose files went into a bundle, by name. */
function packagesIn(metafile) {
  const found = new Map();
  for (const path of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path);
    if (match) found.set(match[2], join(here, match[1]));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

function licenceOf(name, folder) {
  const own = join(here, "licences", `${name.split("/").pop()}.txt`);
  if (existsSync(own)) return readFileSync(own, "utf8");
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} comes without a licence file: write licences/${name.split("/").pop()}.txt`);
  return readFileSync(join(folder, file), "utf8");
}

async function bundle(name) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [`${name}.mjs`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    write: false,
  });
  const packages = packagesIn(result.metafile);
  const versions = [...packages].map(([name, folder]) => `${name} ${versionOf(folder)}`);
  const banner = `/*! ${versions.join(", ")}. Licences: ${name}.LICENSE.txt. Made by tools/vendor. */\n// @ts-nocheck\n`;
  writeFileSync(join(target, `${name}.js`), banner + result.outputFiles[0].text);
  const licences = [...packages].map(([name, folder]) => `## ${name} ${versionOf(folder)}\n\n${licenceOf(name, folder)}`);
  writeFileSync(join(target, `${name}.LICENSE.txt`), licences.join("\n\n"));
}

/** Viz.js is one module already, and its WebAssembly would only grow by being quoted anew. */
function copyViz() {
  const folder = join(here, "node_modules/@viz-js/viz");
  const banner = `/*! @viz-js/viz ${versionOf(folder)}. Licences: viz.LICENSE.txt. Copied by tools/vendor. */\n// @ts-nocheck\n`;
  writeFileSync(join(target, "viz.js"), banner + readFileSync(join(folder, "dist/viz.js"), "utf8"));
  writeFileSync(join(target, "viz.LICENSE.txt"), licenceOf("@viz-js/viz", folder));
}

mkdirSync(target, { recursive: true });
for (const name of BUNDLES) await bundle(name);
copyViz();
