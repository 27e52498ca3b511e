import {
  type ConcernKind,
  isSameTable,
  type Operation,
  type OperationOf,
  type TableName,
  type UnitIndex,
  type Verdict,
} from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";
import { buildIndex, constraintIndex, unitForeignKey, unitIndex } from "../rules/steps.js";
import { adapted } from "../sql/unit-words.js";
import { harmless } from "../sql/verdicts/combine.js";
import type { Judged } from "./original-units.js";
import { nameOf } from "./redo-pairs.js";
import type { Piece } from "./share-files.js";

/** What decides how a pair of statements stays together. */
export interface Redoing {
  readonly context: RuleContext;
  /** The verdict of a statement in its own file. */
  judge(text: string, operations: readonly Operation[]): Judged;
  /** Its indexes cannot be built concurrently, and its foreign keys cannot be added without checking all rows. */
  isPartitioned(table: TableName): boolean;
  /** The plan splits the statement, although it replaces nothing. */
  isSplit(operation: Operation): boolean;
}

/** An equivalent without a gap in enforcement, and without a scan under a lock; undefined: there is none. */
export function withoutGap(
  piece: readonly Judged[],
  own: readonly (readonly Judged[])[],
  target: readonly Judged[],
  redoing: Redoing,
): Better | undefined {
  const [gone, ...more] = operationsOf(piece);
  const [made, ...others] = operationsOf(target);
  if (gone === undefined || made === undefined || more.length > 0 || others.length > 0) return undefined;
  if (gone.kind !== "dropConstraint" && gone.kind !== "dropIndex") return undefined;
  if (!("table" in made) || redoing.context.createdInThisChange(made.table)) return undefined;
  const { hasNotValidChecks, hasConcurrentIndexes } = redoing.context.judging.capabilities;
  const isWhole = redoing.isPartitioned(made.table);
  const before = [...piece, ...own.flat()];
  switch (made.kind) {
    case "addForeignKey":
      return hasNotValidChecks && !isWhole ? notValid(before, gone, target, made, redoing) : undefined;
    case "addCheck":
      // A later SET NOT NULL may rely on a NOT NULL check.
      return hasNotValidChecks && made.notNull.length === 0 ? notValid(before, gone, target, made, redoing) : undefined;
    case "createIndex":
    case "addUnique":
      return hasConcurrentIndexes && !isWhole && own.length === 0
        ? builtBefore(piece, gone, target, made, redoing)
        : undefined;
    default:
      return undefined;
  }
}

export interface Better {
  readonly pieces: readonly Piece[];
  /** The pieces to run after everything else. */
  readonly later?: readonly Piece[];
  /** The verdicts of operations that are less harmful here than as single statements. */
  readonly eased: ReadonlyMap<Operation, Verdict>;
}

/** Replaces the old constraint, if any, with a new one for later writes in one step; the next file checks existing rows. */
export function notValid(
  before: readonly Judged[],
  gone: Operation | undefined,
  [target]: readonly Judged[],
  made: OperationOf<"addForeignKey" | "addCheck">,
  { context, judge }: Redoing,
): Better | undefined {
  const at = target?.text.lastIndexOf(made.sql) ?? -1;
  const { table, name } = made;
  if (target === undefined || at === -1 || name === undefined || !made.isValid || made.isEnforced === false)
    return undefined;
  // A comment would hide the added text.
  const sql = `${made.sql}${made.sql.includes("--") ? "\n" : " "}NOT VALID`;
  const line = target.text.lastIndexOf("\n", at) + 1;
  const note = `${adapted}NOT VALID, so that no row is checked under the lock. The next file checks them.\n`;
  const text = `${target.text.slice(0, line)}${note}${target.text.slice(line, at)}${sql}${target.text.slice(at + made.sql.length)}`;
  // If the old constraint allowed a row or a write, the new one allows it.
  const isSame = made.kind === "addForeignKey" && gone !== undefined && isSameKey(gone, made, context);
  const left = (each: Judged): Judged => (isSame ? without(each, "guards-less", "narrows-writes") : each);
  const added = left(judge(text, [{ ...made, isValid: false, sql }]));
  const key = made.kind === "addForeignKey" ? unitForeignKey(made) : undefined;
  const { quote } = context.judging;
  const validate = `ALTER TABLE ${quote.table(table)} VALIDATE CONSTRAINT ${quote.identifier(name)}`;
  // In the same statement it would run under the lock of the addition.
  const proof: Operation = { kind: "validateConstraint", table, name, statement: -1, line: made.line, sql: validate };
  const checked = judge(`${adapted}reads and writes continue while the rows are checked.\n${validate};\n`, [proof]);
  const verdict = context.judging.verdictOf(made, context);
  const concerns = verdict.concerns.filter(({ kind }) => kind !== "scans" && !isSame);
  return {
    pieces: [
      bound([
        ...before.map((each) => (gone !== undefined && each.operations.includes(gone) ? left(each) : each)),
        added,
      ]),
    ],
    later: [key === undefined ? bound([checked]) : { kind: "validate-foreign-key", table, foreignKey: key }],
    eased: new Map<Operation, Verdict>([
      [made, { ...checked.verdict, concerns }],
      ...(isSame && gone !== undefined ? [[gone, harmless] as const] : []),
    ]),
  };
}

