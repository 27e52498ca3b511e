import {
  type DeployedPhase,
  isSameTable,
  type Migration,
  type Operation,
  type Unit,
  type UnitColumn,
  type UnitSpec,
} from "../model/index.js";
import type { Finding } from "../rules/judge.js";
import type { Rewrite } from "../rules/rule.js";
import { describeUnit } from "../sql/postgres/units/index.js";

/** A finding with what replaces it. */
export interface Rewritten extends Finding {
  readonly rewrite: Rewrite;
}

/**
 * The units of expand: the plan's own, and the statements that pass as they stand between them, in the user's order. A statement
 * with safe and unsafe clauses is cut at its clauses; nothing is lost and nothing changes places.
 */
export function expandUnits(migration: Migration, rewritten: readonly Rewritten[]): Unit[] {
  const specs: UnitSpec[] = [];
  const claimed = claimedOperations(migration.operations, rewritten);
  let original = "";
  const flush = () => {
    if (original.trim() !== "") specs.push({ kind: "original", sql: `${original.replace(/^\n+/, "").trimEnd()}\n` });
    original = "";
  };
  for (const statement of migration.statements) {
    const operations = migration.operations.filter((operation) => operation.statement === statement.index);
    const own = operations.filter((operation) => claimed.has(operation));
    if (own.length === 0) {
      original += statement.full;
      continue;
    }
    const rest = operations.filter((operation) => !claimed.has(operation));
    const first = operations[0];
    // The clauses that pass come first: what the plan's blocks do to the same table never needs to precede them.
    if (rest.length > 0 && first !== undefined) {
      const head = statement.sql.slice(0, statement.sql.indexOf(first.sql));
      original += `${leadingComments(statement.full, statement.sql)}${head}${rest.map((operation) => operation.sql).join(",\n")};`;
    }
    flush();
    for (const operation of own)
      for (const finding of rewritten.filter((candidate) => candidate.operation === operation))
        for (const step of finding.rewrite.expand ?? []) if (step.kind === "ddl") mergeSpec(specs, step.unit);
  }
  original += migration.tail.trim() === "" ? "" : migration.tail;
  flush();
  return toUnits(specs, "expand");
}

/** The units of contract: prove before enforce, one of each a table. */
export function contractUnits(rewritten: readonly Rewritten[]): Unit[] {
  const specs: UnitSpec[] = [];
  for (const { rewrite } of rewritten)
    for (const step of rewrite.contract ?? [])
      if (step.kind === "ddl" && step.unit.kind === "prove") mergeInto(specs, step.unit);
  for (const { rewrite } of rewritten)
    for (const step of rewrite.contract ?? [])
      if (step.kind === "ddl" && step.unit.kind !== "prove") mergeInto(specs, step.unit);
  return toUnits(specs, "contract");
}

/** Forward units that take a phase back, last first. */
export function undoUnits(units: readonly Unit[], phase: "expand" | "contract"): Unit[] {
  const specs = [...units].reverse().flatMap(({ spec }): UnitSpec[] => {
    if (spec.kind === "expand") return [{ ...spec, kind: "undo-expand" }];
    if (spec.kind === "enforce") return [{ ...spec, kind: "undo-contract" }];
    return [];
  });
  return toUnits(specs, phase, "undo");
}

/**
 * The operations that the plan replaces: what rules found, and the ADD COLUMN of every planned column. Where a rule adds the
 * column without having found its declaration (an index on a new column), the addition moves into the plan as well.
 */
function claimedOperations(operations: readonly Operation[], rewritten: readonly Rewritten[]): Set<Operation> {
  const claimed = new Set<Operation>(rewritten.map((finding) => finding.operation));
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

/** Consecutive additions to one table are one block; anything else keeps its place. */
function mergeSpec(specs: UnitSpec[], spec: UnitSpec): void {
  const last = specs.at(-1);
  if (spec.kind === "expand" && last?.kind === "expand" && isSameTable(last.table, spec.table))
    specs[specs.length - 1] = { ...last, columns: withColumns(last.columns, spec.columns) };
  else specs.push(spec);
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

function toUnits(specs: readonly UnitSpec[], phase: DeployedPhase, prefix: string = phase): Unit[] {
  return specs.map((spec, index) => ({
    id: prefix === phase ? `${phase}-${index + 1}-${spec.kind}` : `${index + 1}-${spec.kind}`,
    phase,
    spec,
    ...describeUnit(spec),
  }));
}

function leadingComments(full: string, sql: string): string {
  return full.slice(0, full.lastIndexOf(sql));
}
