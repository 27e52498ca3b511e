import type { DialectId } from "../model/dialect.js";
import { Cursor, notUnderstood } from "./read/cursor.js";
import { readType } from "./read/read-type.js";
import { Scanner, type Token } from "./read/scan.js";

/** A type as COLUMN_TYPE prints it, without the display width of integers and years, which MySQL 8 prints no more. */
export function withoutWidth(type: string): string {
  return type.replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)/i, "$1");
}

/** The same of a type as somebody spells it: synonyms, and lengths that go without saying. What nobody can read stays as it is. */
export function typeInCatalogue(type: string, server: DialectId): string {
  const scanner = new Scanner(type);
  const tokens: Token[] = [];
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) tokens.push(token);
  try {
    const known = withoutWidth(readType(new Cursor(type, tokens)).type);
    // MariaDB's is a text that is checked.
    return known === "json" && server === "mariadb" ? "longtext" : known;
  } catch (error) {
    if (error !== notUnderstood) throw error;
    return type;
  }
}
