import { memoized } from "../contract/memoized.js";
import type { PlaceFinding, TransformContext } from "../contract/transform.js";

/** How certain it is that rows without the column fail: the database may have no fill for it at the end. */
export function lacking({ intent }: TransformContext): PlaceFinding["certainty"] {
  return intent.isCodeOnly ? "required" : "likely";
}

/** The columns that the fill's SQL names, for any purpose. */
export const sourceColumns = memoized(
  ({ intent: { value, follows }, codeSql }): readonly string[] =>
    follows ?? (value.kind === "sql" ? codeSql.columnsOf(value.sql) : []),
);
