import { named } from "../base/pattern-of.js";
import type { Units } from "../dialect/units.js";
import {
  blocksWrites,
  isSameTable,
  type LockMode,
  lockModes,
  nameKey,
  type Operation,
  strongestMode,
  type TableName,
  type UnitSpec,
  type Verdict,
} from "../model/index.js";
import { combine } from "../sql/verdicts/combine.js";
import { boundUnit, framed, type Judged, originalUnits, sqlOf } from "./original-units.js";
import { canRunTwice, outcomesOf } from "./outcomes.js";

/** An item to run: a unit of the plan, or the user's statements that stay together. */
export type Piece = UnitSpec | readonly Judged[];

/** A unit in order: `isJoined` to the file of the previous one. */
export interface PlacedSpec {
  readonly spec: UnitSpec;
  /** For the user's own statements. */
  readonly verdict?: Verdict;
  readonly isJoined?: true;
}

/**
 * Groups units with the same lock on the same table into one file, and adds units without locks to existing files. Units that cannot run in
 * a transaction, that scan, or that are not understood stay alone. No unit precedes one that it needs: the user's statements keep their
 * order, and an addition may only move before units that it does not name.
 */
export function shareFiles(pieces: readonly Piece[], units: Units): PlacedSpec[] {
  const placed = pieces.map((piece) => (isOwn(piece) ? ownPart(piece) : planPart(piece, units)));
  const before = placed.map((_, at) => needsOf(placed, at));
  const done = new Set<number>();
  const left = new Set(placed.keys());
  const files: Part[][] = [];
  const isReady = (at: number) => before[at]!.every((earlier) => done.has(earlier));
  while (left.size > 0) {
    const ready = [...left].filter(isReady);
    // Units that only check wait for others: the check of one index checks all of them.
    let next = ready.find((at) => !placed[at]!.isLate) ?? ready[0];
    const places: number[] = [];
    const parts = () => places.map((at) => placed[at]!);
    while (next !== undefined) {
      places.push(next);
      done.add(next);
      left.delete(next);
      next = placed[next]!.isAlone ? undefined : [...left].find((at) => isReady(at) && fits(placed[at]!, parts()));
    }
    places.sort((a, b) => a - b);
    files.push(parts());
  }
  return specsOf(files, units);
}

interface Part {
  readonly piece: Piece;
  /** The tables that it locks. Empty: none. */
  readonly tables: readonly TableName[];
  readonly mode: LockMode | undefined;
  readonly isAlone: boolean;
  /** It changes nothing that other units could need. */
  readonly isLate: boolean;
}

/** The user's own statements. */
export function isOwn(piece: Piece): piece is readonly Judged[] {
  return Array.isArray(piece);
}

/** Statements that stay in one transaction and in a file of their own. */
export function isBound(piece: readonly Judged[]): boolean {
  return piece.some((each) => each.isBound);
}

function planPart(spec: UnitSpec, units: Units): Part {
  const { locks } = units.describe(spec).verdict;
  return {
    piece: spec,
    tables: locks.map(({ table }) => table),
    mode: strongestMode({ locks }),
    isAlone: units.isAlone(spec),
    isLate: spec.kind === "assert-index" || spec.kind === "attach-unique" || spec.kind === "validate-foreign-key",
  };
}

function ownPart(piece: readonly Judged[]): Part {
  const locks = framed(combine(piece.map(({ verdict }) => verdict)));
  return {
    piece,
    tables: locks.map(({ table }) => table),
    mode: strongestMode({ locks }),
    isAlone: isBound(piece) || !piece.every(canRunTwice),
    isLate: false,
  };
}

/** The earlier parts that must run first. */
function needsOf(parts: readonly Part[], at: number): number[] {
  const own = parts[at]!;
  const needs: number[] = [];
  let hasStatement = false;
  for (let earlier = at - 1; earlier >= 0; earlier -= 1) {
    const other = parts[earlier]!;
    if (isOwn(other.piece)) {
      // The user's statements keep their order, and later ones may need earlier ones. The nearest one has waited for the others.
      if (!hasStatement) needs.push(earlier);
      hasStatement = true;
    } else if (isOwn(own.piece) ? !mayPass(own, own.piece, other.piece) : unitNeeds(own.piece, other.piece))
      needs.push(earlier);
  }
  return needs;
}

/** Whether the user's statements are independent of an earlier unit of the plan. */
function mayPass({ isAlone, tables }: Part, statements: readonly Judged[], unit: UnitSpec): boolean {
  // A drop may rely on the unit as a replacement.
  if (isAlone || !statements.every(({ operations }) => operations.every(isAddition))) return false;
  if (unit.kind === "assert-index" || unit.kind === "validate-foreign-key") return true;
  // The table gets its columns in the order of the ORM.
  if (unit.kind === "expand" && tables.some((table) => isSameTable(table, unit.table))) return false;
  return !statements.some(({ text }) => isAbout(text, unit));
}

function isAddition({ kind }: Operation): boolean {
  return kind.startsWith("add") || kind.startsWith("create") || kind === "comment";
}

