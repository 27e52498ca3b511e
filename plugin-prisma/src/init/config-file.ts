import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const extensions = ["js", "ts", "mjs", "cjs", "mts", "cts"];
// The names and the order of @prisma/config 7, findPrismaConfigFile: importing it costs 250 ms.
const bases = ["prisma7.config", ".config/prisma7", "prisma.config", ".config/prisma", ".config/prisma.config"];
const candidates = bases.flatMap((base) => extensions.map((extension) => `${base}.${extension}`));

/**
 * The Prisma config that the CLI would load in a folder, from that folder.
 *
 * @example configFileIn("/project") === "prisma.config.ts"
 */
export function configFileIn(folder: string): string | undefined {
  return candidates.find((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
}

/** The folder with the Prisma config; without one, that of the nearest package.json above a file of the project. */
export function rootOf(file: string, cwd: string): string {
  if (configFileIn(cwd) !== undefined) return cwd;
  let nearestPackage: string | undefined;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (configFileIn(folder) !== undefined) return folder;
    if (nearestPackage === undefined && existsSync(join(folder, "package.json"))) nearestPackage = folder;
    if (folder === dirname(folder)) return nearestPackage ?? cwd;
  }
}
