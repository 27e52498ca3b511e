import { LockstepError } from "../../base/errors.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { InventoryReader } from "../../dialect/inventory.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";
import { readInventory, schemasSql } from "./read.js";

/** Settings that define how the server prints definitions: the same in every session. */
const printing = {
  search_path: "pg_catalog",
  timezone: "UTC",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: 1,
  quote_all_identifiers: "off",
};

const limits = { statementTimeoutMs: 60_000, lockTimeoutMs: 5_000 };

/** For PostgreSQL. */
export const inventory: InventoryReader = {
  read: (connection, schemas) =>
    inTransaction(connection, { isReadOnly: true, isRepeatable: true, limits, settings: printing }, async () => {
      const { rows } = await connection.query<{ name: string }>(schemasSql);
      const all = rows.map(({ name }) => name);
      const ask = async (sql: string, values: readonly unknown[]) =>
        (await connection.query<Record<string, unknown>>(sql, values)).rows;
      return readInventory(ask, schemas === undefined ? all : all.filter((name) => schemas.includes(name)));
    }),

  async names(connection) {
    const { rows } = await connection.query<{ schema: string | null; path: string; roles: readonly string[] | null }>(
      `SELECT current_schema()::text AS schema, current_setting('search_path') AS path,
              (SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_') AS roles`,
    );
    const { schema, path, roles } = rows[0]!;
    if (schema === null) throw new LockstepError("LS6705", `${connection.label} has no schema ${path}.`);
    return { defaultSchema: schema, roles: roles ?? [] };
  },

  async prepare(connection, { defaultSchema, roles }) {
    const { rows } = await connection.query<{ name: string }>("SELECT rolname::text AS name FROM pg_roles");
    const known = new Set(rows.map(({ name }) => name));
    for (const role of roles)
      if (!known.has(role)) await connection.query(`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`);
    if (defaultSchema === "public") return;
    // Owned by the owner of the database, because migrations run as that role.
    const { rows: owners } = await connection.query<{ owner: string }>(
      "SELECT datdba::regrole::text AS owner FROM pg_database WHERE datname = current_database()",
    );
    const schema = quoteIdentifier(defaultSchema);
    await connection.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${owners[0]!.owner}`);
    // For all later sessions, including the ORM's.
    await connection.query(`DO $path$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path TO %L, public', current_database(), ${quoteLiteral(defaultSchema)});
      END $path$`);
  },
};
