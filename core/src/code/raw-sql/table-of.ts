import type { SqlStatements, SqlTable } from "../../dialect/code-sql.js";
import type { TransformContext } from "../contract/transform.js";

/** The names of the model's table in SQL. */
export function tableOf({ model }: TransformContext): SqlTable {
  return { ...model.table, columns: model.fields.map(({ column }) => column) };
}

/** Whether they insert rows by position and fail as soon as the column exists: the plan lists them among the failing statements. */
export function failsByPosition(statements: SqlStatements, context: TransformContext): boolean {
  return statements.wholeRows(tableOf(context)).some((kind) => kind === "by-position" || kind === "load");
}
