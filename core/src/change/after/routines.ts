import { readdirSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { attempt, isUnreadable } from "../../base/expected-errors.js";
import { largest, readTextUpTo } from "../../base/files/read-text.js";
import { codeSqlOf } from "../../databases/code-sql-of.js";
import { type BrokenRoutine, brokenRoutines } from "../../dialect/whole-rows.js";
import type { TableName } from "../../model/index.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/** The routines in the project's migrations that take the whole row of tables. Loads no parser if the migrations create no routine. */
export async function routinesInMigrations(
  tables: readonly TableName[],
  { root, migrationsFolder, dialect }: Project,
  plugin: Pick<OrmPlugin, "findMigrations">,
): Promise<readonly BrokenRoutine[]> {
  const texts = new Map<string, string | undefined>();
  const read = (path: string) => {
    if (!texts.has(path)) texts.set(path, readTextUpTo(join(root, path), largest.sql));
    return texts.get(path);
  };
  const folder = join(root, migrationsFolder);
  const found = attempt(() => readdirSync(folder, { recursive: true, encoding: "utf8" }), isUnreadable) ?? [];
  const paths = found.map((path) => posix.join(migrationsFolder, path.split(sep).join("/")));
  if (!paths.some((path) => makesRoutine.test(read(path) ?? ""))) return [];
  const sets = await plugin.findMigrations({ paths, read });
  const migrations = sets.flatMap((set) => set.files.map((file) => set.read(read(file) ?? "", file).sql));
  const codeSql = codeSqlOf[dialect];
  await codeSql.load();
  return tables.flatMap((name) => {
    const table = { ...name, columns: [] };
    return brokenRoutines(codeSql.routineRows(codeSql.routinesWritten(migrations, table), table));
  });
}

const makesRoutine = /\bcreate\b[^;]*?\b(?:function|procedure|trigger|event)\b/i;
