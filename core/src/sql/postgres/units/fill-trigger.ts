import type { Fill } from "../../../model/fill.js";
import type { TableName } from "../../../model/names.js";
import type { UnitColumn } from "../../../model/plan.js";
import { dollarQuote, qualified, quoteIdentifier, quoteTable, scaffoldNames } from "../quote.js";
import { closed } from "./unit-text.js";

/**
 * The trigger that fills a column, and its function. One of each per column, not one per table: so every column of a
 * plan
 * can be proved, enforced and undone without rewriting what the others need, and the names depend on the column alone.
 * @returns complete lines, or nothing for a column that SQL cannot fill
 */
export function createFillTrigger(table: TableName, column: UnitColumn): string {
  if (!column.fill) return "";
  const names = scaffoldNames(table, column.name);
  const fillFunction = qualified(table.schema, names.function);
  const trigger = quoteIdentifier(names.trigger);
  // What is not built in is found by the search path of whoever deploys, not of whoever writes a row.
  const path = column.fill.isBuiltinOnly ? "" : " SET search_path FROM CURRENT";
  const body = dollarQuote(`BEGIN\n${assignment(column, column.fill)}      RETURN NEW;\n    END`, "fill");
  return `    CREATE OR REPLACE FUNCTION ${fillFunction}() RETURNS trigger LANGUAGE plpgsql${path} AS ${body};
    DROP TRIGGER IF EXISTS ${trigger} ON ${quoteTable(table)};
    CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${quoteTable(table)} FOR EACH ROW EXECUTE FUNCTION ${fillFunction}();
`;
}

/** Takes both away; runs twice. */
export function dropFillTrigger(table: TableName, column: UnitColumn): string {
  if (!column.fill) return "";
  const names = scaffoldNames(table, column.name);
  return `    DROP TRIGGER IF EXISTS ${quoteIdentifier(names.trigger)} ON ${quoteTable(table)};
    DROP FUNCTION IF EXISTS ${qualified(table.schema, names.function)}();
`;
}

function assignment(column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const value = closed(fill.newSql);
  if (fill.kind === "backfill") return `      IF NEW.${name} IS NULL THEN NEW.${name} := ${value}; END IF;\n`;
  // As text: a source may have a type without equality (json, xml, point), and what differs there differs as text.
  const changed = fill.reads
    .map(quoteIdentifier)
    .map((source) => `NEW.${source}::text IS DISTINCT FROM OLD.${source}::text`)
    .join(" OR ");
  // As the column's type: that is how the value was stored. 3.14 became 3 in an integer, and still followed its source.
  const followed = `CAST(${closed(fill.oldSql)} AS ${column.type})`;
  const cast = hasEquality(column.type) ? "" : "::text";
  return `      IF TG_OP = 'INSERT' THEN
        IF NEW.${name} IS NULL THEN NEW.${name} := ${value}; END IF;
      ELSIF NEW.${name} IS NULL OR ((${changed || "false"})
            AND NEW.${name}${cast} IS NOT DISTINCT FROM OLD.${name}${cast} AND OLD.${name}${cast} IS NOT DISTINCT FROM ${followed}${cast}) THEN
        NEW.${name} := ${value};  -- the value still followed the source and the code did not choose another one
      END IF;
`;
}

/**
 * json and xml have no `=`; geometric types have none or one that compares sizes (docs: "Geometric Functions and
 * Operators").
 */
function hasEquality(type: string): boolean {
  return !/^(json|xml|point|line|lseg|box|path|polygon|circle)(\[\])*$/.test(type);
}
