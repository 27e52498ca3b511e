import type { SqlTable } from "../../dialect/code-sql.js";
import type { TransformContext } from "../contract/transform.js";

/** The table of the model as SQL may name it. */
export function tableOf({ model }: TransformContext): SqlTable {
  return { ...model.table, columns: model.fields.map(({ column }) => column) };
}
