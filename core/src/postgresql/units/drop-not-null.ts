import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier } from "../quote.js";
import type { Framed } from "./block.js";
import { alterTable, qualifiedColumns } from "./unit-text.js";

type DropNotNullSpec = SpecOf<"drop-not-null">;

/** Makes existing columns optional. */
export function dropNotNull(spec: DropNotNullSpec): Framed {
  return { locked: spec, change: `    ${ddlOf(spec)};\n` };
}

function ddlOf(spec: DropNotNullSpec): string {
  return alterTable(spec, (column) => `ALTER COLUMN ${quoteIdentifier(column.name)} DROP NOT NULL`);
}

export function describeDropNotNull(spec: DropNotNullSpec): UnitText {
  return {
    title: `Make ${qualifiedColumns(spec)} optional`,
    ddl: ddlOf(spec),
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
    undo: "the column stays optional: the model makes it required again",
  };
}
