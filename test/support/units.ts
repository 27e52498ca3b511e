/** Units for tests: specs of the kind that a plan holds, and their files. */

import type { FileContext } from "../../core/src/dialect/units.js";
import type { Fill } from "../../core/src/model/fill.js";
import type { TableName } from "../../core/src/model/names.js";
import type { Descendants, Unit, UnitColumn, UnitIndex, UnitKind, UnitSpec } from "../../core/src/model/plan.js";
import { quoteIdentifier } from "../../core/src/postgresql/quote.js";
import { describeUnit } from "../../core/src/postgresql/units/index.js";
import { renderFile } from "../../core/src/postgresql/units/render-file.js";

export const samplePlan = "20261120093000_handle";

const context: FileContext = {
  plan: samplePlan,
  fingerprint: "7f3c1a9e0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbcc",
  phase: "expand",
  position: "file 1/3",
  rules: ["add-column-not-null"],
};

export function unitOf(spec: UnitSpec): Unit {
  return { id: `expand-1-${spec.kind}`, phase: "expand", spec, ...describeUnit(spec) };
}

/** The whole file of a unit. */
export function fileOf(spec: UnitSpec, changes: Partial<FileContext> = {}): string {
  return renderFile([unitOf(spec)], { ...context, ...changes });
}

/** A fill over columns of the row: `fillOf((row) => `lower(${row("email")})`, ["email"])`. */
export function fillOf(
  expression: (row: (column: string) => string) => string,
  reads: readonly string[],
  changes: Partial<Fill> = {},
): Fill {
  const over = (prefix: string) => expression((column) => prefix + quoteIdentifier(column));
  return {
    kind: "backfill",
    sql: over(""),
    rowSql: over(""),
    newSql: over("NEW."),
    oldSql: over("OLD."),
    reads,
    isBuiltinOnly: true,
    source: "prisma/schema.prisma:14",
    ...changes,
  };
}

/** `"User"."handle"` text from lower("email"): the sample of the facts. */
export const user: TableName = { name: "User" };
export const lowerEmail = fillOf((row) => `lower(${row("email")})`, ["email"]);
export const handle: UnitColumn = { name: "handle", type: "text", fill: lowerEmail };
export const handleIndex: UnitIndex = { name: "User_handle_key", isUnique: true, columns: ["handle"], method: "btree" };

/** The units of a plan in the order in which they are deployed. */
export const chain = ["expand", "create-index", "assert-index", "prove", "enforce"] as const;

/** The files of one table's columns, by kind. */
export type UnitFiles = Readonly<
  Record<
    Exclude<
      UnitKind,
      | "original"
      | "online-copy"
      | "add-foreign-key"
      | "validate-foreign-key"
      | "drop-index"
      | "drop-column"
      | "drop-not-null"
    >,
    string
  >
>;

export function filesOf(
  table: TableName = user,
  columns: readonly UnitColumn[] = [handle],
  index: UnitIndex = handleIndex,
  descendants?: Descendants,
): UnitFiles {
  const over = { table, columns, ...(descendants === "children" ? { hasChildren: true as const } : {}) };
  const on = { table, index, ...(descendants === "partitions" ? { isPartitioned: true as const } : {}) };
  return {
    expand: fileOf({ kind: "expand", ...over }),
    "create-index": fileOf({ kind: "create-index", ...on }),
    "assert-index": fileOf({ kind: "assert-index", ...on }),
    "attach-unique": fileOf({ kind: "attach-unique", table, index: { ...index, constraint: { deferrable: "no" } } }),
    prove: fileOf({ kind: "prove", ...over }, { phase: "contract" }),
    enforce: fileOf({ kind: "enforce", ...over }, { phase: "contract" }),
    "undo-contract": fileOf({ kind: "undo-contract", ...over }, { phase: "undo" }),
    "undo-expand": fileOf({ kind: "undo-expand", ...over }, { phase: "undo" }),
  };
}
