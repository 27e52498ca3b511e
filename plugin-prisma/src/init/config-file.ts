import { statSync } from "node:fs";
import { join } from "node:path";

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