/** Whether a text names what a unit creates: an index, a constraint, or a column with its table. */
function isAbout(text: string, unit: UnitSpec): boolean {
  const isNamed = (name: string) => named(name).test(text);
  if ("index" in unit && isNamed(unit.index.name)) return true;
  if ("foreignKey" in unit && isNamed(unit.foreignKey.name)) return true;
  const columns =
    "columns" in unit
      ? unit.columns.map(({ name }) => name)
      : "index" in unit
        ? unit.index.columns
        : "foreignKey" in unit
          ? unit.foreignKey.columns
          : [];
  return "table" in unit && isNamed(unit.table.name) && columns.some(isNamed);
}

/** Whether a unit of the plan needs an earlier one. */
function unitNeeds(unit: UnitSpec, earlier: UnitSpec): boolean {
  switch (unit.kind) {
    case "expand":
      return earlier.kind === "expand";
    case "create-index":
      return earlier.kind === "expand";
    case "assert-index":
    case "attach-unique":
      return "index" in earlier && earlier.index.name === unit.index.name;
    case "add-foreign-key":
      return (
        earlier.kind === "expand" ||
        // The columns that a foreign key refers to must be unique by then.
        ("index" in earlier && earlier.index.isUnique && isSameTable(earlier.table, unit.foreignKey.references))
      );
    case "validate-foreign-key":
      return earlier.kind === "add-foreign-key" && earlier.foreignKey.name === unit.foreignKey.name;
    case "undo-expand":
    case "undo-contract":
    case "drop-column":
      return true;
    default:
      return "table" in earlier && "table" in unit && isSameTable(earlier.table, unit.table);
  }
}

/** Whether a part can join a started file. */
function fits(part: Part, file: readonly Part[]): boolean {
  if (part.isAlone) return false;
  const others = [...file, part];
  const own = others.filter(({ piece }) => isOwn(piece));
  const locking = others.filter(({ tables }) => tables.length > 0);
  const [first] = locking;
  if (first !== undefined && !locking.every((each) => isSameLock(each, first))) return false;
  if (own.length === 0 || own.length === others.length) return true;
  // The plan's columns show whether a file has run before.
  return others.some(({ piece }) => !isOwn(piece) && piece.kind === "expand");
}

function isSameLock(one: Part, other: Part): boolean {
  // A file with a scan contains nothing that blocks reads or writes.
  if ((one.mode === "SHARE UPDATE EXCLUSIVE") !== (other.mode === "SHARE UPDATE EXCLUSIVE")) return false;
  const keys = (tables: readonly TableName[]) => tables.map((table) => nameKey(table)).sort();
  return JSON.stringify(keys(one.tables)) === JSON.stringify(keys(other.tables));
}

function specsOf(files: readonly (readonly Part[])[], units: Units): PlacedSpec[] {
  const placed: PlacedSpec[] = [];
  let run: Judged[] = [];
  let locking: Part | undefined;
  const flush = () => {
    if (run.length > 0) placed.push(...originalUnits(run));
    run = [];
    locking = undefined;
  };
  for (const file of files) {
    const [first] = file;
    if (first !== undefined && isOwn(first.piece) && isBound(first.piece)) {
      flush();
      placed.push(boundUnit(first.piece, units));
      continue;
    }
    // Consecutive files of only the user's statements stay together, such as foreign keys of new tables: they block writes to several
    // tables for an instant. Reads are blocked on one table at a time.
    if (file.every(({ piece }) => isOwn(piece))) {
      const next = file.find(({ tables }) => tables.length > 0);
      const stopsReads = [next, locking].some((part) => part?.mode === "ACCESS EXCLUSIVE");
      if (next !== undefined && locking !== undefined && stopsReads && !isSameLock(next, locking)) flush();
      locking = next ?? locking;
      run.push(...file.flatMap(({ piece }) => (isOwn(piece) ? piece : [])));
      continue;
    }
    flush();
    placed.push(...oneFile(file));
  }
  flush();
  return placed;
}

function oneFile(file: readonly Part[]): PlacedSpec[] {
  const tables = file.find((part) => part.tables.length > 0)?.tables ?? [];
  const mode = lockModes.findLast((candidate) => file.some((part) => part.mode === candidate));
  const specs: { spec: UnitSpec; verdict?: Verdict }[] = [];
  let run: Judged[] = [];
  const flush = () => {
    const [table, ...others] = tables;
    if (run.length > 0 && table !== undefined && mode !== undefined) {
      const verdict = combine(run.map((each) => each.verdict));
      const ends = run.flatMap(({ operations }) => operations.flatMap((operation) => outcomesOf(operation) ?? []));
      specs.push({
        spec: { kind: "original", sql: sqlOf(run), frame: { tables: [table, ...others], mode }, outcomes: ends },
        verdict: {
          ...verdict,
          locks: verdict.locks.map((lock) => (blocksWrites(lock.mode) ? { ...lock, mode } : lock)),
        },
      });
    }
    run = [];
  };
  for (const { piece } of file) {
    if (isOwn(piece)) {
      run.push(...piece);
      continue;
    }
    flush();
    const last = specs.at(-1)?.spec;
    if (piece.kind === "expand" && last?.kind === "expand" && isSameTable(last.table, piece.table))
      specs[specs.length - 1] = { spec: { ...last, columns: [...last.columns, ...piece.columns] } };
    else specs.push({ spec: piece });
  }
  flush();
  return specs.map((each, at) => (at === 0 ? each : { ...each, isJoined: true }));
}
