import type { SpecOf, UnitText } from "../dialect/units.js";
import { isSameTable, type TableName } from "../model/names.js";
import type { Held, LockMode, Verdict } from "../model/verdict.js";
import { printable } from "./printable.js";

/** The verdict of a plan's unit: this lock, and no concerns. */
export function takes(mode: LockMode, held: Held, ...tables: readonly TableName[]): Verdict {
  const distinct = tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
  return { locks: distinct.map((table) => ({ table, mode })), held, concerns: [], doubts: [] };
}

/** The verdict of unchecked statements. */
export const unjudged: Verdict = { locks: [], held: "rewrite", concerns: [], doubts: ["statement"] };

/** Names and fills may contain line breaks; the texts of a unit must not. */
export function oneLine(text: UnitText): UnitText {
  return { ...text, title: printable(text.title), ddl: printable(text.ddl), undo: printable(text.undo) };
}

/** Starts a comment before a changed statement of the user, and is followed by the reason. */
export const adapted = "-- Adapted by Lockstep: ";

/** @param verdict of the statements */
export function describeOriginal({ sql, frame }: SpecOf<"original">, verdict: Verdict): UnitText {
  const ddl = sql
    .replaceAll(/^\s*--.*$/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const isAdapted = sql.includes(adapted);
  const how = isAdapted ? "adapted so that no write meets a gap" : "as they were written";
  const own = isAdapted ? checkTitle(ddl) : undefined;
  const many = `Other statements of the migration, ${how}${frame === undefined ? "" : ", in a lock frame"}`;
  return {
    // The ORM may have written them.
    title: own ?? (isAdapted || ddl.length > longestTitle ? many : `As written: ${ddl.replace(/;$/, "")}`),
    ddl,
    verdict,
    undo: "a new migration of the ORM",
  };
}

const longestTitle = 90;

const ofCheck =
  /^ALTER TABLE (?:ONLY )?((?:"[^"]+"|[^\s"])+) (?:ADD CONSTRAINT ("[^"]+"|\w+) CHECK\b[^;]* NOT VALID|VALIDATE CONSTRAINT ("[^"]+"|\w+));$/i;

/** Whether a statement of the user, in one line, adds a check that a plan has split, and does nothing else. */
export function addsCheck(ddl: string): boolean {
  return ofCheck.exec(ddl)?.[2] !== undefined;
}

/** The title of a check that a plan splits, for its file of new rows and for that of existing ones. */
function checkTitle(ddl: string): string | undefined {
  const [, table, added, validated] = ofCheck.exec(ddl) ?? [];
  if (added !== undefined) return `Add the check ${added} to ${table}, for new rows`;
  return validated === undefined ? undefined : `Check existing rows of ${table} for ${validated}`;
}

/** A user's SQL expression that generated text can follow on the same line: a `--` comment in it would hide that text. */
export function closed(expression: string): string {
  return expression.includes("--") ? `${expression}\n` : expression;
}
