import type { RangeVar } from "libpg-query";
import type { TableName } from "../../model/index.js";

/** The table of a statement, as it names it. */
export function tableOf(relation: RangeVar | undefined): TableName {
  return qualifiedName([relation?.schemaname, relation?.relname].filter((part) => part !== undefined));
}

/** `["auth", "User"]` → `{ schema: "auth", name: "User" }`. */
export function qualifiedName(parts: readonly string[]): TableName {
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}
