import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteTable, scaffoldNames } from "../quote.js";
import { assertType } from "./assertions.js";
import type { Framed } from "./block.js";
import { createFillTrigger } from "./fill-trigger.js";
import { alterTable, qualifiedColumns } from "./unit-text.js";

type UndoContractSpec = SpecOf<"undo-contract">;

/** Restores the state after expand: nullable, no check, with the fill trigger. Keeps the data. */
export function undoContract(spec: UndoContractSpec): Framed {
  const dropChecks = alterTable(
    spec,
    (column) => `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(scaffoldNames(spec.table, column.name).check)}`,
  );
  return {
    locked: spec,
    change:
      `    ${dropNotNull(spec)};\n    ${dropChecks};\n` +
      spec.columns.map((column) => assertType(spec.table, column) + createFillTrigger(spec, column)).join(""),
  };
}

function dropNotNull(spec: UndoContractSpec): string {
  return alterTable(spec, (column) => `ALTER COLUMN ${quoteIdentifier(column.name)} DROP NOT NULL`);
}

export function describeUndoContract(spec: UndoContractSpec): UnitText {
  const triggers = spec.columns
    .filter((column) => column.fill)
    .map(
      (column) =>
        `CREATE TRIGGER ${quoteIdentifier(scaffoldNames(spec.table, column.name).trigger)} ON ${quoteTable(spec.table)}`,
    );
  const again = triggers.length > 0 ? ", filled by trigger as after expand" : "";
  return {
    title: `Make ${qualifiedColumns(spec)} optional again${again}`,
    ddl: [dropNotNull(spec), ...triggers].join("; "),
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
    undo: "the prove and enforce units of this plan again",
  };
}
