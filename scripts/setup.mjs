// Everything a fresh clone needs before its first command: dependencies and the build. Instant when nothing changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: Lockstep needs 20.19 or later.`);
  process.exit(2);
}

const packages = ["core", "plugin-prisma", "plugin-typeorm", "plugin-typeorm/wrapper", "examples/plugin-dbmate"];
const marker = join(root, "node_modules/.lockstep-setup.json");
const done = existsSync(marker) ? JSON.parse(readFileSync(marker, "utf8")) : {};
const lock = hash(readFileSync(join(root, "package-lock.json"), "utf8"));
/** What fails has said why: a stack of this script would hide it. */
const run = (command, args) => {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error !== undefined) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
};

if (done.lock !== lock || !existsSync(join(root, "node_modules/.bin/tsc"))) {
  console.error("Installing dependencies (npm ci) …");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}
const sources = hash(packages.map((folder) => listing(join(root, folder, "src"))).join("\n"));
const isBuilt = packages.every((folder) =>
  ["js", "cjs"].some((end) => existsSync(join(root, folder, `dist/index.${end}`))),
);
if (done.sources !== sources || !isBuilt) {
  run("node", ["scripts/lists.mjs"]);
  console.error("Building …");
  run("node", ["node_modules/typescript/bin/tsc", "-b"]);
}
mkdirSync(join(root, "node_modules"), { recursive: true });
writeFileSync(marker, JSON.stringify({ lock, sources }));

function listing(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => `${file} ${statSync(file).mtimeMs} ${statSync(file).size}`)
    .join("\n");
}

function hash(text) {
  return createHash("sha256").update(text).digest("hex");
}
