import { printable, qualified, quoteIdentifier, quoteTable, scaffoldNames } from "../quote.js";
import { assertType } from "./assertions.js";
import { framedChange } from "./block.js";
import { createFillTrigger } from "./fill-trigger.js";
import { alterTable, closed, columnList, type SpecOf, type UnitText } from "./unit-text.js";

/** Adds the columns without NOT NULL, each with the trigger that fills it. An existing column of another type is refused (42701). */
export function expand(spec: SpecOf<"expand">): string {
  const table = quoteTable(spec.table);
  const change = spec.columns.map((column) => {
    const name = quoteIdentifier(column.name);
    // Not a part of ADD COLUMN: there a default is also the value of every old row, and a volatile one rewrites the table.
    const setDefault =
      column.defaultSql === undefined
        ? ""
        : `    ALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT ${closed(column.defaultSql)};\n`;
    return (
      `    ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${name} ${column.type};\n` +
      assertType(spec.table, column) +
      setDefault +
      createFillTrigger(spec.table, column)
    );
  });
  return framedChange(spec.table, change.join(""));
}

export function describeExpand(spec: SpecOf<"expand">): UnitText {
  const { table, columns } = spec;
  const filled = columns.filter((column) => column.fill?.kind === "backfill");
  const following = columns.filter((column) => column.fill?.kind === "mirror");
  const scaffolds = columns.filter((column) => column.fill).map((column) => scaffoldNames(table, column.name));
  const on = `ON ${quoteTable(table)}`;
  const add = alterTable(spec, (column) => {
    const setDefault = column.defaultSql === undefined ? "" : ` DEFAULT ${printable(column.defaultSql)}`;
    return `ADD COLUMN ${quoteIdentifier(column.name)} ${column.type}${setDefault}`;
  });
  const undo = [
    ...scaffolds.map(({ trigger }) => `DROP TRIGGER ${quoteIdentifier(trigger)} ${on}`),
    ...scaffolds.map((names) => `DROP FUNCTION ${qualified(table.schema, names.function)}()`),
    alterTable(spec, (column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
  ];
  return {
    title:
      `Add ${columnList(columns)} to ${quoteTable(table)} as optional` +
      (filled.length > 0 ? `; writes that leave ${columnList(filled)} NULL are filled` : "") +
      (following.length > 0 ? `; ${columnList(following)} follows its source` : ""),
    ddl: [add, ...scaffolds.map(({ trigger }) => `CREATE TRIGGER ${quoteIdentifier(trigger)} ${on}`)].join("; "),
    lock: { mode: "ACCESS EXCLUSIVE", held: "instant" },
    undo: `when no running code uses it: ${undo.join("; ")}`,
  };
}
