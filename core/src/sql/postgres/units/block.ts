import type { TableName } from "../../../model/names.js";
import { dollarQuote, regclassLiteral } from "../quote.js";
import { plainFrame } from "./frame.js";

/** The longest that others may queue behind one try, and the longest that all tries take: it holds xmin meanwhile. */
export const stallMs = 500;
export const budgetMs = 30_000;

/** What stands at the top of every framed unit; the frames read these names. */
export function settings(table: TableName): string {
  return `  tables    constant regclass[] := ARRAY[${regclassLiteral(table)}];
  lock_mode constant text := 'ACCESS EXCLUSIVE';
  stall_ms  constant int := ${stallMs};  -- the longest that others may queue behind one try
  budget_ms int := ${budgetMs};
  again     constant text := 'Then let it run again: npx lockstep status shows the commands.';
`;
}

/**
 * A unit of frame 1: one `DO` block that runs `change` under a short lock. `change` is complete lines, indented by
 * four.
 */
export function framedChange(table: TableName, change: string): string {
  return block(
    `${settings(table)}  change    constant text := ${dollarQuote(`\n${change}  `, "change")};\n${plainFrame}`,
  );
}

/** `DO $lockstep$ DECLARE … END $lockstep$;` */
export function block(body: string): string {
  return `DO ${dollarQuote(`\nDECLARE\n${body}END `, "lockstep")};\n`;
}
