import { named } from "../base/pattern-of.js";
import type { Units } from "../dialect/units.js";
import {
  concurrentIndex,
  type DeployedPhase,
  isAttachedLater,
  isSameTable,
  isTemporaryIndex,
  type Migration,
  type Operation,
  type OperationOf,
  operationsIn,
  operationsOfKind,
  type TableName,
  tableLabel,
  type Unit,
  type UnitColumn,
  type UnitSpec,
} from "../model/index.js";
import type { HazardFinding } from "../rules/judge.js";
import type { Rewrite, RuleContext } from "../rules/rule.js";
import { buildIndex, unitIndex } from "../rules/steps.js";
import { printable } from "../sql/printable.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { takes } from "../sql/unit-words.js";
import { combine } from "../sql/verdicts/combine.js";
import type { VerdictContext } from "../sql/verdicts/context.js";
import { type LaterStatement, laterStatements } from "./later-statements.js";
import { judged } from "./original-units.js";
import { canRunTwice } from "./outcomes.js";
import { type Redone, redoTogether } from "./redone.js";
import { isBound, isOwn, type Piece, type PlacedSpec, shareFiles } from "./share-files.js";

/** A finding with its replacement. */
export interface Rewritten extends HazardFinding {
  readonly rewrite: Rewrite;
}

/**
 * The units of expand: the plan's own units, and between them the user's unchanged statements, in the user's order. A statement with safe
 * and unsafe clauses is split at its clauses; nothing is lost. An index that the user wants built concurrently cannot share a file: it
 * becomes a unit like the plan's own indexes. Other units share files where possible.
 *
 * @returns the units, and the verdicts of operations that are less harmful there than as single statements
 */
export function expandUnits(
  migration: Migration,
  rewritten: readonly Rewritten[],
  context: RuleContext,
  units: Units,
  isPartitioned: (table: TableName) => boolean,
): { readonly units: Unit[]; readonly eased: Redone["eased"] } {
  const addSpec = (to: Piece[], spec: UnitSpec) => {
    if (units.isNeeded(spec)) addPiece(to, spec);
  };
  const pieces: Piece[] = [];
  const claimed = claimedOperations(migration.operations, rewritten);
  const own = (text: string, operations: readonly Operation[]) => {
    pieces.push([judged({ text, operations }, context, units)]);
  };
  for (const statement of migration.statements) {
    const operations = operationsIn(migration, statement.index);
    const planned = operations.filter((operation) => claimed.has(operation));
    const concurrent = planned.length === 0 ? concurrentIndex(operations) : undefined;
    if (concurrent !== undefined) {
      for (const step of buildIndex(concurrent.table, unitIndex(concurrent)))
        if (step.kind === "ddl") addSpec(pieces, step.unit);
      continue;
    }
    if (planned.length === 0) {
      own(statement.full, operations);
      continue;
    }
    const first = operations[0];
    const head = first === undefined ? "" : statement.sql.slice(0, statement.sql.indexOf(first.sql));
    let comments = leadingComments(statement.full, statement.sql);
    const pass = (clauses: readonly Operation[]) => {
      if (clauses.length === 0) return;
      const text = `${comments}${head}${clauses.map((operation) => operation.sql).join(",\n")};`;
      own(text, clauses);
      comments = "\n";
    };
    // Unchanged clauses come first, unless they name a new column: nothing else in the plan's blocks for the table needs to precede them.
    // An unchanged column keeps its position among the new columns, so the table gets them in the ORM's order.
    const others = operations.filter((operation) => !claimed.has(operation) && operation.kind !== "addColumn");
    const last = others.filter((operation) => namesNewColumn(operation, operations));
    let passing = others.filter((operation) => !last.includes(operation));
    for (const operation of operations) {
      if (!claimed.has(operation)) {
        if (operation.kind === "addColumn") passing.push(operation);
        continue;
      }
      if (operation.kind === "addColumn" || operation === planned[0]) {
        pass(passing);
        passing = [];
      }
      // A column is added at the ORM's position, whichever rule requires it.
      if (operation.kind === "addColumn")
        for (const addition of additionsOf(operation, rewritten)) addSpec(pieces, addition);
      for (const finding of rewritten.filter((candidate) => candidate.operation === operation)) {
        for (const step of finding.rewrite.expand ?? []) if (step.kind === "ddl") addSpec(pieces, step.unit);
        if (finding.rewrite.isSplit) pass([operation]);
      }
    }
    pass([...passing, ...last]);
  }
  // Comments after the last statement.
  if (migration.tail.trim() !== "") own(migration.tail, []);
  // A plan's file is a separate transaction.
  const alone = { ...context, environment: { ...context.environment, transactions: "none" as const } };
  const redone = redoTogether(pieces, {
    context,
    judge: (text, operations) => judged({ text, operations }, alone, units),
    isPartitioned,
    isSplit: (operation) => rewritten.some((each) => each.rewrite.isSplit === true && each.operation === operation),
  });
  const placed = shareFiles(withNeighbours(redone.pieces), units);
  return {
    units: placed.length === 0 ? [nothingYet(rewritten)] : toUnits(placed, units, "expand"),
    eased: redone.eased,
  };
}

