import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { printable } from "../../sql/printable.js";
import { sessionDefaults } from "../../sql/session-value.js";
import { closed, takes } from "../../sql/unit-words.js";
import { qualified, quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral, scaffoldNames } from "../quote.js";
import { assertType } from "./assertions.js";
import type { Framed } from "./block.js";
import { createFillTrigger } from "./fill-trigger.js";
import { createSequence, ownSequence } from "./sequence.js";
import { alterTable, columnList } from "./unit-text.js";

/**
 * Adds the columns, each with the trigger that fills it: without NOT NULL, unless a default that PostgreSQL stores once makes that
 * safe. An existing column of another type is refused (42701).
 */
export function expand(spec: SpecOf<"expand">): Framed {
  const table = quoteTable(spec.table);
  const change = spec.columns.map(
    (column) =>
      createSequence(spec.table, column) +
      `    ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${quoteIdentifier(column.name)} ${typeOf(column)}` +
      // In the same statement: rows that exist get the default too, as from the ORM's own.
      (column.defaultSql === undefined ? "" : ` DEFAULT ${closed(column.defaultSql)}`) +
      `${column.notNull ? " NOT NULL" : ""};\n` +
      assertType(spec.table, column) +
      setDefault(spec.table, column) +
      ownSequence(spec.table, column) +
      createFillTrigger(spec, column),
  );
  return { locked: spec, change: change.join("") };
}

/** A condition: the columns are there. */
export function haveColumns(spec: SpecOf<"expand">): string {
  return `${columnsThere(spec)} = ${spec.columns.length}`;
}

/** A condition: none of the columns is there. */
export function haveNoColumn(spec: SpecOf<"expand">): string {
  return `${columnsThere(spec)} = 0`;
}

/** How many of the columns are there. */
function columnsThere({ table, columns }: SpecOf<"expand">): string {
  const names = columns.map(({ name }) => quoteLiteral(name)).join(", ");
  return `(SELECT count(*) FROM pg_attribute WHERE attrelid = ${regclassLiteral(table)}::regclass AND attname IN (${names}))`;
}

function typeOf({ type, storageSql, collationSql }: UnitColumn): string {
  const storage = storageSql === undefined ? "" : ` ${storageSql}`;
  return type + storage + (collationSql === undefined ? "" : ` COLLATE ${collationSql}`);
}

/** A statement of its own: together with ADD COLUMN, rows that exist would get it, and a volatile one would rewrite them all. */
function setDefault(table: TableName, column: UnitColumn): string {
  return column.laterDefaultSql === undefined ? "" : `    ${defaultClause(table, column, closed)};\n`;
}

function defaultClause(table: TableName, column: UnitColumn, text: (sql: string) => string): string {
  return `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${text(column.laterDefaultSql ?? "")}`;
}

export function describeExpand(spec: SpecOf<"expand">): UnitText {
  const { table, columns } = spec;
  const filled = columns.filter((column) => column.fill?.kind === "backfill");
  const following = columns.filter((column) => column.fill?.kind === "mirror");
  const scaffolds = columns.filter((column) => column.fill).map((column) => scaffoldNames(table, column.name));
  const on = `ON ${quoteTable(table)}`;
  const add = alterTable(spec, (column) => {
    const setDefault = column.defaultSql === undefined ? "" : ` DEFAULT ${printable(column.defaultSql)}`;
    return `ADD COLUMN ${quoteIdentifier(column.name)} ${typeOf(column)}${setDefault}${column.notNull ? " NOT NULL" : ""}`;
  });
  const sequences = columns.flatMap(({ sequence, type }) =>
    sequence === undefined ? [] : [`CREATE SEQUENCE ${qualified(table.schema, sequence.name)} AS ${type}`],
  );
  const later = columns
    .filter((column) => column.laterDefaultSql !== undefined)
    .map((column) => defaultClause(table, column, printable));
  const undo = [
    ...scaffolds.map(({ trigger }) => `DROP TRIGGER ${quoteIdentifier(trigger)} ${on}`),
    ...scaffolds.map((names) => `DROP FUNCTION ${qualified(table.schema, names.function)}()`),
    alterTable(spec, (column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
  ];
  return {
    title:
      `Add ${columnList(columns)} to ${quoteTable(table)}` +
      (columns.every((column) => column.notNull) ? "" : ", optional") +
      (filled.length > 0 ? ", filled by a trigger" : "") +
      (following.length > 0 ? `; ${columnList(following)} follows its source` : ""),
    ddl: [
      ...sequences,
      add,
      ...later,
      ...scaffolds.map(({ trigger }) => `CREATE TRIGGER ${quoteIdentifier(trigger)} ${on}`),
    ].join("; "),
    verdict: { ...takes("ACCESS EXCLUSIVE", "instant", table), concerns: sessionDefaults(table, columns) },
    undo: `when no running code uses it: ${undo.join("; ")}`,
  };
}
