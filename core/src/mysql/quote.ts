import type { TableName } from "../model/names.js";

/** `` `a` `` */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** `` `shop`.`User` ``; without a schema the session's database decides, as for the ORM. */
export function quoteTable({ schema, name }: TableName): string {
  return schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
