import { quoteIdentifier } from "./quote.js";

// PostgreSQL's reserved words that people use as column names. A missing word only costs a hint its quotes.
const reserved: ReadonlySet<string> = new Set(
  `all and any as asc case check column default desc do else end for from group having in limit not null offset on
  only or order primary references select table then to union unique user using when where with`.split(/\s+/),
);

/** Whether the unquoted name would mean another name, or be invalid. */
export function mustQuote(name: string): boolean {
  return !/^[a-z_][a-z0-9_]*$/.test(name) || reserved.has(name);
}

/**
 * A name as people would write it in SQL, for hints. Generated SQL always quotes names.
 *
 * @example spelled("email") === "email"; spelled("firstName") === '"firstName"'
 */
export function spelled(name: string): string {
  return mustQuote(name) ? quoteIdentifier(name) : name;
}
