import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { UnitColumn } from "../../model/plan.js";
import { fillMax } from "../../model/unit-spec.js";
import { closed, takes } from "../../sql/unit-words.js";
import { withoutLength } from "../length.js";
import { dollarQuote, quoteIdentifier, quoteLiteral, scaffoldNames } from "../quote.js";
import { block, settings } from "./block.js";
import { proveFrame } from "./frame.js";
import { alterTable, qualifiedColumns } from "./unit-text.js";

type ProveSpec = SpecOf<"prove">;

/**
 * Proves that no row lacks a value: fills a small rest, adds CHECK (…) NOT VALID, commits, validates. Fails with SQLSTATE 55000 (rows
 * without a value), 55P03 (locks), or the error of the fill, and then drops the check.
 * @param plan the plan's id, for the command in the hint
 */
export function prove(spec: ProveSpec, plan: string): string {
  const isFilled = spec.columns.every((column) => column.fill);
  const command = `npx lockstep backfill run ${plan}, on a development database with --target development`;
  const hint = spec.isExisting
    ? "Give them a value."
    : isFilled
      ? `Fill them (${command}).`
      : `SQL cannot compute their value: fill them (${command}).`;
  const columns = spec.columns.map((column) => quoteLiteral(column.name)).join(", ");
  const checks = spec.columns.map((column) => quoteLiteral(checkOf(spec, column))).join(", ");
  const unfilled = spec.columns.map((column) => `${quoteIdentifier(column.name)} IS NULL`).join(" OR ");
  return block(`${settings(spec)}  change    text := ${dollarQuote(`\n    ${addChecks(spec)};\n  `, "change")};
  proof     constant text := ${dollarQuote(validateChecks(spec), "change")};
  undo      constant text := ${dollarQuote(dropChecks(spec, "IF EXISTS "), "change")};
  unfilled  constant text := ${dollarQuote(unfilled, "change")};
  fill      constant text := ${isFilled ? dollarQuote(assignments(spec), "change") : "NULL"};
  fill_max  constant int := ${isFilled ? fillMax : 0};  -- so many rows that are still NULL are filled here; more are left to the backfill
  columns   constant text[] := ARRAY[${columns}];
  checks    constant text[] := ARRAY[${checks}];
  what      constant text := ${quoteLiteral(qualifiedColumns(spec))};
  hint      constant text := ${quoteLiteral(hint)};
${proveFrame}`);
}

/** Only if all columns have a fill. Otherwise rows would be written for nothing, because the others stay empty. */
function assignments({ columns }: ProveSpec): string {
  const [only] = columns;
  if (columns.length === 1 && only?.fill) return `${quoteIdentifier(only.name)} = ${closed(only.fill.rowSql)}`;
  // A row may lack only some of the columns. The others keep their values.
  return columns
    .map((column) => {
      const name = quoteIdentifier(column.name);
      const value = closed(column.fill?.rowSql ?? "NULL");
      return `${name} = coalesce(${name}, CAST(${value} AS ${withoutLength(column.type)}))`;
    })
    .join(", ");
}

function checkOf(spec: ProveSpec, column: UnitColumn): string {
  return scaffoldNames(spec.table, column.name).check;
}

function check(spec: ProveSpec, column: UnitColumn): string {
  return quoteIdentifier(checkOf(spec, column));
}

/** In one statement: replaces the check of a killed run, so it is never missing in between. */
function addChecks(spec: ProveSpec): string {
  return alterTable(
    spec,
    (column) => `DROP CONSTRAINT IF EXISTS ${check(spec, column)}`,
    (column) =>
      `\n      ADD CONSTRAINT ${check(spec, column)} CHECK (${quoteIdentifier(column.name)} IS NOT NULL) NOT VALID`,
  ).replaceAll(", \n", ",\n");
}

function validateChecks(spec: ProveSpec): string {
  return alterTable(spec, (column) => `VALIDATE CONSTRAINT ${check(spec, column)}`);
}

/** Drops the checks. */
export function dropChecks(spec: ProveSpec, condition: "" | "IF EXISTS "): string {
  return alterTable(spec, (column) => `DROP CONSTRAINT ${condition}${check(spec, column)}`);
}

export function describeProve(spec: ProveSpec): UnitText {
  const add = alterTable(
    spec,
    (column) => `ADD CONSTRAINT ${check(spec, column)} CHECK (${quoteIdentifier(column.name)} IS NOT NULL) NOT VALID`,
  );
  return {
    title: `Check that ${qualifiedColumns(spec)} ${spec.columns.length === 1 ? "contains" : "contain"} no NULL`,
    ddl: `${add}; ${validateChecks(spec)}`,
    // The scan follows under SHARE UPDATE EXCLUSIVE.
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
    undo: dropChecks(spec, ""),
  };
}