/** An ORM needs a statement. */
const nothing = "SELECT 1;\n";

/** Expand of a plan whose database only changes in contract: its code is deployed first. */
function nothingYet(rewritten: readonly Rewritten[]): Unit {
  const names = rewritten.flatMap(({ operation }) =>
    operation.kind === "dropColumn"
      ? [`"${tableLabel(operation.table)}"."${operation.column}"`]
      : operation.kind === "dropTable"
        ? [`"${tableLabel(operation.table)}"`]
        : [],
  );
  const written = rewritten.flatMap(({ operation }) =>
    operation.kind === "setNotNull"
      ? [`"${tableLabel(operation.table)}"."${operation.column}"`]
      : operation.kind === "redeclareColumn"
        ? [`"${tableLabel(operation.table)}"."${operation.column.name}"`]
        : [],
  );
  const them = (all: readonly string[]) => (all.length === 1 ? "it" : "them");
  const code = [
    ...(names.length === 0 ? [] : [`stops using ${names.join(", ")}`]),
    ...(written.length === 0 ? [] : [`writes ${written.join(", ")}`]),
  ];
  const later = [
    ...(names.length === 0 ? [] : [`drops ${them(names)}`]),
    ...(written.length === 0 ? [] : [`makes ${them(written)} required`]),
  ];
  const title = printable(`Change nothing yet: code ${code.join(" and ")}`);
  return {
    id: "expand-1-original",
    phase: "expand",
    spec: { kind: "original", sql: `-- ${title}. Contract ${later.join(" and ")}.\n${nothing}` },
    title,
    ddl: "SELECT 1",
    verdict: combine([]),
    undo: "nothing to undo",
  };
}

/** Statements that cannot share a file with units stay with their neighbours. */
function withNeighbours(pieces: readonly Piece[]): Piece[] {
  const staying = (piece: Piece | undefined): piece is Exclude<Piece, UnitSpec> =>
    piece !== undefined && isOwn(piece) && !isBound(piece) && !piece.some(canRunTwice);
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (staying(piece) && staying(last)) joined[joined.length - 1] = [...last, ...piece];
    else joined.push(piece);
  }
  return joined;
}

/** Whether a clause names a column that its statement adds. */
function namesNewColumn(clause: Operation, operations: readonly Operation[]): boolean {
  const own = "column" in clause && typeof clause.column === "string" ? [clause.column] : [];
  const columns = "reads" in clause ? clause.reads : "columns" in clause ? clause.columns : own;
  return operations.some((each) => each.kind === "addColumn" && columns?.some((name) => name === each.column.name));
}

/** The additions that rules require instead of an ADD COLUMN. */
function additionsOf({ table, column }: OperationOf<"addColumn">, rewritten: readonly Rewritten[]): UnitOf<"expand">[] {
  return rewritten
    .flatMap(({ rewrite }) => rewrite.expand ?? [])
    .flatMap((step) => (step.kind === "ddl" && step.unit.kind === "expand" ? [step.unit] : []))
    .filter((unit) => isSameTable(unit.table, table) && unit.columns.some(({ name }) => name === column.name))
    .map((unit) => ({ ...unit, columns: unit.columns.filter(({ name }) => name === column.name) }));
}

/**
 * The units of contract: prove before enforce, one of each per table; then statements that need the values, in the user's order; drops come
 * last.
 */
