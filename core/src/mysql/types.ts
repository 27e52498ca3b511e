import type { DialectId } from "../model/dialect.js";
import { Cursor, notUnderstood } from "./read/cursor.js";
import { readType } from "./read/read-type.js";
import { Scanner, type Token } from "./read/scan.js";

/** A type as COLUMN_TYPE prints it, without the display width of integers and years, which MySQL 8 no longer prints. */
export function withoutWidth(type: string): string {
  return type.replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)/i, "$1");
}

/** Converts a user's spelling of a type to the same form: replaces synonyms and default lengths. Returns an unknown type unchanged. */
export function typeInCatalogue(type: string, server: DialectId): string {
  const scanner = new Scanner(type);
  const tokens: Token[] = [];
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
  try {
    const known = withoutWidth(readType(new Cursor(type, tokens)).type);
    // In MariaDB, JSON is text with a check.
    return known === "json" && server === "mariadb" ? "longtext" : known;
  } catch (error) {
    if (error !== notUnderstood) throw error;
    return type;
  }
}
