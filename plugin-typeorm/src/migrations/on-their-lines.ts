import type { LiteralQuery } from "./evaluate/read-migration.js";

/** Every statement on the line that it has in the file: messages then name that. */
export function onTheirLines(queries: readonly LiteralQuery[]): string {
  let text = "";
  let ends = 1;
  for (const { sql, line } of queries) {
    const own = sql.replace(/[\s;]+$/, "");
    // A comment at its end would take the semicolon along.
    const next = `${"\n".repeat(Math.max(0, line - ends))}${own}${/--[^\n]*$/.test(own) ? "\n" : ""};`;
    ends += next.split("\n").length - 1;
    text += next;
  }
  return `${text}\n`;
}
