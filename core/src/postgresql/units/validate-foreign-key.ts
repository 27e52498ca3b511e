import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import type { Framed } from "./block.js";
import { foreignKeyWords } from "./foreign-key.js";

type ValidateForeignKeySpec = SpecOf<"validate-foreign-key">;

/** Checks existing rows while reads and writes continue. Does nothing if the key is already validated. */
export function validateForeignKey(spec: ValidateForeignKeySpec): Framed {
  return { locked: spec, change: `    ${validate(spec)};\n`, mode: "SHARE UPDATE EXCLUSIVE" };
}

function validate({ table, foreignKey }: ValidateForeignKeySpec): string {
  return `ALTER TABLE ${quoteTable(table)} VALIDATE CONSTRAINT ${quoteIdentifier(foreignKey.name)}`;
}

export function describeValidateForeignKey(spec: ValidateForeignKeySpec): UnitText {
  return {
    title: `Check existing rows for the foreign key ${quoteIdentifier(spec.foreignKey.name)}: ${foreignKeyWords(spec)}`,
    ddl: validate(spec),
    verdict: takes("SHARE UPDATE EXCLUSIVE", "scan", spec.table),
    undo: "nothing to undo: it changes no row",
  };
}
