import type { Safer } from "../dialect/checking.js";
import type { TableName } from "../model/index.js";
import type { SaferContext } from "./rule.js";

/** The safe alternative for a constraint that checks rows: NOT VALID, then validation in a separate transaction. */
export function notValid(
  { table, name, sql }: { table: TableName; name: string | undefined; sql: string },
  { quote }: SaferContext,
): Safer {
  const words = "add it NOT VALID and validate it in a later migration, while reads and writes continue";
  // PostgreSQL generates a name that the migration does not contain.
  if (name === undefined) return { words: `give it a name, then ${words}` };
  return {
    words,
    sql: [
      `ALTER TABLE ${quote.table(table)} ${sql} NOT VALID`,
      `ALTER TABLE ${quote.table(table)} VALIDATE CONSTRAINT ${quote.identifier(name)}`,
    ],
  };
}
