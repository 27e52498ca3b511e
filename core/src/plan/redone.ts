import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import type { Operation, OperationOf, TableName, UnitSpec, Verdict } from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";
import type { Judged } from "./original-units.js";
import { type IsPair, isTransaction, madeBy, nameOf, rankOf, redoes } from "./redo-pairs.js";
import { bound, operationsOf, type Redoing, withoutGap } from "./redo-without-gap.js";
import { isOwn, type Piece } from "./share-files.js";

/** Pieces in the order in which they run, and the verdicts of operations that do less harm than their statements would alone. */
export interface Redone {
  readonly pieces: readonly Piece[];
  readonly eased: ReadonlyMap<Operation, Verdict>;
}

/**
 * Keeps together what takes something away and what makes it again: nothing of a plan runs in between, and no write finds the table
 * without its constraint. The statement that takes away moves to the one that makes; where statements between them need it before, they
 * join the same transaction. Better than one transaction where PostgreSQL has a way: a new key or check is added NOT VALID in place of the
 * old one and proved in the next file, and an index is built concurrently before the old one goes.
 *
 * @param pieces single statements of the user's own, and units of the plan, in the order of the migration
 * @throws LS2075 where the plan's own units would have to run inside of such a transaction
 */
export function redoTogether(pieces: readonly Piece[], redoing: Redoing): Redone {
  let list = [...pieces];
  const eased = new Map<Operation, Verdict>();
  const later: Piece[] = [];
  // BEGIN and COMMIT first: what stands between them is one piece for all that follows. Then from the end, where nothing moves any more.
  for (const isPair of [isTransaction, redoes])
    for (let at = list.length - 1; at >= 0; at -= 1) {
      const piece = list[at]!;
      if (!isOwn(piece)) continue;
      const operations = operationsOf(piece);
      const gone = operations.filter(
        (one, own) => !operations.some((made, later) => later > own && isPair(one, made, redoing.context)),
      );
      const to = partnerOf(list, at, gone, isPair, redoing.context);
      if (to !== -1) list = paired(list, at, to, redoing, { eased, later });
    }
  return { pieces: [...list, ...later], eased };
}

/**
 * The statement that makes again what a piece takes away: the most alike for a constraint or an index, the last one for what takes several
 * statements, as the swap of a type does.
 */
function partnerOf(
  list: readonly Piece[],
  at: number,
  gone: readonly Operation[],
  isPair: IsPair,
  context: RuleContext,
): number {
  let [best, found] = [-1, -1];
  for (const [later, other] of list.entries()) {
    if (later <= at) continue;
    for (const made of isOwn(other) ? operationsOf(other) : madeBy(other))
      for (const one of gone) {
        if (!isPair(one, made, context)) continue;
        const rank = rankOf(one, made, context);
        const isLast = one.kind !== "dropConstraint" && one.kind !== "dropIndex" && one.kind !== "transaction";
        // A unit of the plan that makes something of the same name needs the old one gone.
        if (rank < best || (rank === best && !isLast) || (!isOwn(other) && nameOf(one) === nameOf(made))) continue;
        [best, found] = [rank, later];
      }
  }
  return found;
}

/** The list with a piece at the one that makes again what it takes away. */
function paired(
  list: readonly Piece[],
  at: number,
  to: number,
  redoing: Redoing,
  said: { readonly eased: Map<Operation, Verdict>; readonly later: Piece[] },
): Piece[] {
  const [piece, target] = [list[at] as readonly Judged[], list[to]!];
  const { context } = redoing;
  const made = isOwn(target) ? target : [];
  const last = isOwn(target) ? to : list.findLastIndex((other) => !isOwn(other) && isOf(other, target));
  const between = list.slice(at + 1, isOwn(target) ? to : last + 1);
  const first = between.findIndex((other) => isOwn(other) && needs(other, piece, made, context));
  const tail = first === -1 ? [] : between.slice(first);
  const own = tail.filter(isOwn);
  const planned = tail.filter((each) => !isOwn(each));
  // A transaction that the statements state cannot be part of another one.
  const isStated =
    isOwn(target) && operationsOf(own.flat()).some(({ kind }) => kind === "transaction") && !isBegin(piece);
  const lets = (operations: readonly Operation[], units: readonly Piece[]) =>
    operations.every((each) => units.every((unit) => isOwn(unit) || letsPass(each, unit)));
  const isPassed = lets(operationsOf(piece), between) && lets(operationsOf(own.flat()), planned);
  if (!isPassed || isStated) {
    if (!isOwn(target) || !context.judging.capabilities.hasTransactionalDdl) return [...list];
    throw tornError(operationsOf(piece)[0]!, operationsOf(target)[0]!);
  }
  const before = first === -1 ? between : between.slice(0, first);
  const better = isOwn(target) ? withoutGap(piece, own, target, redoing) : undefined;
  for (const [operation, verdict] of better?.eased ?? []) said.eased.set(operation, verdict);
  said.later.unshift(...(better?.later ?? []));
  // What a unit of the plan makes is there before the old one goes.
  const ahead = isAhead(piece, own.flat(), made, context);
  const dropped = ahead || better !== undefined ? piece : piece.map((each) => unguarding(each, context));
  for (const [at, { operations, verdict }] of dropped.entries())
    if (verdict !== piece[at]!.verdict) for (const operation of operations) said.eased.set(operation, verdict);
  const inOrder = ahead ? [...made, ...piece] : [...dropped, ...own.flat(), ...made];
  const together = better?.pieces ?? (isOwn(target) ? [bound(inOrder)] : [dropped, ...own]);
  return [...list.slice(0, at), ...before, ...planned, ...together, ...list.slice(last + 1)];
}

