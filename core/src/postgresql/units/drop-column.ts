import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../quote.js";
import { assertBlock, isColumn, printedType, typeText } from "./assertions.js";
import type { Framed } from "./block.js";
import { alterTable, qualifiedColumns } from "./unit-text.js";

type DropColumnSpec = SpecOf<"drop-column">;

/** Drops existing columns with their data and indexes. Rejects (55000) a column of another type. */
export function dropColumn(spec: DropColumnSpec): Framed {
  return {
    locked: spec,
    change: `${spec.columns.map((column) => assertSame(spec, column)).join("")}    ${drop(spec, "IF EXISTS ")};\n`,
  };
}

function drop(spec: DropColumnSpec, ifExists: string): string {
  return alterTable(spec, (column) => `DROP COLUMN ${ifExists}${quoteIdentifier(column.name)}`);
}

function assertSame({ table }: DropColumnSpec, column: UnitColumn): string {
  const message = `${quoteTable(table)}.${quoteIdentifier(column.name)} is not of the type ${column.type}: it is not the column that this plan drops. Nothing was changed.`;
  return assertBlock(`      IF EXISTS (SELECT FROM pg_attribute WHERE ${isColumn(table, column)} AND ${typeText} <> ${printedType(column.type)}) THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = ${quoteLiteral(message)};
      END IF;
`);
}

export function describeDropColumn(spec: DropColumnSpec): UnitText {
  return {
    title: `Drop ${qualifiedColumns(spec)} WITH ITS DATA`,
    ddl: drop(spec, ""),
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
    undo: "adds the column again, empty: the data is gone",
  };
}
