import { quoteIdentifier } from "./quote.js";

// PostgreSQL's reserved words that people name columns after. A word that is missing costs a hint its quotes, no more.
const reserved: ReadonlySet<string> = new Set(
  `all and any as asc case check column default desc do else end for from group having in limit not null offset on
  only or order primary references select table then to union unique user using when where with`.split(/\s+/),
);

/** Whether SQL without quotes would mean another name, or none. */
export function mustQuote(name: string): boolean {
  return !/^[a-z_][a-z0-9_]*$/.test(name) || reserved.has(name);
}

/**
 * A name as people would write it in SQL, for hints; generated SQL always quotes.
 *
 * @example spelled("email") === "email"; spelled("firstName") === '"firstName"'
 */
export function spelled(name: string): string {
  return mustQuote(name) ? quoteIdentifier(name) : name;
}
