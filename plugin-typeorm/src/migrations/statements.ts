import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MigrationStatements } from "@lockstep/core";
import type { TypeormProject } from "../project.js";
import { readClass } from "./evaluate/read-migration.js";
import { migrationFile } from "./list.js";
import { readMigrationSql } from "./read-sql.js";

/** The literal statements of a migration, whoever wrote it. Undefined if its `up` contains anything else. */
export function readStatements(
  project: Pick<TypeormProject, "root" | "migrationGlobs">,
  name: string,
): MigrationStatements | undefined {
  const found = migrationFile(project, name);
  if (found === undefined) return undefined;
  const text = readFileSync(join(project.root, found.file), "utf8");
  const { up, down, built, transaction } = readClass(text, found.file);
  const isBuilt = (method: "up" | "down") => built.some((part) => part.method === method);
  if (!isBuilt("up"))
    return {
      up: up.map(({ sql }) => sql),
      down: isBuilt("down") ? [] : down.map(({ sql }) => sql),
      ...(transaction === undefined ? {} : { transaction }),
    };
  const sql = ownIndex.test(text) ? readMigrationSql(text) : undefined;
  return sql === undefined ? undefined : { up: [sql], down: [] };
}

/** The start of an index build by `renderMigration`: code around one statement, with a known effect. */
const ownIndex =
  /\basync up\([^)]*\)[^{]*\{\s*await outsideTransaction\(queryRunner, async \(\) => \{\s*if \(await isBuilt\(queryRunner\)\) \{?\s*return\b/;
