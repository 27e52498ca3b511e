import type { SpecOf } from "../../dialect/units.js";
import type { TableName } from "../../model/names.js";
import type { UnitIndex } from "../../model/plan.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";
import { deferrableWords } from "./deferrable.js";

type ConstraintSpec = Pick<SpecOf<"attach-unique">, "table" | "index">;

/** The text after ADD CONSTRAINT: `UNIQUE ("a", "b") DEFERRABLE`. */
export function uniqueWords({ columns, definition, constraint }: UnitIndex): string {
  const nulls = definition === undefined ? "" : "NULLS NOT DISTINCT ";
  return `UNIQUE ${nulls}(${columns.map(quoteIdentifier).join(", ")})${deferrableOf(constraint)}`;
}

/** The text after ADD CONSTRAINT for an existing index: `UNIQUE USING INDEX <index> DEFERRABLE`. */
export function usingIndexWords(index: string, { constraint }: UnitIndex): string {
  return `UNIQUE USING INDEX ${index}${deferrableOf(constraint)}`;
}

function deferrableOf(constraint: UnitIndex["constraint"]): string {
  return constraint === undefined ? "" : deferrableWords[constraint.deferrable];
}

/** `ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "UQ_handle"`: also drops its index. */
export function dropUnique({ table, index }: ConstraintSpec, condition: "" | "IF EXISTS " = ""): string {
  return `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${condition}${quoteIdentifier(index.name)}`;
}

/** A condition: row `k` of pg_constraint is a unique constraint with the planned deferrability. */
export function isSuchUnique(constraint: UnitIndex["constraint"]): string {
  const { deferrable = "no" } = constraint ?? {};
  return `k.contype = 'u' AND k.condeferrable = ${deferrable !== "no"} AND k.condeferred = ${deferrable === "deferred"}`;
}

/** A condition: row `k` of pg_constraint has the planned name on the table. */
export function isOfName(table: TableName, index: UnitIndex): string {
  return `k.conrelid = ${regclassLiteral(table)}::regclass AND k.conname = ${quoteLiteral(index.name)}`;
}
