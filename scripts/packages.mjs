// Holds the packages, as they are published, to what people expect of a package: its budget, no file of development, a manifest
// that says where it is from, and `publint` and `attw` with nothing to say.
//
// packages.mjs            packs into a temporary folder
// packages.mjs <folder>   looks at what pack.mjs has made there
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { always, budgets, neverPublished } from "./package-budgets.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");

/** @returns what is wrong with the packages of a folder, a line each, and what they weigh */
export async function checkPackages(folder) {
  const names = readdirSync(folder).filter((name) => budgets[`@lockstep/${name}`] !== undefined);
  const missing = Object.keys(budgets).filter((name) => !names.includes(name.replace("@lockstep/", "")));
  const checked = await Promise.all(names.map((name) => checkPackage(folder, name)));
  return {
    problems: [...missing.map((name) => `${name} was not packed`), ...checked.flatMap(({ problems }) => problems)],
    weights: checked.map(({ weight }) => weight),
  };
}

async function checkPackage(folder, name) {
  const directory = join(folder, name);
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const tarball = join(folder, `lockstep-${name}-${manifest.version}.tgz`);
  const { weight, problems } = weigh(manifest.name, directory, tarball);
  const said = await Promise.all([publintSays(manifest, tarball), attwSays(manifest, tarball)]);
  const all = [...problems, ...lacking(manifest, directory), ...said.flat()];
  return { weight, problems: all.map((problem) => `${manifest.name}: ${problem}`) };
}

/** Size and files against the budget. What npm packs is the folder: pack.mjs writes nothing else into it. */
function weigh(name, directory, tarball) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: file.slice(directory.length + 1).replaceAll("\\", "/"), bytes: statSync(file).size }));
  const kbOf = (some) => Math.ceil(some.reduce((sum, { bytes }) => sum + bytes, 0) / 1000);
  const budget = budgets[name];
  const problems = files
    .filter(({ path }) => neverPublished.test(path))
    .map(({ path }) => `${path} is for development`);
  const within = (what, actual, most, unit) => {
    if (actual > most) problems.push(`${what}: ${actual}${unit}, the budget is ${most}${unit}`);
  };
  let rest = files.filter(({ path }) => !always.includes(path));
  const parts = Object.entries(budget.parts).map(([what, { of, kb }]) => {
    const own = rest.filter(({ path }) => of.test(path));
    rest = rest.filter(({ path }) => !of.test(path));
    within(what, kbOf(own), kb, " kB");
    return `  ${String(kbOf(own)).padStart(6)} kB  ${what}`;
  });
  problems.push(...rest.map(({ path }) => `${path} belongs to no part of its budget`));
  const packedKb = Math.ceil(statSync(tarball).size / 1000);
  within("files", files.length, budget.files, "");
  within("packed", packedKb, budget.packedKb, " kB");
  within("unpacked", kbOf(files), budget.unpackedKb, " kB");
  const total = `${name}  ${files.length} files, ${packedKb} kB, unpacked ${kbOf(files)} kB`;
  return { problems, weight: [total, ...parts].join("\n") };
}

/** What a registry shows of a package, and what tells a reader where it is from. */
function lacking(manifest, directory) {
  const expected = ["description", "keywords", "homepage", "bugs", "repository", "license", "engines", "exports"];
  const absent = expected.filter((key) => manifest[key] === undefined).map((key) => `package.json has no ${key}`);
  const readme = readFileSync(join(directory, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\((?!https:)[^)]*\)/g)].map(([link]) => `README.md leads nowhere: ${link}`);
  const notices = join(directory, "dist/THIRD-PARTY-LICENSES.txt");
  const silent = (existsSync(notices) ? readFileSync(notices, "utf8").split("\n\n---\n\n") : [])
    .filter((notice) => !/copyright/i.test(notice))
    .map((notice) => `THIRD-PARTY-LICENSES.txt has no licence of ${notice.split("\n")[0]}`);
  return [
    ...absent,
    ...silent,
    ...(manifest.repository?.directory === undefined ? ["package.json does not say the directory"] : []),
    ...links,
  ];
}

async function publintSays(manifest, tarball) {
  const bytes = readFileSync(tarball);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages } = await publint({ pack: { tarball: data }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`);
}

/** Entries without declarations are Lockstep's own, and those of plugins are ES modules (pack.mjs). */
async function attwSays({ exports }, tarball) {
  const typed = Object.keys(exports).filter((name) => JSON.stringify(exports[name]).includes('"types"'));
  const forPlugins = typed.filter((name) => exports[name].types?.endsWith(".d.ts"));
  const forAll = typed.filter((name) => !forPlugins.includes(name));
  const said = [];
  for (const [profile, entries] of [
    ["strict", forAll],
    ["esm-only", forPlugins],
  ]) {
    if (entries.length === 0) continue;
    const options = [
      "--format",
      "ascii",
      "--no-color",
      "--no-emoji",
      "--profile",
      profile,
      "--entrypoints",
      ...entries,
    ];
    try {
      await run(process.execPath, [attw, tarball, ...options]);
    } catch (error) {
      said.push(`attw, ${profile}:\n${error.stdout}${error.stderr}`);
    }
  }
  return said;
}

async function main() {
  const given = process.argv[2];
  const folder = given === undefined ? mkdtempSync(join(tmpdir(), "lockstep-packages-")) : resolve(given);
  try {
    if (given === undefined) await run(process.execPath, [join(root, "scripts/pack.mjs"), folder]);
    const { problems, weights } = await checkPackages(folder);
    for (const weight of weights) console.log(weight);
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
