import type { Connection } from "../dialects/connection.js";
import type { FormerTable } from "../dialects/judging.js";
import { operationsOfKind, type TableName } from "../model/index.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { readMysqlMigration } from "./read/read-migration.js";

/** A table as its server declares it; undefined where there is none. */
export async function readFormerTable(connection: Connection, table: TableName): Promise<FormerTable | undefined> {
  const { rows } = await connection
    .query<Readonly<Record<string, string>>>(`SHOW CREATE TABLE ${quoteTable(table)}`)
    .catch(() => ({ rows: [] }));
  const sql = rows[0]?.["Create Table"];
  if (sql === undefined) return undefined;
  const [made] = operationsOfKind(readMysqlMigration(sql, "SHOW CREATE TABLE").operations, "createTable");
  if (made === undefined) return undefined;
  const { columns, indexes = [], constraints, optionsSql = "" } = made;
  const keys = constraints.filter(({ kind }) => kind === "primary" || kind === "unique");
  const isNamed = (name: string) => (each: { readonly name: string }) => each.name.toLowerCase() === name.toLowerCase();
  return {
    column: (name) => columns.find(isNamed(name)),
    // Each part of it has a line of its own.
    columnSql(name) {
      const start = `  ${quoteIdentifier(columns.find(isNamed(name))?.name ?? name)} `;
      const line = sql.split("\n").find((each) => each.startsWith(start));
      return line?.trim().replace(/,$/, "");
    },
    optionsSql,
    indexes: [
      ...indexes.map(({ reads, method }) => ({ columns: reads, method })),
      ...keys.map(({ columns: own }) => ({ columns: own, method: "btree" })),
    ],
    hasVirtualColumn: columns.some(({ isVirtual }) => isVirtual === true),
  };
}
