/** Lockstep's packages as they are published, packed once for each state of the build. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keepFolder } from "./kept-folder.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(repository, "node_modules");
const script = fileURLToPath(new URL("../../scripts/pack.mjs", import.meta.url));
/** A plugin that others wrote: it imports the core that is installed beside it. */
const examplePlugin = "examples/plugin-dbmate";
const packages = ["core", "prisma", "typeorm", "typeorm-wrapper"];

let made: string | undefined;

/**
 * A `node_modules` as an application has it: Lockstep's packages are the published ones, all others are links into this repository's.
 * A project of a test links to it, whole or package by package.
 */
export function publishedModules(): string {
  return join(published(), "node_modules");
}

/** Tarballs by the names of their packages: "@lockstep/core" → "…/lockstep-core-0.1.0.tgz". */
export function tarballs(): Readonly<Record<string, string>> {
  const folder = published();
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return Object.fromEntries(
    files.map((file) => [`@lockstep/${/^lockstep-(.*)-\d/.exec(file)?.[1]}`, join(folder, file)]),
  );
}

function published(): string {
  made ??= make();
  return made;
}

function make(): string {
  const cache = join(modules, ".cache/lockstep-published");
  const folder = join(cache, stateOfBuild());
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  removeOld(cache);
  const own = mkdtempSync(`${folder}-`);
  execFileSync(process.execPath, [script, own], { stdio: ["ignore", "ignore", "inherit"] });
  const to = join(own, "node_modules");
  mkdirSync(join(to, "@lockstep"), { recursive: true });
  for (const name of packages) renameSync(join(own, name), join(to, "@lockstep", name));
  for (const name of readdirSync(modules))
    if (!["@lockstep", ".bin", ".cache"].includes(name)) symlinkSync(join(modules, name), join(to, name), "junction");
  for (const part of ["package.json", "bin", "dist"])
    cpSync(join(repository, examplePlugin, part), join(to, "lockstep-dbmate", part), { recursive: true });
  linkCommands(to);
  keepFolder(own, folder);
  return folder;
}

/** Commands of the published packages, and those of this repository's others. */
function linkCommands(to: string): void {
  const bin = join(modules, ".bin");
  mkdirSync(join(to, ".bin"));
  for (const name of readdirSync(bin)) {
    const target = readlinkSync(join(bin, name));
    symlinkSync(target.startsWith("../@lockstep/") ? target : join(bin, target), join(to, ".bin", name));
  }
}

/** Changes with every build, and with what packing reads besides. */
function stateOfBuild(): string {
  const hash = createHash("sha256");
  for (const folder of ["core", "plugin-prisma", "plugin-typeorm", "plugin-typeorm/wrapper", examplePlugin]) {
    for (const file of ["package.json", "README.md"]) hash.update(readFileSync(join(repository, folder, file)));
    for (const each of ["dist", "bin"].map((name) => join(repository, folder, name)).filter(existsSync))
      for (const file of (readdirSync(each, { recursive: true, encoding: "utf8" }) as string[]).sort()) {
        const { mtimeMs, size } = statSync(join(each, file));
        hash.update(`${file} ${mtimeMs} ${size}\n`);
      }
  }
  return hash.update(readFileSync(script)).digest("hex").slice(0, 12);
}

/** Those of earlier builds; a run that goes on beside this one may still have its own. */
function removeOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    if (Date.now() - statSync(folder).mtimeMs > 4 * 3_600_000) rmSync(folder, { recursive: true, force: true });
  }
}
