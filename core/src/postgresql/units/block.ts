import type { TableName } from "../../model/names.js";
import { type LockMode, lockModes } from "../../model/verdict.js";
import { dollarQuote, regclassLiteral } from "../quote.js";
import { plainFrame } from "./frame.js";

/** How long others may queue behind one attempt, and the time limit for all attempts, which hold xmin meanwhile. */
export const stallMs = 500;
export const budgetMs = 30_000;

/** What a frame locks. */
export interface Locked {
  readonly table: TableName;
  /** Messages also name sessions on child tables. The lock on the parent includes them. */
  readonly hasChildren?: true;
  /** Other tables, locked together with it: without waiting for one while holding the other. */
  readonly others?: readonly TableName[];
}

/** The declarations at the top of every framed unit, which the frames read. A table that is listed twice is locked once. */
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

/** The change in a frame of kind 1, and its locks. `change` is complete lines, indented by four. */
export interface Framed {
  readonly locked: Locked;
  readonly change: string;
  /** Default: ACCESS EXCLUSIVE. */
  readonly mode?: LockMode;
}

/** A file of frame 1: one `DO` block that runs `change` under a short lock. */
export function framedChange(locked: Locked, change: string, lockMode?: string): string {
  return inFrame(settings(locked, lockMode), quotedChange(change));
}

/**
 * The same for several units: one after the other, under one lock, in the strongest mode of all.
 *
 * @param change SQL: an expression for the text to run
 */
export function framedTogether(parts: readonly [Framed, ...Framed[]], change: string, declared = ""): string {
  const [{ locked }] = parts;
  const others = parts.flatMap((part) => [part.locked.table, ...(part.locked.others ?? [])]);
  const hasChildren = parts.some((part) => part.locked.hasChildren);
  const modes = parts.map(({ mode = "ACCESS EXCLUSIVE" }) => mode);
  const strongest = lockModes.findLast((mode) => modes.includes(mode));
  return inFrame(
    settings({ table: locked.table, others, ...(hasChildren ? { hasChildren } : {}) }, strongest) + declared,
    change,
  );
}

/** SQL: a literal with lines that run in a frame. */
export function quotedChange(change: string): string {
  return dollarQuote(`\n${change}  `, "change");
}

function inFrame(declared: string, change: string): string {
  return block(`${declared}  change    constant text := ${change};\n${plainFrame}`);
}

/** A query for all tables that inherit from a table, at any depth, as `regclass`. */
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
