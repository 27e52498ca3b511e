// Releases the packages; all of them have one version.
//
// release.mjs version    changesets become versions, an entry of CHANGELOG.md and kept plans, to be committed
// release.mjs            publishes what package.json and CHANGELOG.md say, with provenance in CI, and tags it
// release.mjs github     makes the release on GitHub of what is published, and moves the tag of the Action (v0) to it
// release.mjs --dry-run  shows both in a copy: nothing here and in the registry changes
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import getReleasePlan from "@changesets/get-release-plan";
import { entryOf, findEntry, lackingIn, withEntry } from "./changelog.mjs";
import { checkPackages } from "./packages.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
/** In the order in which they can be installed. */
const folders = ["core", "plugin-prisma", "plugin-typeorm/wrapper", "plugin-typeorm"];

const run = (root, command, args, stdio = "inherit") =>
  execFileSync(command, args, { cwd: root, encoding: "utf8", stdio, shell: process.platform === "win32" });
const ask = (root, command, args) => run(root, command, args, ["ignore", "pipe", "ignore"]).trim();
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

class Refusal extends Error {}

/** Changesets that are not released yet. @throws Refusal when one of them does not say what users have to know */
async function pendingIn(root) {
  const { changesets, releases } = await getReleasePlan(root);
  const problems = changesets.flatMap(lackingIn);
  if (problems.length > 0) throw new Refusal(problems.join("\n"));
  return { changesets, releases: releases.filter(({ type }) => type !== "none") };
}

/** @returns whether there was anything to do */
async function makeVersion(root) {
  const { changesets, releases } = await pendingIn(root);
  if (releases.length === 0) return false;
  const [{ oldVersion, newVersion }] = releases;
  const changelog = join(root, "CHANGELOG.md");
  writeFileSync(changelog, withEntry(readFileSync(changelog, "utf8"), entryOf(newVersion, changesets)));
  run(
    root,
    process.execPath,
    [join(root, "node_modules/@changesets/cli/bin.js"), "version"],
    ["ignore", "ignore", "inherit"],
  );
  for (const folder of [".", "test"]) {
    const file = join(root, folder, "package.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(`"version": "${oldVersion}"`, `"version": "${newVersion}"`));
  }
  return true;
}

/** Packs what is built, and holds it to what is expected of a package. @returns the folder of the packages */
async function packIn(root) {
  const packed = join(root, "packed");
  run(root, process.execPath, [join(root, "scripts/pack.mjs")], ["ignore", "ignore", "inherit"]);
  const { problems, weights } = await checkPackages(packed);
  if (problems.length > 0) throw new Refusal(problems.join("\n"));
  console.log(`\nPackages\n${weights.join("\n")}`);
  return packed;
}

function publish(root, packed, options) {
  for (const folder of folders) {
    const { name, version } = manifestOf(join(root, folder));
    const short = name.replace("@lockstep/", "");
    if (isPublished(root, `${name}@${version}`)) {
      console.log(`\n${name}@${version} is published already`);
      continue;
    }
    console.log(`\nnpm publish lockstep-${short}-${version}.tgz ${options.join(" ")}`);
    run(root, "npm", ["publish", join(packed, `lockstep-${short}-${version}.tgz`), "--access", "public", ...options]);
  }
}

function isPublished(root, id) {
  try {
    return ask(root, "npm", ["view", id, "version"]) !== "";
  } catch {
    return false;
  }
}

function tellVersion(root) {
  const { version } = manifestOf(root);
  const entry = findEntry(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version);
  if (entry === undefined) throw new Refusal(`CHANGELOG.md has no entry for ${version}`);
  console.log(`${folders.map((folder) => `${manifestOf(join(root, folder)).name}@${version}`).join("\n")}\n\n${entry}`);
  return version;
}

async function version() {
  if (!(await makeVersion(here))) throw new Refusal("No changeset is waiting: npx changeset adds one");
  const { version } = manifestOf(here);
  run(here, "npm", [
    "install",
    "--package-lock-only",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  run(here, "npm", ["run", "--silent", "keep", "--", version]);
  rmSync(join(here, "test/kept/releases/next"), { recursive: true, force: true });
  tellVersion(here);
  console.log(
    `\nNext   review and commit it, merge, then git tag v${version} && git push origin v${version}: the workflow publishes it`,
  );
}

async function release() {
  const { version: written } = manifestOf(here);
  const tag = process.env.GITHUB_REF_TYPE === "tag" ? process.env.GITHUB_REF_NAME : undefined;
  if (tag !== undefined && tag !== `v${written}`)
    throw new Refusal(`The tag is ${tag}, and package.json says ${written}: tag the commit of that version`);
  if ((await pendingIn(here)).releases.length > 0)
    throw new Refusal("Changesets are waiting: npm run release:version, and commit what it writes");
  const changed = ask(here, "git", ["status", "--porcelain"]);
  if (changed !== "") throw new Refusal(`What is not committed would be published:\n${changed}`);
  const version = tellVersion(here);
  run(here, process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-b"]);
  const packed = await packIn(here);
  publish(here, packed, process.env.CI ? ["--provenance"] : []);
  if (ask(here, "git", ["tag", "--list", `v${version}`]) === "") run(here, "git", ["tag", `v${version}`]);
  if (!process.env.CI) console.log(`\nNext   git push origin v${version}`);
}

function github() {
  const version = tellVersion(here);
  const notes = findEntry(readFileSync(join(here, "CHANGELOG.md"), "utf8"), version);
  if (isReleased(`v${version}`)) console.log(`\nv${version} is released already`);
  else
    run(here, "gh", ["release", "create", `v${version}`, "--verify-tag", "--title", `v${version}`, "--notes", notes]);
  run(here, "git", ["push", "--force", "origin", `HEAD:refs/tags/v${version.split(".")[0]}`]);
}

function isReleased(tag) {
  try {
    return ask(here, "gh", ["release", "view", tag]) !== "";
  } catch {
    return false;
  }
}

/** The working tree as it is, built, in a folder of its own; packages are those of here. */
function copyTo(root) {
  for (const file of ask(here, "git", ["ls-files", "-co", "--exclude-standard"]).split("\n")) {
    if (!existsSync(join(here, file))) continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(here, file), join(root, file));
  }
  for (const folder of folders) cpSync(join(here, folder, "dist"), join(root, folder, "dist"), { recursive: true });
  symlinkSync(join(here, "node_modules"), join(root, "node_modules"), "junction");
}

async function dryRun() {
  const root = mkdtempSync(join(tmpdir(), "lockstep-release-"));
  try {
    copyTo(root);
    const { changesets } = await pendingIn(root);
    console.log(`${changesets.length} changesets are waiting; a release would be\n`);
    await makeVersion(root);
    tellVersion(root);
    publish(root, await packIn(root), ["--dry-run", "--loglevel=warn"]);
    console.log("\nNothing was changed or published.");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

try {
  const [what = "publish"] = process.argv.slice(2);
  const way = new Map([
    ["publish", release],
    ["version", version],
    ["github", github],
    ["--dry-run", dryRun],
  ]).get(what);
  if (way === undefined) throw new Refusal(`There is no release.mjs ${what}`);
  await way();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
