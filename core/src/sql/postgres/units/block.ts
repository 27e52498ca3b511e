import type { TableName } from "../../../model/names.js";
import { dollarQuote, regclassLiteral } from "../quote.js";
import { plainFrame } from "./frame.js";

/** The longest that others may queue behind one try, and the longest that all tries take: it holds xmin meanwhile. */
export const stallMs = 500;
export const budgetMs = 30_000;

/** What a frame locks. */
export interface Locked {
  readonly table: TableName;
  /** Their sessions are named in messages too; the lock itself reaches them from their parent. */
  readonly hasChildren?: true;
  /** Other tables, locked at once with it: without waiting for one while holding the other. */
  readonly others?: readonly TableName[];
}

/** What stands at the top of every framed unit; the frames read these names. A table that is named twice is locked once. */
export function settings({ table, hasChildren, others = [] }: Locked, lockMode = "ACCESS EXCLUSIVE"): string {
  const names = [...new Set([table, ...others].map(regclassLiteral))];
  const tables = hasChildren
    ? `ARRAY[${names.map((name) => `${name}::regclass`).join(", ")}] || ARRAY(${childrenOf(table)})`
    : `ARRAY[${names.join(", ")}]`;
  return settingsOf(tables, lockMode);
}

/** @param tables SQL: an array of regclass */
export function settingsOf(tables: string, lockMode: string): string {
  return `  tables    constant regclass[] := ${tables};
  lock_mode constant text := '${lockMode}';
  stall_ms  constant int := ${stallMs};  -- the longest that others may queue behind one try
  budget_ms int := ${budgetMs};
  again     constant text := 'Then let it run again: npx lockstep status shows the commands.';
`;
}

/**
 * A unit of frame 1: one `DO` block that runs `change` under a short lock. `change` is complete lines, indented by
 * four.
 */
export function framedChange(locked: Locked, change: string, lockMode?: string): string {
  return block(
    `${settings(locked, lockMode)}  change    constant text := ${dollarQuote(`\n${change}  `, "change")};\n${plainFrame}`,
  );
}

/** A query: the tables that inherit from a table, however far down, as `regclass`. */
export function childrenOf(table: TableName): string {
  return (
    `WITH RECURSIVE t(r) AS (SELECT inhrelid FROM pg_inherits WHERE inhparent = ${regclassLiteral(table)}::regclass ` +
    "UNION SELECT inhrelid FROM pg_inherits JOIN t ON inhparent = r) SELECT r::regclass FROM t"
  );
}

/** `DO $lockstep$ DECLARE … END $lockstep$;` */
export function block(body: string): string {
  return `DO ${dollarQuote(`\nDECLARE\n${body}END `, "lockstep")};\n`;
}
