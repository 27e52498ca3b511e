import type { Connection } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import type { FormerTable } from "../dialect/judging.js";
import { operationsOfKind, type TableName, tableLabel } from "../model/index.js";
import { hasKeptColumn } from "../sql/verdicts/kept-column.js";
import { queryWithLimits } from "./query-with-limits.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { readMysqlMigration } from "./read/read-migration.js";

/** A table as the server declares it, or undefined if it does not exist. */
export async function readFormerTable(connection: Connection, table: TableName): Promise<FormerTable | undefined> {
  const [row] = await queryWithLimits<Readonly<Record<string, string>>>(
    connection,
    `"${tableLabel(table)}"`,
    `SHOW CREATE TABLE ${quoteTable(table)}`,
  ).catch((error) => {
    if (errorCode(error) === "42P01") return [];
    throw error;
  });
  const sql = row?.["Create Table"];
  if (sql === undefined) return undefined;
  const [made] = operationsOfKind(readMysqlMigration(sql, "SHOW CREATE TABLE").operations, "createTable");
  if (made === undefined) return undefined;
  const { columns, indexes = [], constraints, optionsSql = "" } = made;
  const keys = constraints.filter(({ kind }) => kind === "primary" || kind === "unique");
  const all = [
    ...keys.map(({ columns: own }) => ({ columns: own, method: "btree" })),
    ...indexes.map(({ columns: over, reads, method }) => ({ columns: over ?? reads, method })),
  ];
  const isNamed = (name: string) => (each: { readonly name: string }) => each.name.toLowerCase() === name.toLowerCase();
  return {
    column: (name) => columns.find(isNamed(name)),
    // Each part of the definition is on its own line.
    columnSql(name) {
      const start = `  ${quoteIdentifier(columns.find(isNamed(name))?.name ?? name)} `;
      const line = sql.split("\n").find((each) => each.startsWith(start));
      return line?.trim().replace(/,$/, "");
    },
    optionsSql,
    indexes: all,
    follows: constraints.flatMap(({ follows, references }) => (follows ? (references ?? []) : [])),
    hasVirtualColumn: columns.some(({ isVirtual }) => isVirtual === true),
    hasKeptColumn: hasKeptColumn(columns, all),
  };
}
