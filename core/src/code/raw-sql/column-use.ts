import { memoized } from "../contract/memoized.js";
import type { PlaceFinding, TransformContext } from "../contract/transform.js";

/** How sure it is that rows which leave the column out fail: nothing in the database may fill it in the end. */
export function lacking({ intent }: TransformContext): PlaceFinding["certainty"] {
  return intent.isCodeOnly ? "required" : "likely";
}

/** The columns that the fill's SQL names, whatever it does with them. */
export const sourceColumns = memoized(
  ({ intent: { value, follows }, codeSql }): readonly string[] =>
    follows ?? (value.kind === "sql" ? codeSql.columnsOf(value.sql) : []),
);