export function contractUnits(
  migration: Migration,
  rewritten: readonly Rewritten[],
  context: VerdictContext,
  units: Units,
  reader: Pick<SqlReader, "readMigration">,
): Unit[] {
  const proofs: UnitSpec[] = [];
  const built: Piece[] = [];
  const gone: UnitSpec[] = [];
  const dropped: UnitSpec[] = [];
  const types: Piece[] = [];
  const own: LaterStatement[] = [];
  // Expand has dropped these. The table at the other end may be gone as well.
  const lostKeys = operationsOfKind(context.operations, "dropConstraint");
  const foreignKeys: VerdictContext["foreignKeys"] = (of) =>
    context
      .foreignKeys(of)
      ?.filter((key) => !lostKeys.some(({ table, name }) => key.name === name && isSameTable(key.table, table)));
  for (const { operation, rewrite } of rewritten) {
    const specs = (rewrite.contract ?? []).flatMap((step) =>
      step.kind === "ddl" && units.isNeeded(step.unit) ? [step.unit] : [],
    );
    const isReplacement = specs.some(({ kind }) => kind === "drop-index");
    for (const spec of specs) {
      if (spec.kind === "prove" || spec.kind === "enforce") mergeInto(proofs, spec);
      else if (spec.kind === "drop-column") mergeInto(dropped, spec);
      else if (isReplacement) gone.push(spec);
      else addPiece(built, spec);
    }
    for (const statement of rewrite.isLater ? laterStatements(operation, migration, context) : []) {
      const { operations } = reader.readMigration(statement.sql, "contract.sql");
      own.push(statement);
      const piece = [judged({ text: statement.sql, operations }, { ...context, operations, foreignKeys }, units)];
      (operation.kind === "dropType" ? types : built).push(piece);
    }
  }
  const rank = ({ kind }: UnitSpec) => (kind === "prove" ? 0 : 1);
  proofs.sort((a, b) => rank(a) - rank(b));
  const placed = inOrder([...proofs, ...built, ...gone, ...dropped, ...types], units);
  return toUnits(placed, units, "contract").map((unit) => withWayBack(unit, own));
}

/** A user's statement stays alone, between the units before and after it. */
function inOrder(pieces: readonly Piece[], units: Units): PlacedSpec[] {
  const at = pieces.findIndex(isOwn);
  if (at === -1) return shareFiles(pieces, units);
  return [
    ...shareFiles(pieces.slice(0, at), units),
    ...shareFiles(pieces.slice(at, at + 1), units),
    ...inOrder(pieces.slice(at + 1), units),
  ];
}

function withWayBack(unit: Unit, statements: readonly LaterStatement[]): Unit {
  const statement = statements.find(({ sql }) => unit.spec.kind === "original" && unit.spec.sql.trim() === sql);
  if (statement === undefined || unit.spec.kind !== "original") return unit;
  const { title, back } = statement;
  return {
    ...unit,
    title: printable(title),
    undo: printable(back ?? "nothing to undo"),
    spec: { ...unit.spec, ...(back === undefined ? {} : { down: [{ sql: back }] }) },
  };
}

/**
 * Forward units that undo a phase, last first.
 *
 * @param types types that the last unit also drops, because no column uses them any more
 */
