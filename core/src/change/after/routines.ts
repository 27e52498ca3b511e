import { codeSqlOf } from "../../databases/code-sql-of.js";
import { type BrokenRoutine, brokenRoutines } from "../../dialect/whole-rows.js";
import type { TableName } from "../../model/index.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/** The routines in the project's migrations that take the whole row of tables. Loads no parser if the migrations create no routine. */
export async function routinesInMigrations(
  tables: readonly TableName[],
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "readStatements">,
): Promise<readonly BrokenRoutine[]> {
  const texts: string[] = [];
  for (const name of plugin.listMigrations(project))
    texts.push(...((await plugin.readStatements(project, name))?.up ?? []));
  if (!texts.some((text) => /\bcreate\b[^;]*?\b(?:function|procedure|trigger|event)\b/i.test(text))) return [];
  const codeSql = codeSqlOf[project.dialect];
  await codeSql.load();
  return tables.flatMap((name) => {
    const table = { ...name, columns: [] };
    return brokenRoutines(codeSql.routineRows(codeSql.routinesWritten(texts, table), table));
  });
}
