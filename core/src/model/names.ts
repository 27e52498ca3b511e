import type { TableName } from "./names-schema.js";

export type { TableName };

/** `User` or `auth.User`: the name of a table in messages and keys. */
export function tableLabel(table: TableName): string {
  return table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
}

/** A name quoted as in standard SQL: for commands in messages, and for definitions that are compared. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The same of a table: `"auth"."User"`. */
export function quotedTable({ schema, name }: TableName): string {
  return schema === undefined ? quotedName(name) : `${quotedName(schema)}.${quotedName(name)}`;
}

/** `"User"."name"`; without a column, or with an empty one, `"Team"`. */
export function objectLabel({ table, column = "" }: { readonly table: TableName; readonly column?: string }): string {
  return `"${tableLabel(table)}"${column === "" ? "" : `."${column}"`}`;
}

/** Whether two names mean the same table. An absent schema only equals an absent schema. */
export function isSameTable(a: TableName, b: TableName): boolean {
  return a.name === b.name && a.schema === b.schema;
}

/** The map key of a table, or of a column of it: equal if `isSameTable` is true. */
export function nameKey({ schema = "", name }: TableName, column = ""): string {
  // PostgreSQL names cannot contain this character, and cannot be empty.
  return `${schema}\0${name}\0${column}`;
}
