import type { SpecOf, UnitText } from "../dialect/units.js";
import { isSameTable, type TableName } from "../model/names.js";
import type { Held, LockMode, Verdict } from "../model/verdict.js";
import { printable } from "./printable.js";

/** The verdict of a unit of a plan: it takes this lock, and nothing else is to be said of it. */
export function takes(mode: LockMode, held: Held, ...tables: readonly TableName[]): Verdict {
  const distinct = tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
  return { locks: distinct.map((table) => ({ table, mode })), held, concerns: [], doubts: [] };
}

/** Of statements that nobody has judged. */
export const unjudged: Verdict = { locks: [], held: "rewrite", concerns: [], doubts: ["statement"] };

/** Names and fills may have line breaks; the words of a unit have none. */
export function oneLine(text: UnitText): UnitText {
  return { ...text, title: printable(text.title), ddl: printable(text.ddl), undo: printable(text.undo) };
}

/** Begins a comment before a statement of the user's own that does not run as it was written, and tells why. */
export const adapted = "-- Adapted by Lockstep: ";

/** @param verdict of the statements */
export function describeOriginal({ sql, frame }: SpecOf<"original">, verdict: Verdict): UnitText {
  const how = sql.includes(adapted) ? "adapted so that no write meets a gap" : "as they were written";
  return {
    title: `Your own statements, ${how}${frame === undefined ? "" : ", in a lock frame"}`,
    ddl: sql
      .replaceAll(/^\s*--.*$/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim(),
    verdict,
    undo: "a new migration of the ORM",
  };
}

/**
 * An SQL expression of the user, ready to be followed by our text on the same line: a `--` comment in it would swallow
 * that.
 */
export function closed(expression: string): string {
  return expression.includes("--") ? `${expression}\n` : expression;
}