/** Whether the new one can be there beside the old one, where each statement commits: then it comes first. */
function isAhead(
  piece: readonly Judged[],
  between: readonly Judged[],
  target: readonly Judged[],
  { judging }: RuleContext,
): boolean {
  const [[gone, ...more], [made, ...others]] = [operationsOf(piece), operationsOf(target)];
  if (judging.capabilities.hasTransactionalDdl || between.length + more.length + others.length > 0) return false;
  if (gone?.kind !== "dropConstraint" && gone?.kind !== "dropIndex") return false;
  return (
    made !== undefined && made.kind !== "addPrimaryKey" && nameOf(made) !== undefined && nameOf(gone) !== nameOf(made)
  );
}

/** A unique index that goes with a statement which commits: until the new one is there, rows may come that both refuse. */
function unguarding(each: Judged, { judging, formerIndex }: RuleContext): Judged {
  const old = each.operations
    .flatMap((one) => (one.kind === "dropIndex" ? (formerIndex(one.name) ?? []) : []))
    .find(({ isUnique }) => isUnique);
  if (judging.capabilities.hasTransactionalDdl || old === undefined) return each;
  const { concerns } = each.verdict;
  return { ...each, verdict: { ...each.verdict, concerns: [...concerns, { kind: "guards-less", table: old.table }] } };
}

function isBegin(piece: readonly Judged[]): boolean {
  return operationsOf(piece).every(({ kind }) => kind === "transaction");
}

/** The units that build one index, or add one key. */
function isOf(spec: Exclude<Piece, readonly Judged[]>, other: Exclude<Piece, readonly Judged[]>): boolean {
  if ("index" in spec && "index" in other) return spec.index.name === other.index.name;
  return "foreignKey" in spec && "foreignKey" in other && spec.foreignKey.name === other.foreignKey.name;
}

/** These can run before a constraint, an index or a default goes as well as after it. */
const indifferent: ReadonlySet<Operation["kind"]> = new Set([
  "addCheck",
  "addColumn",
  "addEnumValue",
  "addExclusion",
  "addForeignKey",
  "addNotNull",
  "addPrimaryKey",
  "addUnique",
  "comment",
  "createDomain",
  "createFunction",
  "createIndex",
  "createTable",
  "createTrigger",
  "createType",
  "createView",
  "dropNotNull",
  "dropView",
  "setDefault",
  "setNotNull",
  "validateConstraint",
]);

/** So can a trigger, a policy, a function, and what a table is besides its keys. */
function isIndifferentForm({ what, gone }: OperationOf<"form">): boolean {
  if (gone !== undefined) return gone.what === "function" && gone.newName === undefined;
  return !/RENAME|SCHEMA|Inherit|Partition|ReplicaIdentity/i.test(what);
}

/** These are about a type alone; a stated transaction has nothing else. */
const ofTypes: ReadonlySet<Operation["kind"]> = new Set(["dropType", "renameEnumValue", "renameType", "transaction"]);

/** These are about their table alone. */
const ofOneTable: ReadonlySet<Operation["kind"]> = new Set([
  "delete",
  "dropColumn",
  "dropTable",
  "insert",
  "renameColumn",
  "setType",
  "update",
]);

/** Whether a statement may need that a piece which stands before it has run. */
function needs(
  other: readonly Judged[],
  piece: readonly Judged[],
  target: readonly Judged[],
  context: RuleContext,
): boolean {
  const gone = operationsOf(piece);
  if (!gone.every((each) => moves.has(each.kind) && (each.kind !== "form" || isIndifferentForm(each)))) return true;
  const isKey = operationsOf(target).some(({ kind }) => kind === "addForeignKey");
  return operationsOf(other).some((each) => gone.some((one) => isNeededBy(each, one, isKey, context)));
}

const moves: ReadonlySet<Operation["kind"]> = new Set([
  "dropConstraint",
  "dropIndex",
  "dropNotNull",
  "dropView",
  "form",
  "setDefault",
]);

