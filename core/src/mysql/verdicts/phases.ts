import type { VerdictContext } from "../../dialect/judging.js";
import { type ColumnDeclaration, type OperationOf, operationsOn } from "../../model/index.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import type { Server } from "./ddl-algorithm.js";
import { judgedOn } from "./verdict-of.js";

/**
 * The statement of a phase that the server only accepts with a copy, or with a lock that blocks writes: adding a column to a table with a
 * FULLTEXT index or compressed rows, or NOT NULL on MariaDB's timestamp or beside computed columns. The units demand a weaker lock, so they
 * would fail.
 */
export function phaseObstacle(
  operation: OperationOf<"addColumn">,
  context: VerdictContext,
  servers: readonly Server[],
): string | undefined {
  const { table, statement, line, sql, column } = operation;
  const { references, defaultSql, ...rest } = column;
  const plain: ColumnDeclaration = { ...rest, notNull: false, isUnique: false, checks: [] };
  const added: OperationOf<"addColumn"> = { kind: "addColumn", statement, line, sql, table, column: plain };
  const required: OperationOf<"redeclareColumn"> = {
    kind: "redeclareColumn",
    statement: statement + 1,
    line,
    sql,
    table,
    formerName: column.name,
    column: { ...plain, notNull: true },
  };
  const head = `ALTER TABLE ${quoteTable(table)}`;
  const name = quoteIdentifier(column.name);
  for (const server of servers) {
    const add = judgedOn(added, { ...context, operations: [] }, server);
    if (add !== undefined && add.ddl.held !== "instant")
      return `${head} ADD COLUMN ${name} ${column.typeSql}, ALGORITHM=${add.ddl.algorithm}, LOCK=${add.ddl.lock}`;
    const change = column.notNull ? judgedOn(required, { ...context, operations: [added] }, server) : undefined;
    if (change !== undefined && (change.ddl.algorithm === "COPY" || change.ddl.lock !== "NONE"))
      return `${head} MODIFY ${name} ${column.typeSql} NOT NULL, ALGORITHM=${change.ddl.algorithm}, LOCK=${change.ddl.lock}`;
    const keys = [
      ...operationsOn(context.operations, "addUnique", table),
      ...operationsOn(context.operations, "createIndex", table).filter(({ isUnique }) => isUnique),
    ];
    for (const key of keys.filter(({ columns = [] }) => columns.includes(column.name))) {
      const built = judgedOn(key, context, server);
      if (built?.ddl.algorithm === "COPY" || built?.concerns.some(({ kind }) => kind === "fails-always"))
        return `${head} ADD UNIQUE (${(key.columns ?? []).map(quoteIdentifier).join(", ")}), ALGORITHM=COPY. The key is longer than 3072 bytes, the limit of InnoDB`;
    }
  }
  return undefined;
}
