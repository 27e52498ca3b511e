import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteName, quoteTable, quoteText } from "../quote.js";
import { alterTable, columnList, qualifiedColumns } from "./clauses.js";
import { assertColumn, isColumn, isTable } from "./column.js";
import { withoutCopy } from "./create-index.js";
import { dropFillTriggers, triggerWords } from "./fill-trigger.js";
import { execute, type Program, type UnitContext } from "./frame.js";

type UndoExpandSpec = SpecOf<"undo-expand">;
type DropColumnSpec = SpecOf<"drop-column">;

/**
 * Drops the columns with their data. Rejects a required column (its contract is done) and one of another type (it does not belong to this
 * plan). Drops the triggers first, because INSERTs would fail while they use a missing column. Then drops indexes and constraints on the
 * columns: an index on several columns would silently lose one.
 */
export function undoExpand(spec: UndoExpandSpec, context: UnitContext): Program {
  return dropping(spec, context, false);
}

/** Drops existing columns, whether they are required or not. */
export function dropColumn(spec: DropColumnSpec, context: UnitContext): Program {
  return dropping({ ...spec, kind: "undo-expand" }, context, true);
}

function dropping(spec: UndoExpandSpec, { server }: UnitContext, isRequired: boolean): Program {
  const { table, columns, references = [] } = spec;
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const alter = `ALTER TABLE ${quoteTable(table)} DROP`;
  const quoted = "concat('`', replace(example, '`', '``'), '`')";
  const dropAll = (from: string, select: string, what: string) => `        dropping: LOOP
          SET example = NULL;
          SELECT min(${select}) INTO example FROM information_schema.${from} AND COLUMN_NAME IN (${names});
          IF example IS NULL THEN LEAVE dropping; END IF;
${execute(`concat(${quoteText(`${alter} ${what} `)}, ${quoted}, ', ${withoutCopy(server)}')`)}        END LOOP;
`;
  return {
    tables: [table, ...references],
    checks: columns.map((column) => assertColumn(table, column, server, { isRequired })).join(""),
    change:
      columns.map((column) => dropFillTriggers(table, column)).join("") +
      dropAll(
        `KEY_COLUMN_USAGE WHERE ${isTable(table)} AND REFERENCED_TABLE_NAME IS NOT NULL`,
        "CONSTRAINT_NAME",
        "FOREIGN KEY",
      ) +
      dropAll(`STATISTICS WHERE ${isTable(table)}`, "INDEX_NAME", "INDEX") +
      columns
        .map(
          (
            column,
          ) => `        IF EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE ${isColumn(table, column.name)}) THEN
          ${alterTable({ table, columns: [column] }, ({ name }) => `DROP COLUMN ${quoteIdentifier(name)}`, "ALGORITHM=INSTANT")};
        END IF;
`,
        )
        .join(""),
  };
}

export function describeUndoExpand(spec: UndoExpandSpec): UnitText {
  const { table, columns, references = [] } = spec;
  return {
    title: `Drop ${qualifiedColumns(spec)} WITH ITS DATA`,
    ddl: [
      ...triggerWords(table, columns, "DROP"),
      alterTable(spec, (column) => `DROP COLUMN ${columnList([column])}`, "ALGORITHM=INSTANT"),
    ].join("; "),
    verdict: takes("ACCESS EXCLUSIVE", "instant", table, ...references),
    undo: "none: the data is gone; a new plan adds the column again, empty",
  };
}

export function describeDropColumn(spec: DropColumnSpec): UnitText {
  const undo = "adds the column again, empty: the data is gone";
  return { ...describeUndoExpand({ ...spec, kind: "undo-expand" }), undo };
}
