import { attempt } from "../base/expected-errors.js";
import { sqlReader } from "../databases/sql-reader.js";
import type { Migration, OperationOf } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { isNotSql } from "../sql/not-sql.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/**
 * What the migrations before this one say of the checks that it validates: the recommended way to NOT NULL adds a check in one migration
 * and proves it in the next. Others are not read; what cannot be read says nothing.
 *
 * @param earlier their names
 */
export async function earlierChecks(
  { operations }: Migration,
  earlier: readonly string[],
  project: Project,
  plugin: Pick<OrmPlugin, "readStatements">,
): Promise<VerdictContext["provenBy"]> {
  const wanted = operations.flatMap((each) => (each.kind === "validateConstraint" ? [each.name] : []));
  const found: OperationOf<"addCheck">[] = [];
  if (wanted.length > 0) {
    const { readMigration } = await sqlReader(project.dialect);
    for (const name of earlier) {
      const sql = (await plugin.readStatements(project, name))?.up.map((each) => `${each}\n;`).join("\n") ?? "";
      if (!wanted.some((constraint) => sql.includes(constraint))) continue;
      const all = attempt(() => readMigration(sql, name), isNotSql)?.operations ?? [];
      found.push(...all.flatMap((each) => (each.kind === "addCheck" ? [each] : [])));
    }
  }
  return (table, constraint) =>
    found.findLast((each) => each.name === constraint && each.table.name === table.name)?.notNull;
}
