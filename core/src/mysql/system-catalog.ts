import type { Connection } from "../dialect/connection.js";
import { inTransaction } from "../dialect/db/transaction.js";
import type { Lack, SystemCatalog } from "../dialect/system-catalog.js";
import { type ColumnFacts, type KeyFacts, typeOf, type UserTrigger } from "../dialect/table.js";
import { hasTrigger, type TableName, tableLabel } from "../model/index.js";
import { dependentsOf } from "./dependents.js";
import { development } from "./development.js";
import { quoteTable } from "./quote.js";
import { routinesOf } from "./routines.js";
import { readPair } from "./trigger-order.js";
import { typeInCatalogue, withoutWidth } from "./types.js";
import { usersOf } from "./users.js";

/** For MySQL and MariaDB. */
export const systemCatalog: SystemCatalog = {
  async table(connection, { schema, name }) {
    const [found] = await rowsOf<TableRow>(connection, tableSql, [schema ?? null, name]);
    if (found === undefined) return undefined;
    const own = [found.schema, found.name];
    const columns = (await rowsOf<ColumnRow>(connection, columnsSql, own)).map(columnOf);
    const keys = keysOf(await rowsOf<KeyRow>(connection, keysSql, own), columns);
    const primary = keys.find(({ isPrimary }) => isPrimary);
    return {
      // Tables are identified by name.
      oid: 0,
      schema: found.schema,
      name: found.name,
      // The rows of partitions behave like any rows of the table.
      isPartitioned: false,
      partitionColumns: [],
      children: [],
      columns,
      primaryKey: primary?.columns.map((column) => ({ column, type: typeOf({ columns }, column) })) ?? [],
      uniqueKeys: keys,
      invalidIndexes: [],
      rowEstimate: Number(found.rows ?? 0),
      sizeBytes: Number(found.bytes ?? 0),
      ...(found.altered === null ? {} : { alteredAt: found.altered }),
      ...(found.transactions === "YES" ? {} : { engineWithoutTransactions: found.engine ?? "" }),
      userTriggers: (await rowsOf<UserTrigger>(connection, triggersSql, own)).map((each) => ({ ...each, columns: [] })),
    };
  },

  dependents: dependentsOf,
  routines: routinesOf,
  users: usersOf,

  async isThere(connection, { schema, name }) {
    const { rows } = await connection.query(
      "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
      [schema, name],
    );
    return rows.length > 0;
  },

  async identity(connection, { schema, name }) {
    // For any other column, MariaDB would open the table.
    const [found] = await rowsOf<{ schema: string; name: string }>(
      connection,
      "SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?",
      [schema ?? null, name],
    );
    return found && { ...found, oid: 0 };
  },

  hasRows: (connection, table, limits) =>
    inTransaction(connection, { isReadOnly: true, limits }, async () => {
      const { rows } = await connection.query(`SELECT 1 FROM ${quoteTable(table)} LIMIT 1`);
      return rows.length > 0;
    }),

  async fillTriggerFlaw(connection, table, column) {
    const { found, overriddenBy } = await readPair(connection, table, column, [column]);
    if (found.length < 2) return found.length === 1 ? "one of its two fill triggers only" : "no fill trigger";
    if (overriddenBy === undefined) return undefined;
    return `fill triggers that run before "${overriddenBy}", which sets it as well: npx lockstep repair makes them the last to run`;
  },

  printedType: async ({ dialect }, type) => typeInCatalogue(type, dialect.id),

  async lacks(connection, column) {
    const name = `"${tableLabel(column.table)}"."${column.name}"`;
    const table = await systemCatalog.table(connection, column.table);
    const found = table?.columns.find((each) => each.name === column.name);
    if (table === undefined || found === undefined) return [{ lacks: "column", statement: `${name} does not exist` }];
    const lacks: Lack[] = [];
    const type = await systemCatalog.printedType(connection, column.type);
    if (found.type !== type) lacks.push({ lacks: "type", statement: `${name} is ${found.type}, not ${type}` });
    if (hasTrigger(column) && found.isNullable) {
      const flaw = await systemCatalog.fillTriggerFlaw(connection, table, column.name);
      if (flaw !== undefined) lacks.push({ lacks: "trigger", statement: `${name} has ${flaw}` });
    }
    const isSame = (one: readonly string[], other: readonly string[]) => JSON.stringify(one) === JSON.stringify(other);
    for (const key of column.uniqueKeys)
      if (!table.uniqueKeys.some(({ columns, isTotal }) => isTotal && isSame(columns, key)))
        lacks.push({ lacks: "index", statement: `${label(column.table, key)} has no unique index` });
    const { foreignKeys = [] } = column;
    const known = foreignKeys.length === 0 ? [] : await development.foreignKeys(connection, column.table);
    for (const { columns, references } of foreignKeys)
      if (!known.some((each) => isSame(each.columns, columns) && each.references.name === references.name))
        lacks.push({
          lacks: "foreign-key",
          statement: `${label(column.table, columns)} has no foreign key to "${tableLabel(references)}"`,
        });
    return lacks;
  },

  // Every index covers the whole partitioned table.
  partitionStatements: async () => [],
};

