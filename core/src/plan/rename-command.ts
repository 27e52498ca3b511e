import type { ColumnSource } from "../model/index.js";

/**
 * The command that renames only a field. Undefined if the field and its column have different names: its former name is unknown.
 *
 * @param source of the new column
 * @param column the old one
 */
export function renameCommand(source: ColumnSource | undefined, column: string, newName: string): string | undefined {
  const isPlain = source?.field === newName && /^\w+$/.test(column);
  return isPlain ? `npx lockstep rename ${source.model}.${column} ${newName}` : undefined;
}
