import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { dollarQuote, quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";

/** A nested block, so that a change can abort itself: complete lines, indented by four. */
export function assertBlock(body: string, declare = ""): string {
  return `    DO ${dollarQuote(`\n${declare}    BEGIN\n${body}    END `, "assert")};\n`;
}

/** ADD COLUMN IF NOT EXISTS accepts a column of any type, so this checks it. */
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

/** The type in the format of `UnitColumn.type`. A generated column differs from a plain column of that type. */
export const typeText = "format_type(atttypid, atttypmod) || CASE attgenerated WHEN '' THEN '' ELSE ' GENERATED' END";

/**
 * SQL for a plan's type as `format_type` prints it in the unit's session. TypeORM includes the schema, which is not printed if the search
 * path contains it.
 */
export function printedType(type: string): string {
  if (!type.includes(".")) return quoteLiteral(type);
  const rest = /(?:\([^()"]*\))?(?:\[\])?$/.exec(type)?.[0] ?? "";
  const name = quoteLiteral(type.slice(0, type.length - rest.length));
  const suffix = rest === "" ? "" : ` || ${quoteLiteral(rest)}`;
  return `coalesce(format_type(to_regtype(${name}), NULL)${suffix}, ${quoteLiteral(type)})`;
}

/** A condition that finds a column in pg_attribute. */
export function isColumn(table: TableName, column: UnitColumn): string {
  return `attrelid = ${regclassLiteral(table)}::regclass AND attname = ${quoteLiteral(column.name)}`;
}
