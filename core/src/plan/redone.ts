import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import type { Operation, OperationOf, TableName, UnitSpec, Verdict } from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";
import type { Judged } from "./original-units.js";
import { type IsPair, isTransaction, madeBy, nameOf, rankOf, redoes } from "./redo-pairs.js";
import { bound, notValid, operationsOf, type Redoing, withoutGap } from "./redo-without-gap.js";
import { isBound, isOwn, type Piece } from "./share-files.js";

/** Pieces in execution order, and the verdicts of operations that are less harmful here than as single statements. */
export interface Redone {
  readonly pieces: readonly Piece[];
  readonly eased: ReadonlyMap<Operation, Verdict>;
}

/**
 * Keeps a drop and its re-creation together: no unit of the plan runs in between, and no write reaches the table without its constraint.
 * The dropping statement moves to the creating one; statements between them that need it earlier join the same transaction. PostgreSQL
 * offers better ways than one transaction: a new key or check replaces the old one as NOT VALID and is proved in the next file, and an
 * index is built concurrently before the old one is dropped. A check that replaces none is split the same way.
 *
 * @param pieces the user's single statements and the plan's units, in the order of the migration
 * @throws LS2075 if the plan's own units would have to run inside such a transaction
 */
export function redoTogether(pieces: readonly Piece[], redoing: Redoing): Redone {
  let list = [...pieces];
  const eased = new Map<Operation, Verdict>();
  const later: Piece[] = [];
  // BEGIN and COMMIT first: the statements between them become one piece. Then from the end, where nothing moves any more.
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
  list = list.flatMap((piece): readonly Piece[] => {
    const [made] = isOwn(piece) && !isBound(piece) ? operationsOf(piece) : [];
    if (!isOwn(piece) || made?.kind !== "addCheck" || !redoing.isSplit(made)) return [piece];
    const better = notValid([], undefined, piece, made, redoing);
    // Side by side: a later statement may rename the table or the check.
    return better === undefined ? [piece] : [...better.pieces, ...(better.later ?? [])];
  });
  return { pieces: [...list, ...later], eased };
}

/**
 * The statement that recreates what a piece drops: the most similar one for a constraint or an index, the last one for a swap in several
 * statements, such as that of a type.
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
        // A unit of the plan with an object of the same name needs the old one to be dropped first.
        if (rank < best || (rank === best && !isLast) || (!isOwn(other) && nameOf(one) === nameOf(made))) continue;
        [best, found] = [rank, later];
      }
  }
  return found;
}

/** The list with a piece moved to the statement that recreates what it drops. */
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
  // An explicit transaction cannot be part of another one.
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
  // What a unit of the plan creates exists before the old one is dropped.
  const ahead = isAhead(piece, own.flat(), made, context);
  const dropped = ahead || better !== undefined ? piece : piece.map((each) => unguarding(each, context));
  for (const [at, { operations, verdict }] of dropped.entries())
    if (verdict !== piece[at]!.verdict) for (const operation of operations) said.eased.set(operation, verdict);
  const inOrder = ahead ? [...made, ...piece] : [...dropped, ...own.flat(), ...made];
  const together = better?.pieces ?? (isOwn(target) ? [bound(inOrder)] : [dropped, ...own]);
  return [...list.slice(0, at), ...before, ...planned, ...together, ...list.slice(last + 1)];
}

/** Whether the new object can exist beside the old one while each statement commits: then it comes first. */
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

/** A unique index that is dropped by a statement which commits: until the new one exists, writes may add rows that both reject. */
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

/** Whether two units belong to the same index or key. */
function isOf(spec: Exclude<Piece, readonly Judged[]>, other: Exclude<Piece, readonly Judged[]>): boolean {
  if ("index" in spec && "index" in other) return spec.index.name === other.index.name;
  return "foreignKey" in spec && "foreignKey" in other && spec.foreignKey.name === other.foreignKey.name;
}

/** Operations that can run either before or after a constraint, an index or a default is dropped. */
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

/** As can operations on a trigger, a policy, a function, and properties of a table other than its keys. */
function isIndifferentForm({ what, gone }: OperationOf<"form">): boolean {
  if (gone !== undefined) return gone.what === "function" && gone.newName === undefined;
  return !/RENAME|SCHEMA|Inherit|Partition|ReplicaIdentity/i.test(what);
}

/** Operations on types only, and explicit transactions. */
const ofTypes: ReadonlySet<Operation["kind"]> = new Set(["dropType", "renameEnumValue", "renameType", "transaction"]);

/** Operations that only affect their own table. */
const ofOneTable: ReadonlySet<Operation["kind"]> = new Set([
  "delete",
  "dropColumn",
  "dropTable",
  "insert",
  "renameColumn",
  "setType",
  "update",
]);

/** Whether a statement may need an earlier piece to have run. */
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
  // A foreign key is dropped before the index that it refers to.
  if (other.kind === "dropConstraint" || other.kind === "dropIndex") {
    const index = other.kind === "dropIndex" ? other.name : { ...other.table, name: other.name };
    return isKey && mayLeadTo(index, other, [gone], context);
  }
  // The tables that it reads are unknown.
  if (gone.kind === "dropView" || (gone.kind === "form" && gone.gone !== undefined)) return true;
  if (ofTypes.has(other.kind)) return false;
  if (!("table" in other) || !ofOneTable.has(other.kind)) return true;
  const column = "column" in other && typeof other.column === "string" ? other.column : undefined;
  return partsOf(gone, context).some(
    ({ table, columns }) =>
      table.name === other.table.name && (column === undefined || columns === undefined || columns.includes(column)),
  );
}

/** The tables and columns of a dropped object; without columns: any column of the table. */
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
  // An expression or a predicate may read any column.
  if (facts !== undefined)
    return [{ table: facts.table, columns: facts.definition === undefined ? facts.columns : undefined }];
  const table = gone.kind === "dropIndex" ? gone.onTable : gone.table;
  return table === undefined ? [] : [{ table }];
}

/** Whether a dropped foreign key may need the index that a later statement drops. */
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

/** Whether a unit of the plan after an operation can run before it, because it does not need the operation. */
function letsPass(operation: Operation, unit: UnitSpec): boolean {
  const { kind } = operation;
  const isRename = kind === "renameColumn" || kind === "dropTable";
  if (kind === "form") return isIndifferentForm(operation);
  if (kind === "dropConstraint" || kind === "dropIndex" || (ofOneTable.has(kind) && !isRename)) return true;
  const made =
    kind === "addColumn" ? operation.column.name : kind === "createTable" ? operation.table.name : nameOf(operation);
  const names = [made, "newName" in operation ? operation.newName : undefined].flatMap((name) => name || []);
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
