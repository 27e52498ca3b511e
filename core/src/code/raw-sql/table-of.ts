import type { SqlTable } from "../../dialect/code-sql.js";
import type { TransformContext } from "../contract/transform.js";

/** The names of the model's table in SQL. */
export function tableOf({ model }: TransformContext): SqlTable {
  return { ...model.table, columns: model.fields.map(({ column }) => column) };
}