/** Whether a foreign key has the same columns and references as the dropped one, and blocks no DELETE that the old one may have allowed. */
function isSameKey(gone: Operation, made: OperationOf<"addForeignKey">, context: RuleContext): boolean {
  if (gone.kind !== "dropConstraint") return false;
  const old = context
    .foreignKeys(gone.table)
    ?.find(({ name, table }) => name === gone.name && isSameTable(table, gone.table));
  const isSame = (some: readonly string[] | undefined, others: readonly string[]) =>
    JSON.stringify(some) === JSON.stringify(others);
  return (
    old !== undefined &&
    made.onDelete !== "NO ACTION" &&
    made.onDelete !== "RESTRICT" &&
    isSameTable(old.references, made.references) &&
    isSame(old.columns, made.columns) &&
    isSame(old.referencedColumns, made.referencedColumns)
  );
}

function without(statement: Judged, ...kinds: readonly ConcernKind[]): Judged {
  const concerns = statement.verdict.concerns.filter(({ kind }) => !kinds.includes(kind));
  return { ...statement, verdict: { ...statement.verdict, concerns } };
}

/** Builds the new index before the old one is dropped: under a temporary name if both have the same name. */
function builtBefore(
  piece: readonly Judged[],
  gone: OperationOf<"dropConstraint" | "dropIndex">,
  [target]: readonly Judged[],
  made: OperationOf<"createIndex" | "addUnique">,
  { context }: Redoing,
): Better | undefined {
  const index = made.kind === "addUnique" ? constraintIndex(made) : made.name === "" ? undefined : unitIndex(made);
  const former = context.formerIndex(gone.kind === "dropIndex" ? gone.name : { ...gone.table, name: gone.name });
  if (index === undefined || target === undefined) return undefined;
  // If the new index includes all columns of the old one, it allows every row that the old one allowed.
  const isWider = former?.isUnique === true && former.columns.every((column) => index.columns.includes(column));
  const narrows = context.judging
    .verdictOf(made, context)
    .concerns.filter(({ kind }) => !isWider && (kind === "fails-on-rows" || kind === "narrows-writes"));
  const drop = piece.map((each): Judged => {
    const { verdict } = without(each, "loses-index");
    // The table of the old one may not have been queried.
    const locks = verdict.locks.length > 0 ? verdict.locks : [{ table: made.table, mode: "ACCESS EXCLUSIVE" as const }];
    const doubts = verdict.doubts.filter((doubt) => doubt !== "other-tables");
    return { ...each, verdict: { ...verdict, locks, doubts, concerns: [...verdict.concerns, ...narrows] } };
  });
  const eased: Better["eased"] = new Map<Operation, Verdict>([
    [gone, without({ ...drop[0]!, verdict: context.judging.verdictOf(gone, context) }, "loses-index").verdict],
    [made, { ...harmless, concerns: narrows }],
  ]);
  const build = (built: UnitIndex) =>
    buildIndex(made.table, built).flatMap((step) => (step.kind === "ddl" ? [step.unit] : []));
  if (index.name !== nameOf(gone)) return { pieces: [...build(index), drop], eased };
  // Constraints and indexes are renamed in different ways.
  if ((gone.kind === "dropConstraint") !== (index.constraint !== undefined)) return undefined;
  const { constraint: _, ...bare } = index;
  const { quote, swap: naming } = context.judging;
  if (naming === undefined) return undefined;
  const temporary = naming.temporaryName(index.name);
  const [name, own] = [quote.identifier(temporary), quote.identifier(index.name)];
  const rename =
    index.constraint === undefined
      ? `ALTER INDEX ${quote.table({ ...made.table, name: temporary })} RENAME TO ${own};`
      : `ALTER TABLE ${quote.table(made.table)} ADD CONSTRAINT ${own} ${naming.constraintWords(name, index)};`;
  const instead = target.text
    .replace(/^(?:\s*--.*\n)*\s*/, "")
    .trim()
    .replaceAll(/^/gm, "-- ");
  const swap = `\n${adapted}the new index was built as ${name} and takes the name here. In place of:\n${instead}\n${rename}\n`;
  const taken: Judged = { text: swap, operations: [], verdict: harmless, fits: true };
  return { pieces: [...build({ ...bare, name: temporary }), bound([...drop, taken])], eased };
}

/** Statements that stay in one transaction. */
export function bound(piece: readonly Judged[]): readonly Judged[] {
  return piece.map((each) => ({ ...each, isBound: true }));
}

/** The operations of a piece's statements. */
export function operationsOf(piece: readonly Judged[]): Operation[] {
  return piece.flatMap(({ operations }) => operations);
}