export function undoUnits(
  done: readonly Unit[],
  phase: "expand" | "contract",
  units: Units,
  types: readonly TableName[] = [],
): Unit[] {
  // Drops what contract built before its columns become optional again. What expand built over its own columns is dropped with them.
  const built = [...done]
    .reverse()
    .filter((unit) => phase === "contract" || !(goesWithColumns(unit, done) || isUsed(unit, done)))
    .flatMap((unit) => withoutBuilt(unit, units));
  const undone = [...done].reverse().flatMap(({ spec }): UnitSpec[] => {
    if (spec.kind === "expand") return [undoExpand(spec, done)];
    if (spec.kind === "enforce") return [{ ...spec, kind: "undo-contract" }];
    // Where contract has not run, the column is still there; elsewhere it comes back empty.
    if (spec.kind === "drop-column") return [{ ...spec, kind: "expand" }];
    // Remains if the plan is undone before the index gets its final name.
    if (spec.kind === "create-index" && isTemporaryIndex(spec.index.name)) return [{ ...spec, kind: "drop-index" }];
    if (spec.kind === "drop-index")
      return [
        { ...spec, kind: "create-index", ifMissing: true },
        { ...spec, kind: "assert-index" },
        ...(isAttachedLater(spec) ? [{ ...spec, kind: "attach-unique" } as const] : []),
      ];
    if (spec.kind === "online-copy") {
      const back = spec.changes.flatMap((change) => (change.back === undefined ? [] : [{ clause: change.back }]));
      // If one change cannot be reverted, all of them stay.
      return back.length < spec.changes.length ? [] : [{ ...spec, changes: back.reverse() }];
    }
    return [];
  });
  const specs = undone.filter((spec) => units.isNeeded(spec));
  const last = specs.at(-1);
  if (types.length > 0 && last?.kind === "undo-expand") specs[specs.length - 1] = { ...last, types };
  const placed = shareFiles([...built, ...withoutRepeats(specs)], units);
  return toUnits(placed, units, phase, "undo").map((unit) => asUndo(unit, done));
}

/** Whether expand adds a column of an index or foreign key, which is dropped with it. True for every other unit. */
function goesWithColumns({ spec }: Unit, done: readonly Unit[]): boolean {
  const names =
    spec.kind === "create-index" && !isTemporaryIndex(spec.index.name)
      ? spec.index.columns
      : spec.kind === "add-foreign-key"
        ? spec.foreignKey.columns
        : undefined;
  if (names === undefined || !("table" in spec)) return true;
  const { table } = spec;
  return done.some(
    ({ spec: other }) =>
      other.kind === "expand" &&
      isSameTable(other.table, table) &&
      other.columns.some(({ name }) => names.includes(name)),
  );
}

/** Whether the user's own statement uses an index, for a constraint or a replica identity: both stay. */
function isUsed({ spec }: Unit, done: readonly Unit[]): boolean {
  if (spec.kind !== "create-index") return false;
  const pattern = named(spec.index.name);
  return done.some(
    ({ spec: other }) => other.kind === "original" && /\bUSING\s+INDEX\b/i.test(other.sql) && pattern.test(other.sql),
  );
}

/** The pieces that drop what a unit has built. */
function withoutBuilt({ spec, verdict }: Unit, units: Units): Piece[] {
  if (spec.kind === "create-index") return [{ ...spec, kind: "drop-index" }];
  const back =
    spec.kind === "add-foreign-key"
      ? [units.withoutForeignKey(spec).join(";\n")]
      : spec.kind === "original"
        ? (spec.down ?? []).map(({ sql }) => sql)
        : [];
  const tables = verdict.locks.map(({ table }) => table);
  return back.map((sql) => [
    {
      text: `${sql};\n`,
      operations: [],
      verdict: takes("ACCESS EXCLUSIVE", "instant", ...tables),
      fits: units.framesOriginals,
    },
  ]);
}

/** Its title as an undo. For the user's own statements, it contains these, because they revert the undo. */
function asUndo(unit: Unit, done: readonly Unit[]): Unit {
  const { spec } = unit;
  if (spec.kind === "drop-index")
    return { ...unit, title: printable(`Drop "${spec.index.name}", which ${unit.phase} built`) };
  if (spec.kind !== "original") return unit;
  const taken: string[] = [];
  let isTaken = false;
  for (const { spec: forth } of done) {
    if (forth.kind !== "original") continue;
    // A statement without an own undo is reverted with the previous one.
    isTaken = forth.down === undefined ? isTaken : forth.down.some(({ sql }) => spec.sql.includes(`${sql};`));
    if (isTaken) taken.push(forth.sql.trim().replace(/;$/, ""));
  }
  return {
    ...unit,
    title: printable(
      unit.phase === "expand" ? `Drop what expand built: ${unit.ddl}` : `Take back what needs the values: ${unit.ddl}`,
    ),
    undo: printable(taken.join("; ")),
    spec: { ...spec, down: taken.map((sql) => ({ sql })) },
  };
}

