import type { Units } from "../dialect/units.js";
import {
  blocksWrites,
  isSameTable,
  type Operation,
  type OperationKind,
  strongestMode,
  type TableLock,
  type TableName,
  type UnitSpec,
  type Verdict,
} from "../model/index.js";
import { combine } from "../sql/verdicts/combine.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/** A user's statement that a plan does not change: its bytes with the comments before it, and its operations. */
export interface Passing {
  readonly text: string;
  readonly operations: readonly Operation[];
}

export interface OriginalUnit {
  readonly spec: Extract<UnitSpec, { kind: "original" }>;
  readonly verdict: Verdict;
}

/**
 * The units for consecutive statements, in order. Quick statements that another session could wait for go into a lock frame: either all of
 * them, or the longer quick part at the start or end. Split at most in two, because each file is another deployment step.
 */
export function originalUnits(judged: readonly Judged[]): OriginalUnit[] {
  const { length } = judged;
  const from = judged.findLastIndex(({ fits }) => !fits) + 1;
  const slow = judged.findIndex(({ fits }) => !fits);
  const to = slow === -1 ? length : slow;
  const waits = (part: readonly Judged[]) => part.filter(({ verdict }) => framed(verdict).length > 0).length;
  const [head, tail] = [judged.slice(0, to), judged.slice(from)];
  if (Math.max(waits(head), waits(tail)) === 0) return [unit(judged, false)];
  const parts =
    waits(head) >= waits(tail)
      ? [unit(head, true), unit(judged.slice(to), false)]
      : [unit(judged.slice(0, from), false), unit(tail, true)];
  return parts.filter(({ spec }) => spec.sql.trim() !== "");
}

/** A user's statement with its effects on a live database, and whether it fits into a frame. */
export interface Judged extends Passing {
  readonly verdict: Verdict;
  readonly fits: boolean;
  /** It stays in one transaction with the others of its piece, and in a file of their own. */
  readonly isBound?: true;
}

/** The unit for statements that stay together: in a lock frame if they are quick, else in an explicit transaction. */
export function boundUnit(piece: readonly Judged[], { framesOriginals }: Pick<Units, "framesOriginals">): OriginalUnit {
  const isFramed = piece.every(({ fits }) => fits);
  const made = unit(piece, isFramed);
  const isStated = piece.some(({ operations }) => operations.some(({ kind }) => kind === "transaction"));
  if (made.spec.frame !== undefined || piece.length === 1 || isStated || !framesOriginals) return made;
  // Some versions of some ORMs send the statements of a file one by one.
  return { ...made, spec: { ...made.spec, sql: `BEGIN;\n${made.spec.sql}COMMIT;\n` } };
}

export function judged(passing: Passing, context: VerdictContext, { framesOriginals }: Units): Judged {
  const verdict = combine(passing.operations.map((operation) => context.judging.verdictOf(operation, context)));
  return { ...passing, verdict, fits: framesOriginals && fitsFrame(passing, verdict) };
}

/**
 * Operations that also run in a transaction and in a block, on tables that can be locked first: no views, because LOCK applies to their
 * tables.
 */
const framable: ReadonlySet<OperationKind> = new Set([
  "addColumn",
  "addCheck",
  "addForeignKey",
  "addKeyOfIndex",
  "addPrimaryKey",
  "addUnique",
  "addExclusion",
  "createDomain",
  "createFunction",
  "createIndex",
  "createTable",
  "createTrigger",
  "createType",
  "comment",
  "dropColumn",
  "dropConstraint",
  "dropIndex",
  "dropNotNull",
  "dropTable",
  "dropType",
  "renameColumn",
  "renameType",
  "setDefault",
  "setNotNull",
  "setType",
]);

function fitsFrame({ text, operations }: Passing, { held, concerns, doubts }: Verdict): boolean {
  return (
    held === "instant" &&
    operations.every((operation) => framable.has(operation.kind) || isFramableForm(operation)) &&
    !operations.some((operation) => "isConcurrent" in operation && operation.isConcurrent) &&
    !concerns.some(({ kind }) => kind === "fails-in-transaction" || kind === "searches-default-partition") &&
    doubts.every((doubt) => doubt === "other-tables" || doubt === "server") &&
    // A table that may be missing cannot be locked first.
    !/\b(?:ALTER|DROP)\s+TABLE\s+IF\s+EXISTS\b/i.test(text)
  );
}

function isFramableForm(operation: Operation): boolean {
  return operation.kind === "form" && (operation.what === "AT_ReplicaIdentity" || operation.what === "ALREADY DONE");
}

/** The locks that a frame takes first. */
export function framed({ locks }: Verdict): readonly TableLock[] {
  return locks.filter(({ mode }) => blocksWrites(mode));
}

/** The bytes of consecutive statements. */
export function sqlOf(part: readonly Passing[]): string {
  // The first statement of a migration does not start with a line break.
  const text = part.reduce((all, { text }) => all + (/^\n|^$/.test(text) || /\n$|^$/.test(all) ? "" : "\n") + text, "");
  return `${text.replace(/^\n+/, "").trimEnd()}\n`;
}

function unit(part: readonly Judged[], isFramed: boolean): OriginalUnit {
  const sql = sqlOf(part);
  const verdict = combine(part.map((passing) => passing.verdict));
  const taken = framed(verdict);
  const [table, ...others] = taken.map((lock) => lock.table);
  const mode = strongestMode({ locks: taken });
  if (!isFramed || table === undefined || mode === undefined) return { spec: { kind: "original", sql }, verdict };
  const tables: readonly [TableName, ...TableName[]] = [table, ...others];
  // The frame locks all of them at once, so all in the same mode.
  const locks = verdict.locks.map((lock) =>
    tables.some((each) => isSameTable(each, lock.table)) ? { ...lock, mode } : lock,
  );
  return { spec: { kind: "original", sql, frame: { tables, mode } }, verdict: { ...verdict, locks } };
}
