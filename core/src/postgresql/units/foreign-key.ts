import type { SpecOf } from "../../dialect/units.js";
import type { ForeignKey } from "../../model/plan.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { deferrableWords } from "./deferrable.js";

export type ForeignKeySpec = SpecOf<"add-foreign-key" | "validate-foreign-key">;

/** `ALTER TABLE "Order" ADD CONSTRAINT … FOREIGN KEY … REFERENCES … ON UPDATE … ON DELETE …`, which checks all rows immediately. */
export function addConstraint({ table, foreignKey }: ForeignKeySpec): string {
  const { name, columns, references, referencedColumns, onUpdate, onDelete, isMatchFull, deferrable } = foreignKey;
  const list = (names: readonly string[]) => names.map(quoteIdentifier).join(", ");
  return (
    `ALTER TABLE ${quoteTable(table)} ADD CONSTRAINT ${quoteIdentifier(name)} FOREIGN KEY (${list(columns)}) ` +
    `REFERENCES ${quoteTable(references)} (${list(referencedColumns)})${isMatchFull ? " MATCH FULL" : ""} ` +
    `ON UPDATE ${onUpdate} ON DELETE ${onDelete}${deferrableWords[deferrable]}`
  );
}

/** `ALTER TABLE "Order" DROP CONSTRAINT "Order_userId_fkey"` */
export function dropConstraint({ table, foreignKey }: ForeignKeySpec, condition: "" | "IF EXISTS " = ""): string {
  return `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${condition}${quoteIdentifier(foreignKey.name)}`;
}

/** `"Order" ("userId") -> "User"`, for people. ASCII, because it appears in unit headers. */
export function foreignKeyWords({ table, foreignKey }: ForeignKeySpec): string {
  const columns = foreignKey.columns.map(quoteIdentifier).join(", ");
  return `${quoteTable(table)} (${columns}) -> ${quoteTable(foreignKey.references)}`;
}

/** One-letter codes, as in pg_constraint. */
export function catalogueCodes({ onUpdate, onDelete, isMatchFull }: ForeignKey) {
  return { onUpdate: actionCodes[onUpdate], onDelete: actionCodes[onDelete], match: isMatchFull ? "f" : "s" };
}

const actionCodes = { "NO ACTION": "a", RESTRICT: "r", CASCADE: "c", "SET NULL": "n", "SET DEFAULT": "d" } as const;
