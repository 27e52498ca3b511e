import type { Fill } from "../../../model/fill.js";
import type { TableName } from "../../../model/names.js";
import type { UnitColumn } from "../../../model/plan.js";
import { differs } from "../differs.js";
import {
  dollarQuote,
  printable,
  qualified,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  scaffoldNames,
} from "../quote.js";
import { statedSettingsOfFunction } from "../stated-settings.js";
import { childrenOf, type Locked } from "./block.js";
import { closed } from "./unit-text.js";

/**
 * The trigger that fills a column, and its function. One of each per column, not one per table: so every column of a
 * plan can be proved, enforced and undone without rewriting what the others need, and the names depend on the column alone.
 *
 * It fills new rows, and gives a value back that an UPDATE takes away. A row that has none yet is left to the backfill:
 * filling it here would make an UPDATE of any other column fail where the fill fails for this one row, or where another row
 * has its value. Such rows may be in production only; the backfill looks for them before its first batch, and stops.
 * @returns complete lines, or nothing for a column that SQL cannot fill
 */
export function createFillTrigger({ table, hasChildren }: Locked, column: UnitColumn): string {
  if (!column.fill) return "";
  const names = scaffoldNames(table, column.name);
  const fillFunction = qualified(table.schema, names.function);
  const trigger = quoteIdentifier(names.trigger);
  // What is not built in is found by the search path of whoever deploys, not of whoever writes a row. A mirror is compared with
  // its source by others: there nobody's own lower() may stand before the built-in one either.
  const isBuiltinOnly = column.fill.isBuiltinOnly && insertValue(column, column.fill) === column.fill.newSql;
  const path = isBuiltinOnly && column.fill.kind !== "mirror" ? "" : " SET search_path FROM CURRENT";
  const stated = column.fill.dependsOnSession ? statedSettingsOfFunction : "";
  // A column of another table may be called like a variable of PL/pgSQL: `found`.
  const meaning = column.fill.lookUps === undefined ? "" : "#variable_conflict use_column\n";
  const body = dollarQuote(`${meaning}BEGIN\n${assignment(column, column.fill)}      RETURN NEW;\n    END`, "fill");
  return `    CREATE OR REPLACE FUNCTION ${fillFunction}() RETURNS trigger LANGUAGE plpgsql${path}${stated} AS ${body};
    DROP TRIGGER IF EXISTS ${trigger} ON ${quoteTable(table)};
    CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${quoteTable(table)} FOR EACH ROW EXECUTE FUNCTION ${fillFunction}();
${hasChildren ? onChildren(table, `FOR child IN ${childrenOf(table)}`, createOn(trigger, fillFunction)) : ""}`;
}

/** Rows that are written to a table that inherits set off its own triggers only. */
function onChildren(table: TableName, loop: string, run: string): string {
  const body = `DECLARE child regclass; BEGIN  -- triggers of ${printable(quoteTable(table))} do not fire for rows of the tables that inherit from it
      ${loop} LOOP
        EXECUTE ${run};
      END LOOP;
    END `;
  return `    DO ${dollarQuote(body, "each")};\n`;
}

function createOn(trigger: string, fillFunction: string): string {
  const statements =
    "DROP TRIGGER IF EXISTS %1$s ON %2$s; CREATE TRIGGER %1$s BEFORE INSERT OR UPDATE ON %2$s FOR EACH ROW EXECUTE FUNCTION %3$s()";
  return `format(${quoteLiteral(statements)}, ${quoteLiteral(trigger)}, child, ${quoteLiteral(fillFunction)})`;
}

/** Takes both away; runs twice. */
export function dropFillTrigger({ table, hasChildren }: Locked, column: UnitColumn): string {
  if (!column.fill) return "";
  const names = scaffoldNames(table, column.name);
  const trigger = quoteIdentifier(names.trigger);
  // Wherever it calls our function, also on a table that does not inherit any more.
  const calls = `tgfoid = to_regprocedure(${quoteLiteral(`${qualified(table.schema, names.function)}()`)})`;
  const drop = `format('DROP TRIGGER %s ON %s', ${quoteLiteral(trigger)}, child)`;
  const each = onChildren(table, `FOR child IN SELECT tgrelid::regclass FROM pg_trigger WHERE ${calls}`, drop);
  return `${hasChildren ? each : ""}    DROP TRIGGER IF EXISTS ${trigger} ON ${quoteTable(table)};
    DROP FUNCTION IF EXISTS ${qualified(table.schema, names.function)}();
`;
}

/** What a new row gets for an explicit NULL: the model's own default where it has one. */
function insertValue(column: UnitColumn, fill: Fill): string {
  return column.laterDefaultSql ?? fill.newSql;
}

function assignment(column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const value = insertValue(column, fill);
  const again =
    insertValue(column, fill) === fill.newSql
      ? ""
      : `        IF NEW.${name} IS NULL THEN ${given(name, fill.newSql, fill)} END IF;  -- a row that exists: the value that rows like it got
`;
  // IFs in one another: OLD is looked at for an UPDATE only, whatever order PostgreSQL evaluates a condition in.
  return `      IF TG_OP = 'UPDATE' THEN
        IF OLD.${name} IS NULL THEN RETURN NEW; END IF;  -- not filled yet: left to the backfill, so that this UPDATE cannot fail
${fill.kind === "mirror" ? following(column, fill) : ""}${again}      END IF;
      IF NEW.${name} IS NULL THEN ${given(name, value, fill)} END IF;
`;
}

/**
 * The row gets its value. Whoever writes a row may not be allowed to read the other table, or its table may have changed meanwhile: that
 * must not stop the write, and the backfill looks back at a row without a value.
 */
function given(name: string, value: string, { lookUps, newSql }: Fill): string {
  const assign = `NEW.${name} := ${closed(value)};`;
  if (lookUps === undefined || value !== newSql) return assign;
  const conditions =
    "insufficient_privilege OR undefined_table OR undefined_column OR undefined_function OR cardinality_violation";
  return `BEGIN ${assign} EXCEPTION WHEN ${conditions} THEN NULL; END;`;
}

/** What a mirror does beyond a backfill: an UPDATE of the source takes the value along. */
function following(column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const over = (row: string) => `ROW(${fill.reads.map((source) => `${row}.${quoteIdentifier(source)}`).join(", ")})`;
  // Byte by byte: a source may have a type without equality (json, xml, point), and the text of a float is what the session makes it.
  const changed = fill.reads.length === 0 ? "false" : `pg_catalog.record_image_ne(${over("NEW")}, ${over("OLD")})`;
  // As the column's type: that is how the value was stored. 3.14 became 3 in an integer, and still followed its source.
  const followed = `CAST(${closed(fill.oldSql)} AS ${column.type})`;
  return `        IF ${changed}
            AND NOT (${differs(`NEW.${name}`, `OLD.${name}`, column.type)}) AND NOT (${differs(`OLD.${name}`, followed, column.type)}) THEN
          NEW.${name} := ${closed(fill.newSql)};  -- the value still followed the source and the code did not choose another one
        END IF;
`;
}
