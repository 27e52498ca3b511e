import type { FormerTable } from "../../dialect/judging.js";
import type { ColumnDeclaration } from "../../model/declaration.js";

/** Whether a computed column has stored values: in the table or in an index. */
export function hasKeptColumn(columns: readonly ColumnDeclaration[], indexes: FormerTable["indexes"]): boolean {
  return columns.some(
    ({ name, isGenerated, isVirtual }) =>
      isGenerated && (isVirtual !== true || indexes.some((index) => index.columns.includes(name))),
  );
}
