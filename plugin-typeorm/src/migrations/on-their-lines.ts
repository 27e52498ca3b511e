import type { LiteralQuery } from "./evaluate/read-migration.js";

/** Every statement on its line in the file, so that messages show the right line. */
export function onTheirLines(queries: readonly LiteralQuery[]): string {
  let text = "";
  let ends = 1;
  for (const { sql, line } of queries) {
    const own = sql.replace(/[\s;]+$/, "");
    // A comment at its end would include the semicolon.
    const next = `${"\n".repeat(Math.max(0, line - ends))}${own}${/--[^\n]*$/.test(own) ? "\n" : ""};`;
    ends += next.split("\n").length - 1;
    text += next;
  }
  return `${text}\n`;
}
