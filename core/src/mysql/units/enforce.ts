import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteText } from "../quote.js";
import { alterTable, columnList, qualifiedColumns } from "./clauses.js";
import { assertColumn, definition, isColumn } from "./column.js";
import { dropFillTriggers, triggerWords } from "./fill-trigger.js";
import { numbers, type Program, signal, type UnitContext } from "./frame.js";
import { probe } from "./probe.js";
import { assertFilled } from "./prove.js";

type EnforceSpec = SpecOf<"enforce">;

/**
 * Makes the columns required, then drops the triggers. The table is rebuilt while reads and writes continue. A row written without a value
 * during the rebuild makes it fail.
 */
export function enforce(spec: EnforceSpec, context: UnitContext): Program {
  const { table, columns } = spec;
  const missing = `${qualifiedColumns(spec)} cannot be required yet: a row without a value was written meanwhile. Nothing was changed`;
  return {
    tables: [table],
    checks:
      columns.map((column) => assertColumn(table, column, context.server, { isRequired: true })).join("") +
      assertFilled(spec, context),
    change: `        IF EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE ${isAnyOf(spec)} AND IS_NULLABLE = 'YES') THEN
${probe(table, context.server)}          BEGIN
            -- MySQL's code, and MariaDB's, which is a warning by its SQLSTATE
            DECLARE EXIT HANDLER FOR 1138, 1265 BEGIN SET message = ${quoteText(missing)}; ${signal(context.server, numbers.unfilled)} END;
            ${modify(spec, true)};
          END;
        END IF;
${columns.map((column) => dropFillTriggers(table, column)).join("")}`,
  };
}

/** A condition on information_schema.COLUMNS. */
export function isAnyOf({ table, columns }: Pick<EnforceSpec, "table" | "columns">): string {
  return `(${columns.map(({ name }) => isColumn(table, name)).join(" OR ")})`;
}

/** The whole definition of each column, because MODIFY removes every attribute it omits. */
export function modify(spec: Pick<EnforceSpec, "table" | "columns">, isRequired: boolean): string {
  return alterTable(
    spec,
    (column) => `MODIFY COLUMN ${definition(column, { isRequired })}`,
    "ALGORITHM=INPLACE, LOCK=NONE",
  );
}

export function describeEnforce(spec: EnforceSpec): UnitText {
  const { table, columns } = spec;
  return {
    title: `Make ${qualifiedColumns(spec)} required, without blocking reads or writes`,
    ddl: [modify(spec, true), ...triggerWords(table, columns, "DROP")].join("; "),
    verdict: takes("SHARE UPDATE EXCLUSIVE", "rewrite", table),
    undo: `${modify(spec, false)}${
      columns.some((column) => column.fill) ? `; then the triggers that fill ${columnList(columns)} again` : ""
    }`,
  };
}
