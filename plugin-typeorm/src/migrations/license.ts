import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TypeormProject } from "../project.js";
import { readMigrationFiles } from "./list.js";

const license = /^(?:\/\*[\s\S]*?\*\/|(?:\/\/.*\n)+)\s*/;

/** The license header of the newest migration, with the lines after it: a team's linter may require it of every file. */
export function licenseIn(project: Pick<TypeormProject, "root" | "migrationGlobs">): string {
  const newest = readMigrationFiles(project).at(-1);
  return newest === undefined ? "" : licenseOf(readFileSync(join(project.root, newest.file), "utf8"));
}

/** The license header of a file, with the lines after it; empty if it has none. */
export function licenseOf(text: string): string {
  const [found = ""] = license.exec(text) ?? [];
  return /copyright|licen[cs]e|SPDX/i.test(found) ? found : "";
}