/** Merges consecutive drops of columns of one table into one statement. */
function withoutRepeats(specs: readonly UnitSpec[]): UnitSpec[] {
  const merged: UnitSpec[] = [];
  for (const spec of specs) {
    const last = merged.at(-1);
    if (spec.kind !== "undo-expand" || last?.kind !== "undo-expand" || !isSameTable(last.table, spec.table)) {
      merged.push(spec);
      continue;
    }
    const all = [...(last.references ?? []), ...(spec.references ?? [])];
    const references = all.filter((table, at) => all.findIndex((other) => isSameTable(other, table)) === at);
    merged[merged.length - 1] = {
      ...last,
      ...spec,
      columns: [...last.columns, ...spec.columns],
      ...(references.length === 0 ? {} : { references }),
    };
  }
  return merged;
}

function undoExpand(expand: UnitOf<"expand">, units: readonly Unit[]): UnitSpec {
  const { table, columns } = expand;
  const references = units.flatMap(({ spec }) =>
    spec.kind === "add-foreign-key" &&
    isSameTable(spec.table, table) &&
    columns.some((column) => spec.foreignKey.columns.includes(column.name))
      ? [spec.foreignKey.references]
      : [],
  );
  return { ...expand, kind: "undo-expand", ...(references.length === 0 ? {} : { references }) };
}

type UnitOf<K extends UnitSpec["kind"]> = Extract<UnitSpec, { kind: K }>;

/**
 * The operations that the plan replaces: those with findings, and the ADD COLUMN of every planned column. If a rule adds the column without
 * a finding for its declaration (an index on a new column), the plan also takes over the addition.
 */
function claimedOperations(operations: readonly Operation[], rewritten: readonly Rewritten[]): Set<Operation> {
  const replaced = rewritten.filter(({ rewrite }) => rewrite.isKept !== true);
  const claimed = new Set<Operation>(replaced.map((finding) => finding.operation));
  for (const { rewrite } of rewritten)
    for (const step of rewrite.expand ?? []) {
      if (step.kind !== "ddl" || step.unit.kind !== "expand") continue;
      const { table, columns } = step.unit;
      for (const operation of operations)
        if (
          operation.kind === "addColumn" &&
          isSameTable(operation.table, table) &&
          columns.some((column) => column.name === operation.column.name)
        )
          claimed.add(operation);
    }
  return claimed;
}

/** Adds a column only once, and copies a table only once. */
function addPiece(pieces: Piece[], spec: UnitSpec): void {
  const last = pieces.at(-1);
  if (spec.kind === "online-copy" && last !== undefined && !isOwn(last) && last.kind === "online-copy")
    if (isSameTable(last.table, spec.table)) {
      pieces[pieces.length - 1] = { ...last, changes: [...last.changes, ...spec.changes] };
      return;
    }
  if (spec.kind !== "expand") return void pieces.push(spec);
  const added = pieces.flatMap((other) =>
    !isOwn(other) && other.kind === "expand" && isSameTable(other.table, spec.table)
      ? other.columns.map(({ name }) => name)
      : [],
  );
  const columns = spec.columns.filter((column) => !added.includes(column.name));
  if (columns.length > 0) pieces.push({ ...spec, columns });
}

function mergeInto(specs: UnitSpec[], spec: UnitSpec): void {
  const at = specs.findIndex(
    (other) => other.kind === spec.kind && "table" in other && "table" in spec && isSameTable(other.table, spec.table),
  );
  const other = specs[at];
  if (other === undefined || !("columns" in other) || !("columns" in spec)) specs.push(spec);
  else specs[at] = { ...other, columns: withColumns(other.columns, spec.columns) };
}

function withColumns(columns: readonly UnitColumn[], more: readonly UnitColumn[]): UnitColumn[] {
  return [...columns, ...more.filter((column) => !columns.some((other) => other.name === column.name))];
}

function toUnits(
  placed: readonly PlacedSpec[],
  { describe }: Units,
  phase: DeployedPhase,
  prefix: string = phase,
): Unit[] {
  return placed.map(({ spec, verdict, isJoined }, index) => ({
    id: prefix === phase ? `${phase}-${index + 1}-${spec.kind}` : `${index + 1}-${spec.kind}`,
    phase,
    spec,
    ...(isJoined ? { isJoined } : {}),
    ...describe(spec, verdict),
  }));
}

function leadingComments(full: string, sql: string): string {
  return full.slice(0, full.lastIndexOf(sql));
}
