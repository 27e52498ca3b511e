import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tarballs } from "../packed/packages.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Gives a project whose `node_modules` leads to this repository's the packages as they are published instead of their sources. */
export function installPublished(root: string): void {
  const own = join(root, "node_modules");
  rmSync(own);
  mkdirSync(join(own, "@lockstep"), { recursive: true });
  for (const name of readdirSync(modules)) if (name !== "@lockstep") symlinkSync(join(modules, name), join(own, name));
  for (const [name, tarball] of Object.entries(tarballs())) {
    mkdirSync(join(own, name), { recursive: true });
    execFileSync("tar", ["xzf", tarball, "-C", join(own, name), "--strip-components=1"]);
  }
}
