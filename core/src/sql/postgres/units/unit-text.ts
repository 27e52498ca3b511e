import { isSameTable, type TableName } from "../../../model/names.js";
import type { UnitColumn, UnitKind, UnitSpec } from "../../../model/plan.js";
import type { Held, LockMode, Verdict } from "../../../model/verdict.js";
import { printable, quoteIdentifier, quoteTable } from "../quote.js";

export type SpecOf<K extends UnitKind> = Extract<UnitSpec, { kind: K }>;
export type ColumnsSpec = SpecOf<"expand" | "prove" | "enforce" | "undo-expand" | "undo-contract">;

/** A unit in words: for its header, the terminal and the plan. Each in one line. */
export interface UnitText {
  readonly title: string;
  /** Statements joined by `; `, without the frame and its assertions. */
  readonly ddl: string;
  readonly verdict: Verdict;
  readonly undo: string;
}

/** The verdict of a unit of a plan: it takes this lock, and nothing else is to be said of it. */
export function takes(mode: LockMode, held: Held, ...tables: readonly TableName[]): Verdict {
  const distinct = tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
  return { locks: distinct.map((table) => ({ table, mode })), held, concerns: [], doubts: [] };
}

/** Names and fills may have line breaks; the words of a unit have none. */
export function oneLine(text: UnitText): UnitText {
  return { ...text, title: printable(text.title), ddl: printable(text.ddl), undo: printable(text.undo) };
}

/** `"a", "b"` */
export function columnList(columns: readonly UnitColumn[]): string {
  return columns.map((column) => quoteIdentifier(column.name)).join(", ");
}

/** `"User"."a", "User"."b"` */
export function qualifiedColumns(spec: ColumnsSpec): string {
  return spec.columns.map((column) => `${quoteTable(spec.table)}.${quoteIdentifier(column.name)}`).join(", ");
}

/** `ALTER TABLE "User" <clause of each column>, …` */
export function alterTable(spec: ColumnsSpec, ...clauses: ((column: UnitColumn) => string)[]): string {
  const all = clauses.flatMap((clause) => spec.columns.map(clause));
  return `ALTER TABLE ${quoteTable(spec.table)} ${all.join(", ")}`;
}

/**
 * An SQL expression of the user, ready to be followed by our text on the same line: a `--` comment in it would swallow
 * that.
 */
export function closed(expression: string): string {
  return expression.includes("--") ? `${expression}\n` : expression;
}