/** `"User" ("tenantId", "handle")` */
function label(table: TableName, columns: readonly string[]): string {
  return `"${tableLabel(table)}" (${columns.map((each) => `"${each}"`).join(", ")})`;
}

interface TableRow {
  readonly schema: string;
  readonly name: string;
  readonly rows: string | null;
  readonly bytes: string | null;
  readonly altered: string | null;
  readonly engine: string | null;
  readonly transactions: string | null;
}

const tableSql = `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, TABLE_ROWS AS \`rows\`, DATA_LENGTH + INDEX_LENGTH AS bytes,
    CONCAT(UNIX_TIMESTAMP(CREATE_TIME)) AS altered, t.ENGINE AS engine, e.TRANSACTIONS AS transactions
  FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND TABLE_TYPE = 'BASE TABLE'`;

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly nullable: string;
  readonly byDefault: string | null;
  readonly extra: string;
  readonly computed: string | null;
}

const columnsSql = `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS byDefault, EXTRA AS extra,
    GENERATION_EXPRESSION AS computed
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`;

function columnOf({ name, type, nullable, byDefault, extra, computed }: ColumnRow): ColumnFacts {
  return {
    name,
    type: withoutWidth(type),
    isNullable: nullable === "YES",
    isGenerated: computed !== null && computed !== "",
    isIdentity: /auto_increment/i.test(extra),
    // MariaDB reports a missing default as the word NULL.
    hasDefault: byDefault !== null && byDefault !== "NULL",
    ...(/on update/i.test(extra) ? { isSelfUpdating: true } : {}),
  };
}

interface KeyRow {
  readonly name: string;
  readonly column: string | null;
  readonly part: string | number | null;
  readonly method: string;
  readonly direction: string | null;
}

const keysSql = `SELECT INDEX_NAME AS name, COLUMN_NAME AS \`column\`, SUB_PART AS part, INDEX_TYPE AS method, COLLATION AS direction
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`;

/** An enum sorts by position but compares as text, and a float differs from its text. */
const hasOtherOrder = /^(?:enum|set|float|double|bit|geometry|point)\b/;

function keysOf(rows: readonly KeyRow[], columns: readonly ColumnFacts[]): KeyFacts[] {
  const names = [...new Set(rows.map(({ name }) => name))];
  return names.map((name) => {
    const parts = rows.filter((row) => row.name === name);
    const own = parts.flatMap(({ column }) => column ?? []);
    const directions = new Set(parts.map(({ direction }) => direction));
    return {
      name,
      columns: own,
      isPrimary: name === "PRIMARY",
      isValid: true,
      isTotal: parts.every(({ column, part }) => column !== null && part === null),
      isOrdered:
        directions.size === 1 &&
        parts.every(({ method }) => method === "BTREE") &&
        own.every((column) => !hasOtherOrder.test(typeOf({ columns }, column))),
    };
  });
}

const triggersSql = `SELECT 'trigger' AS kind, TRIGGER_NAME AS name, '' AS calls FROM information_schema.TRIGGERS
  WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND EVENT_MANIPULATION = 'UPDATE' AND TRIGGER_NAME NOT LIKE 'zz\\_lockstep\\_%'
  ORDER BY ACTION_ORDER`;

async function rowsOf<R extends object>(
  connection: Connection,
  sql: string,
  values: readonly unknown[],
): Promise<readonly R[]> {
  const { rows } = await connection.query<R>(sql, values);
  return rows;
}
