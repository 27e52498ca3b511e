import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { closed } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteName, quoteTable, quoteText } from "../quote.js";
import { typeInCatalogue } from "../types.js";
import { type MysqlServer, signal } from "./frame.js";

/** The whole definition for ADD and MODIFY: MODIFY removes every attribute it omits. Without the position, which MODIFY keeps. */
export function definition(column: UnitColumn, { isRequired }: { readonly isRequired: boolean }): string {
  const value = column.defaultSql ?? column.laterDefaultSql;
  return definitionWith(column, isRequired, value);
}

/** The definition for ADD, without a later default, which existing rows would get. */
export function firstDefinition(column: UnitColumn): string {
  return definitionWith(column, column.notNull === true, column.defaultSql);
}

function definitionWith(column: UnitColumn, isRequired: boolean, value: string | undefined): string {
  const { type, displayWidth, storageSql, collationSql, onUpdateSql, comment } = column;
  const typeSql = displayWidth === undefined ? type : type.replace(/^\w+/, `$&(${displayWidth})`);
  return (
    `${quoteIdentifier(column.name)} ${typeSql}` +
    (storageSql === undefined ? "" : ` ${storageSql}`) +
    (collationSql === undefined ? "" : ` COLLATE ${collationSql}`) +
    (isRequired ? " NOT NULL" : " NULL") +
    (value === undefined ? "" : ` DEFAULT ${closed(value)}`) +
    (onUpdateSql === undefined ? "" : ` ON UPDATE ${onUpdateSql}`) +
    (comment === undefined ? "" : ` COMMENT ${quoteLiteral(comment)}`)
  );
}

/** ` FIRST`, `` AFTER `email` ``, or nothing. */
export function positionOf({ position }: UnitColumn): string {
  if (position === undefined) return "";
  return position === "first" ? " FIRST" : ` AFTER ${quoteIdentifier(position.after)}`;
}

/** Finds a column in information_schema. */
export function isColumn(table: TableName, column: string): string {
  return `${isTable(table)} AND COLUMN_NAME = ${quoteName(column)}`;
}

export function isTable({ schema, name }: TableName): string {
  return `TABLE_SCHEMA = ${schema === undefined ? "database()" : quoteName(schema)} AND TABLE_NAME = ${quoteName(name)}`;
}

/**
 * Lines that set `found` if the column exists. The unit stops if its type, collation or comment differs, or if it is generated.
 * @param isRequired whether it may be NOT NULL already
 */
export function assertColumn(
  table: TableName,
  column: UnitColumn,
  server: MysqlServer,
  mayBe: { readonly isRequired: boolean },
): string {
  const label = `${quoteTable(table)}.${quoteIdentifier(column.name)}`;
  const expected = [
    quoteText(typeInCatalogue(column.type, server)),
    ...(column.collationSql === undefined ? [] : [quoteText(` ${column.collationSql.replace(/[`'"]/g, "")}`)]),
    ...(mayBe.isRequired ? [] : [quoteText(column.notNull ? " NOT NULL" : " NULL")]),
    quoteText(column.onUpdateSql === undefined ? "" : " ON UPDATE"),
    quoteText(column.comment === undefined ? "" : ` COMMENT ${column.comment}`),
  ].filter((part) => part !== "''");
  const there = [
    `IF(DATA_TYPE IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year') AND locate(')', COLUMN_TYPE) > 0, concat(DATA_TYPE, substring(COLUMN_TYPE, locate(')', COLUMN_TYPE) + 1)), COLUMN_TYPE)`,
    ...(column.collationSql === undefined ? [] : ["coalesce(concat(' ', COLLATION_NAME), '')"]),
    ...(mayBe.isRequired ? [] : ["IF(IS_NULLABLE = 'YES', ' NULL', ' NOT NULL')"]),
    "IF(EXTRA LIKE '%on update%', ' ON UPDATE', '')",
    "IF(COLUMN_COMMENT = '', '', concat(' COMMENT ', COLUMN_COMMENT))",
    "IF(coalesce(GENERATION_EXPRESSION, '') = '', '', ' GENERATED')",
  ];
  return `  SET found = 0, actual = NULL;
  SELECT count(*), max(concat(${there.join(", ")})) INTO found, actual
    FROM information_schema.COLUMNS WHERE ${isColumn(table, column.name)};
  IF found AND NOT (CAST(actual AS BINARY) <=> CAST(concat(${expected.join(", ")}) AS BINARY)) THEN
    SET message = concat(${quoteText(`${label} is there as `)}, actual, ', not as ', ${expected.join(", ")}, '. Nothing was changed: rename or drop it, or choose another name');
    ${signal(server)}
  END IF;
`;
}
