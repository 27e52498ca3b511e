import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { publishedModules } from "../support/published.js";

/** Gives a project whose `node_modules` leads to this repository's the packages as they are published instead of their sources. */
export function installPublished(root: string): void {
  const own = join(root, "node_modules");
  rmSync(own);
  symlinkSync(publishedModules(), own);
}
