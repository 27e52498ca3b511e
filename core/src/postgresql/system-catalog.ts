import type { Connection } from "../dialect/connection.js";
import { inTransaction } from "../dialect/db/transaction.js";
import type { LedgerTable } from "../dialect/ledger-store.js";
import type { Lack, SystemCatalog } from "../dialect/system-catalog.js";
import type { TableFacts } from "../dialect/table.js";
import { hasTrigger, type PlannedColumn, tableLabel } from "../model/index.js";
import { dependentsOf } from "./dependents.js";
import { quoteTable, scaffoldNames } from "./quote.js";
import { routinesOf } from "./routines.js";
import { readTableFacts } from "./table.js";
import { printedType } from "./units/assertions.js";
import { partitionsLeft, statementsFor } from "./units/partition-index.js";
import { usersOf } from "./users.js";

/** For PostgreSQL. */
export const systemCatalog: SystemCatalog = {
  table: readTableFacts,
  async isThere(connection, { oid }) {
    const { rows } = await connection.query("SELECT FROM pg_class WHERE oid = $1::oid", [String(oid)]);
    return rows.length > 0;
  },
  async identity(connection, table) {
    const { rows } = await connection.query<LedgerTable>(
      "SELECT c.oid, n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)",
      [quoteTable(table)],
    );
    return rows[0];
  },
  hasRows: (connection, table, limits) =>
    inTransaction(connection, { isReadOnly: true, limits, settings: { row_security: "off" } }, async () => {
      const { rows } = await connection.query<{ any: boolean }>(
        `SELECT EXISTS (SELECT FROM ${quoteTable(table)}) AS any`,
      );
      return rows[0]?.any === true;
    }),
  fillTriggerFlaw,
  printedType: typeAsPrinted,
  lacks,
  dependents: dependentsOf,
  routines: routinesOf,
  users: usersOf,
  partitionStatements,
};

/** Partitions and inheriting tables also need the trigger. undefined: it exists and is enabled everywhere. */
async function fillTriggerFlaw(connection: Connection, table: TableFacts, column: string): Promise<string | undefined> {
  const { rows } = await connection.query<{ relation: string; own: boolean; exists: boolean }>(
    `WITH RECURSIVE tree(oid) AS (SELECT $1::oid UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = oid)
     SELECT c.relname AS relation, tree.oid = $1::oid AS own, g.tgname IS NOT NULL AS exists
       FROM tree JOIN pg_class c USING (oid) LEFT JOIN pg_trigger g ON g.tgrelid = tree.oid AND g.tgname = $2
      WHERE (g.tgenabled IN ('O', 'A')) IS NOT TRUE ORDER BY own DESC, relation LIMIT 1`,
    [table.oid, scaffoldNames(table, column).trigger],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const trigger = first.exists ? "a fill trigger that is disabled" : "no fill trigger";
  return first.own ? trigger : `${trigger} for the rows of "${first.relation}"`;
}

async function lacks(connection: Connection, column: PlannedColumn): Promise<readonly Lack[]> {
  const name = `"${tableLabel(column.table)}"."${column.name}"`;
  const { rows } = await connection.query<{ isRequired: boolean; hasTrigger: boolean }>(
    `SELECT attnotnull AS "isRequired",
            EXISTS (SELECT FROM pg_trigger WHERE tgrelid = attrelid AND tgname = $3) AS "hasTrigger"
       FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped`,
    [quoteTable(column.table), column.name, scaffoldNames(column.table, column.name).trigger],
  );
  const [found] = rows;
  if (found === undefined) return [{ lacks: "column", statement: `${name} does not exist` }];
  return hasTrigger(column) && !found.isRequired && !found.hasTrigger
    ? [{ lacks: "trigger", statement: `${name} has no fill trigger` }]
    : [];
}

async function partitionStatements(
  ...[connection, spec]: Parameters<SystemCatalog["partitionStatements"]>
): Promise<readonly string[]> {
  const table = quoteTable(spec.table);
  const { rows: tables } = await connection.query("SELECT FROM to_regclass($1) r WHERE r IS NOT NULL", [table]);
  if (tables.length === 0) return [];
  const { rows } = await connection.query<{ statements: readonly string[] | null }>(
    `SELECT ${statementsFor(spec, "l")} AS statements FROM (${partitionsLeft(spec)}) l`,
  );
  return rows.flatMap((row) => row.statements ?? []);
}

/** A plan's type as `format_type` prints it on this connection: without its schema if the search path contains it. */
async function typeAsPrinted(connection: Connection, type: string): Promise<string> {
  if (!type.includes(".")) return type;
  const { rows } = await connection.query<{ type: string }>(`SELECT ${printedType(type)} AS type`);
  return rows[0]?.type ?? type;
}
