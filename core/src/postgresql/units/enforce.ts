import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral, scaffoldNames } from "../quote.js";
import { assertBlock, isColumn } from "./assertions.js";
import type { Framed } from "./block.js";
import { dropFillTrigger } from "./fill-trigger.js";
import { alterTable, columnList, qualifiedColumns } from "./unit-text.js";

type EnforceSpec = SpecOf<"enforce">;

/** Makes the columns required by the proof, without a scan, and drops the scaffolding. Fails without proof (55000). */
export function enforce(spec: EnforceSpec): Framed {
  return {
    locked: spec,
    change:
      spec.columns.map((column) => assertProved(spec, column)).join("") +
      `    ${setNotNull(spec)};\n    ${dropChecks(spec)};\n` +
      spec.columns.map((column) => dropFillTrigger(spec, column)).join(""),
  };
}

/** SET NOT NULL skips its scan only if a valid check proves it. PostgreSQL 18 also has NOT NULL constraints that are NOT VALID. */
function assertProved({ table }: EnforceSpec, column: UnitColumn): string {
  const { check } = scaffoldNames(table, column.name);
  const onTable = `conrelid = ${regclassLiteral(table)}::regclass`;
  const label = `${quoteTable(table)}.${quoteIdentifier(column.name)}`;
  const message =
    `The check ${check} on ${label} is missing or not validated: ` +
    "SET NOT NULL would scan the table while it is locked. Nothing was changed.";
  return assertBlock(`      IF NOT EXISTS (SELECT FROM pg_constraint WHERE ${onTable} AND conname = ${quoteLiteral(check)} AND contype = 'c' AND convalidated)
         AND NOT EXISTS (SELECT FROM pg_attribute a WHERE ${isColumn(table, column)} AND attnotnull
                            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = a.attrelid AND contype = 'n' AND conkey = ARRAY[a.attnum] AND NOT convalidated)) THEN
        RAISE object_not_in_prerequisite_state USING
          MESSAGE = ${quoteLiteral(message)},
          HINT = 'Run the prove file of this plan first.';
      END IF;
`);
}

function setNotNull(spec: EnforceSpec): string {
  return alterTable(spec, (column) => `ALTER COLUMN ${quoteIdentifier(column.name)} SET NOT NULL`);
}

function dropChecks(spec: EnforceSpec): string {
  return alterTable(
    spec,
    (column) => `DROP CONSTRAINT IF EXISTS ${quoteIdentifier(scaffoldNames(spec.table, column.name).check)}`,
  );
}

export function describeEnforce(spec: EnforceSpec): UnitText {
  return {
    title: `Make ${qualifiedColumns(spec)} required, without a scan`,
    ddl: `${setNotNull(spec)}; ${dropChecks(spec).replaceAll("IF EXISTS ", "")}`,
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
    undo: `${alterTable(spec, (column) => `ALTER COLUMN ${quoteIdentifier(column.name)} DROP NOT NULL`)}${
      spec.columns.some((column) => column.fill)
        ? `; then the trigger that fills ${columnList(spec.columns)} again`
        : ""
    }`,
  };
}
