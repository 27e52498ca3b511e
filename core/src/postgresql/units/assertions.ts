import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { dollarQuote, quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";

/** A nested block, so that a change can stop itself: complete lines, indented by four. */
export function assertBlock(body: string, declare = ""): string {
  return `    DO ${dollarQuote(`\n${declare}    BEGIN\n${body}    END `, "assert")};\n`;
}

/** ADD COLUMN IF NOT EXISTS accepts a column of any type: this does not. */
export function assertType(table: TableName, column: UnitColumn): string {
  const label = `${quoteTable(table)}.${quoteIdentifier(column.name)}`;
  return assertBlock(
    `      IF found <> ${printedType(column.type)} THEN
        RAISE duplicate_column USING MESSAGE = ${quoteLiteral(`${label} exists already with the type `)} || found || ${quoteLiteral(
          `, not ${column.type}. Nothing was changed.`,
        )},
          HINT = 'Rename or drop that column, or choose another column name for the new one.';
      END IF;
`,
    `    DECLARE found text := (SELECT ${typeText}
                             FROM pg_attribute WHERE ${isColumn(table, column)});
`,
  );
}

/** The type as `UnitColumn.type` states it; a generated column is no plain column of that type. */
export const typeText = "format_type(atttypid, atttypmod) || CASE attgenerated WHEN '' THEN '' ELSE ' GENERATED' END";

/**
 * SQL: a type of a plan as `format_type` prints it in the session that runs the unit. TypeORM names types with their schema, which is
 * left out of what is printed where the search path has it.
 */
export function printedType(type: string): string {
  if (!type.includes(".")) return quoteLiteral(type);
  const rest = /(?:\([^()"]*\))?(?:\[\])?$/.exec(type)?.[0] ?? "";
  const name = quoteLiteral(type.slice(0, type.length - rest.length));
  const suffix = rest === "" ? "" : ` || ${quoteLiteral(rest)}`;
  return `coalesce(format_type(to_regtype(${name}), NULL)${suffix}, ${quoteLiteral(type)})`;
}

/** Finds a column in pg_attribute. */
export function isColumn(table: TableName, column: UnitColumn): string {
  return `attrelid = ${regclassLiteral(table)}::regclass AND attname = ${quoteLiteral(column.name)}`;
}
