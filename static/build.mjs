// Builds static/build from static/src and node_modules. Does nothing when no input has changed.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "node_modules");
const source = join(here, "src");
const target = join(here, "build");
const stamp = join(target, ".inputs");

/** Every file below a folder, sorted. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** One digest of all that the result depends on. */
function digestOfInputs() {
  const digest = createHash("sha256");
  const inputs = [join(here, "..", "package-lock.json"), fileURLToPath(import.meta.url), ...filesBelow(source)];
  for (const path of inputs) {
    digest.update(relative(here, path)).update("\0").update(readFileSync(path)).update("\0");
  }
  return digest.digest("hex");
}

function versionOf(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
}

async function compileStyles(into) {
  const sass = await import("sass");
  const { css } = sass.compile(join(source, "plainmark.scss"), {
    loadPaths: [modules, join(here, "..")],
    style: "compressed",
    quietDeps: true,
  });
  writeFileSync(join(into, "plainmark.css"), css);
}

/** The version in a script's name lets browsers keep it for good. */
function copyScripts(into) {
  const govuk = `govuk-frontend-${versionOf("govuk-frontend")}.min.js`;
  cpSync(join(modules, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), join(into, govuk));
  cpSync(join(modules, "htmx.org/dist/htmx.min.js"), join(into, "htmx.min.js"));
  const script = readFileSync(join(source, "js/plainmark.js"), "utf8").replace("govuk-frontend", `./${govuk}`);
  writeFileSync(join(into, "plainmark.js"), script);
}

const digest = digestOfInputs();
if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) {
  process.exit(0);
}
const fresh = `${target}.${process.pid}`;
mkdirSync(fresh, { recursive: true });
try {
  await compileStyles(fresh);
  copyScripts(fresh);
  cpSync(join(source, "images"), join(fresh, "images"), { recursive: true });
  writeFileSync(join(fresh, ".inputs"), digest);
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
console.error(`static/build is up to date (${filesBelow(target).length} files)`);
