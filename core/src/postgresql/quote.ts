import { createHash } from "node:crypto";
import { LockstepError } from "../base/errors.js";
import type { Quote } from "../dialect/quote.js";
import type { TableName } from "../model/names.js";
import { temporaryPrefix } from "../model/unit-spec.js";
import { printable } from "../sql/printable.js";

/** NAMEDATALEN - 1: PostgreSQL truncates longer names with only a notice, not an error (docs: "Identifiers and Key Words"). */
const maxBytes = 63;

/**
 * An identifier, always quoted: `"User"`. Quotes inside are doubled.
 * @throws LockstepError LS1003 for a name that PostgreSQL would truncate (over 63 bytes) or does not allow (NUL, empty)
 */
export function quoteIdentifier(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes > maxBytes) {
    throw new LockstepError(
      "LS1003",
      `The name "${printable(name)}" has ${bytes} bytes, but PostgreSQL keeps ${maxBytes}`,
      {
        details: { name },
      },
    );
  }
  if (name === "" || name.includes("\0")) {
    throw new LockstepError(
      "LS1003",
      `The name "${printable(name)}" is empty or contains a NUL, which PostgreSQL does not allow`,
      {
        hint: "Choose another database name.",
        details: { name },
      },
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes every name and text in a statement. */
export const quote: Quote = { identifier: quoteIdentifier, table: quoteTable, literal: quoteLiteral };

/** `"auth"."User"`, or `"User"` for a table that the search path finds. Errors as `quoteIdentifier`. */
export function quoteTable(table: TableName): string {
  return qualified(table.schema, table.name);
}

/** An object in a schema (index, function), quoted like a table. */
export function qualified(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/**
 * A string literal. With a backslash it becomes `E'…'`, which does not depend on `standard_conforming_strings`.
 * @throws LockstepError LS1003 for a NUL, which PostgreSQL text cannot contain
 */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) throw new LockstepError("LS1003", `A text contains a NUL: "${printable(text)}"`);
  const doubled = text.replaceAll("'", "''");
  return text.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}

/** The literal that `::regclass` reads as this table: `'"User"'`. */
export function regclassLiteral(table: TableName): string {
  return quoteLiteral(quoteTable(table));
}

/** `$change$…$change$`, or with `$change2$`, `$change3$`, …: the first tag that the text does not contain. */
export function dollarQuote(text: string, word: string): string {
  for (let n = 1; ; n++) {
    const tag = n === 1 ? `$${word}$` : `$${word}${n}$`;
    // The end counts too: text that ends in `$change` would close the quote one character too early.
    if ((text + tag).indexOf(tag) === text.length) return `${tag}${text}${tag}`;
  }
}

/** Names of objects that only exist while a plan is open. All begin with `lockstep_`, the trigger with `zz_`: it fires last. */
export interface ScaffoldNames {
  /** CHECK (column IS NOT NULL), in prove. */
  readonly check: string;
  readonly trigger: string;
  readonly function: string;
}

/**
 * The scaffold names of one column: stable, and different for different columns.
 * @example scaffoldNames({ name: "User" }, "handle").trigger === "zz_lockstep_fill_User_handle"
 */
export function scaffoldNames(table: TableName, column: string): ScaffoldNames {
  return {
    check: scaffoldName("lockstep_nn_", table, column),
    trigger: scaffoldName("zz_lockstep_fill_", table, column),
    // Function names are unique in the schema, so "a_b" + "c" and "a" + "b_c" must not collide.
    function: scaffoldName("lockstep_fill_", table, column, table.name.includes("_")),
  };
}

/**
 * The name that PostgreSQL gives to an unnamed object, if it is free: truncates the longer of the two names until they fit (makeObjectName
 * in its indexcmds.c).
 * @param columns empty: only the table name
 * @param label the kind of object: `seq` of a serial column, `fkey`, `key`, `check`
 * @example objectName({ name: "Order" }, ["number"], "seq") === "Order_number_seq"
 */
export function objectName(table: TableName, columns: readonly string[], label: string): string {
  const column = columns.join("_");
  const behind = column === "" ? label : `_${label}`;
  const room = maxBytes - `_${behind}`.length;
  let [one, two] = [Buffer.byteLength(table.name), Buffer.byteLength(column)];
  while (one + two > room) {
    if (one > two) one--;
    else two--;
  }
  return `${cutToBytes(table.name, one)}_${cutToBytes(column, two)}${behind}`;
}

/** The temporary name of an index that replaces one with the same name, until that one is dropped. */
export function temporaryIndexName(index: string): string {
  return shortName(`${temporaryPrefix}${index}`, index);
}

function scaffoldName(prefix: string, table: TableName, column: string, isHashed = false): string {
  return shortName(`${prefix}${table.name}_${column}`, `${prefix}\0${table.name}\0${column}`, isHashed);
}

function shortName(name: string, key: string, isHashed = false): string {
  if (!isHashed && Buffer.byteLength(name) <= maxBytes) return name;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return `${cutToBytes(name, maxBytes - 1 - hash.length)}_${hash}`;
}

/** Truncates at a character: half of an umlaut is invalid UTF-8. */
function cutToBytes(text: string, limit: number): string {
  let cut = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    cut += character;
  }
  return cut;
}