function isNeededBy(other: Operation, gone: Operation, isKey: boolean, context: RuleContext): boolean {
  if (indifferent.has(other.kind) || (other.kind === "form" && isIndifferentForm(other))) return false;
  // A foreign key goes before the index that it leads to.
  if (other.kind === "dropConstraint" || other.kind === "dropIndex") {
    const index = other.kind === "dropIndex" ? other.name : { ...other.table, name: other.name };
    return isKey && mayLeadTo(index, other, [gone], context);
  }
  // Nobody has said which tables it reads.
  if (gone.kind === "dropView" || (gone.kind === "form" && gone.gone !== undefined)) return true;
  if (ofTypes.has(other.kind)) return false;
  if (!("table" in other) || !ofOneTable.has(other.kind)) return true;
  const column = "column" in other && typeof other.column === "string" ? other.column : undefined;
  return partsOf(gone, context).some(
    ({ table, columns }) =>
      table.name === other.table.name && (column === undefined || columns === undefined || columns.includes(column)),
  );
}

/** The tables and columns that something which goes is about; without columns: any of the table. */
function partsOf(
  gone: Operation,
  { formerIndex, foreignKeys }: RuleContext,
): { readonly table: TableName; readonly columns?: readonly string[] | undefined }[] {
  if (gone.kind === "form") return gone.locks.map(({ table }) => ({ table }));
  if ((gone.kind === "setDefault" || gone.kind === "dropNotNull") && "table" in gone)
    return [{ table: gone.table, columns: [gone.column] }];
  if (gone.kind === "dropConstraint") {
    const key = foreignKeys(gone.table)?.find(({ name }) => name === gone.name);
    if (key !== undefined)
      return [
        { table: key.table, columns: key.columns },
        { table: key.references, columns: key.referencedColumns },
      ];
  }
  if (gone.kind !== "dropConstraint" && gone.kind !== "dropIndex") return [];
  const facts = formerIndex(gone.kind === "dropIndex" ? gone.name : { ...gone.table, name: gone.name });
  // An expression or a predicate reads any column.
  if (facts !== undefined)
    return [{ table: facts.table, columns: facts.definition === undefined ? facts.columns : undefined }];
  const table = gone.kind === "dropIndex" ? gone.onTable : gone.table;
  return table === undefined ? [] : [{ table }];
}

/** Whether a foreign key that goes may need the index that a later statement drops. */
function mayLeadTo(
  index: TableName,
  { kind }: Operation,
  gone: readonly Operation[],
  { formerIndex, foreignKeys, judging }: RuleContext,
): boolean {
  const { keysNeedIndexes } = judging.capabilities;
  const facts = formerIndex(index);
  return gone.some((each) => {
    if (each.kind !== "dropConstraint") return false;
    const keys = foreignKeys(each.table);
    // A foreign key has no index itself.
    if (facts === undefined) return kind === "dropIndex" || keys?.some(({ name }) => name === index.name) !== true;
    if (!facts.isUnique && !keysNeedIndexes) return false;
    const key = keys?.find(({ name }) => name === each.name);
    if (key === undefined) return true;
    const { table, columns, references, referencedColumns } = key;
    const [first = ""] = facts.columns;
    if (keysNeedIndexes)
      return (
        (table.name === facts.table.name && columns.includes(first)) ||
        (references.name === facts.table.name && referencedColumns?.includes(first) !== false)
      );
    return (
      references.name === facts.table.name && facts.columns.every((one) => referencedColumns?.includes(one) !== false)
    );
  });
}

/** Whether a unit of the plan that stands behind an operation can run before it: it does not need what the operation does. */
function letsPass(operation: Operation, unit: UnitSpec): boolean {
  const { kind } = operation;
  const isRename = kind === "renameColumn" || kind === "dropTable";
  if (kind === "form") return isIndifferentForm(operation);
  if (kind === "dropConstraint" || kind === "dropIndex" || (ofOneTable.has(kind) && !isRename)) return true;
  const made =
    kind === "addColumn" ? operation.column.name : kind === "createTable" ? operation.table.name : nameOf(operation);
  const names = [made, "newName" in operation ? operation.newName : undefined].flatMap((name) => name ?? []);
  const said = JSON.stringify(unit).replaceAll(/"\w+":/g, "");
  return (indifferent.has(kind) || ofTypes.has(kind)) && !names.some((name) => named(name).test(said));
}

function tornError(gone: Operation, made: Operation): LockstepError {
  const words = ({ sql }: Operation) => sql.replace(/\s+/g, " ").slice(0, 100);
  return new LockstepError(
    "LS2075",
    `Line ${gone.line} drops what line ${made.line} creates again, and the plan would run between them: ${words(gone)} … ${words(made)}`,
    {
      hint: "Move both statements, and those between them that need them, to a separate migration.",
      details: { line: gone.line, redoneIn: made.line },
    },
  );
}
