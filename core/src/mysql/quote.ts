import { createHash } from "node:crypto";
import { LockstepError } from "../base/errors.js";
import type { Quote } from "../dialect/quote.js";
import type { TableName } from "../model/names.js";
import { printable } from "../sql/printable.js";

/** Characters, not bytes. The server rejects longer names (1059). */
const maxCharacters = 64;

/**
 * An identifier, always quoted: `` `User` ``. Backticks inside are doubled.
 * @throws LockstepError LS1003 for a name that MySQL does not allow: over 64 characters, empty, with NUL or a space at its end
 */
export function quoteIdentifier(name: string): string {
  const { length } = [...name];
  if (length > maxCharacters)
    throw new LockstepError("LS1003", `The name "${printable(name)}" has ${length} characters, but MySQL allows 64`, {
      details: { name },
    });
  if (name === "" || name.includes("\0") || name.endsWith(" "))
    throw new LockstepError(
      "LS1003",
      `The name "${printable(name)}" is empty, contains a NUL or ends in a space, which MySQL does not allow`,
      { hint: "Choose another database name.", details: { name } },
    );
  return `\`${name.replaceAll("`", "``")}\``;
}

/** `` `shop`.`User` ``, or `` `User` `` in the session's database. */
export function quoteTable({ schema, name }: TableName): string {
  return qualified(schema, name);
}

/** Triggers and procedures belong to a database, like tables. */
export function qualified(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Text as an expression. `sql_mode` decides whether a backslash is literal or an escape, so literals contain none. */
export function quoteText(text: string): string {
  const parts = withoutNul(text)
    .split("\\")
    .map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join("") : `CONCAT(${parts.join(", CHAR(92 USING utf8mb4), ")})`;
}

/** A name to compare with catalog values. CONCAT would give it another collation, which clashes (1267). */
export function quoteName(name: string): string {
  return name.includes("\\") ? `_utf8mb4 X'${Buffer.from(withoutNul(name)).toString("hex")}'` : quoteText(name);
}

function withoutNul(text: string): string {
  if (text.includes("\0")) throw new LockstepError("LS1003", `A text contains a NUL: "${printable(text)}"`);
  return text;
}

/** For positions that only allow a literal. Treats backslash as an escape, which is wrong if NO_BACKSLASH_ESCAPES is set. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
}

/** Names of objects that only exist while a plan is open. Trigger names are unique in the database. */
export function triggerNames(table: TableName, column: string): { readonly insert: string; readonly update: string } {
  return {
    insert: scaffoldName("zz_lockstep_fill_", table, column, "_ins"),
    update: scaffoldName("zz_lockstep_fill_", table, column, "_upd"),
  };
}

/** `lockstep_ab12cd34`: the procedure of a unit, on servers without anonymous blocks. */
export function procedureName(...parts: readonly string[]): string {
  return `lockstep_${hashOf(...parts)}`;
}

/** If two names could collide ("a_b" + "c" and "a" + "b_c") or are truncated, a hash distinguishes them. */
function scaffoldName(prefix: string, table: TableName, column: string, end: string): string {
  const whole = `${prefix}${table.name}_${column}${end}`;
  if (!table.name.includes("_") && [...whole].length <= maxCharacters) return whole;
  const hash = `_${hashOf(prefix, table.name, column)}${end}`;
  const room = maxCharacters - [...hash].length;
  return [...`${prefix}${table.name}_${column}`].slice(0, room).join("") + hash;
}

function hashOf(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 8);
}

/** Quotes every name and text in a statement. */
export const quote: Quote = { identifier: quoteIdentifier, table: quoteTable, literal: quoteText };
