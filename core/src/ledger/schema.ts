import type { Connection } from "../db/connection.js";
import { refused } from "../db/refused.js";
import { errorCode } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import { LockstepError } from "../errors.js";

/** Of the tables below. A later version adds its steps to `steps`, and raises this. */
export const ledgerVersion = 4;

/**
 * What ran, in the target itself: copies and restores of the database carry it along. Both ORMs overlook a schema of its own;
 * a table in `public` would be drift to Prisma. Rows are keyed by table OID: what is known about a table dies with it.
 */
const steps: readonly string[] = [
  `CREATE TABLE lockstep.backfills (
    plan text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    table_oid oid NOT NULL,
    status text NOT NULL,
    spec jsonb NOT NULL,
    cursor jsonb NOT NULL,
    rows_done bigint NOT NULL DEFAULT 0,
    rows_filled bigint NOT NULL DEFAULT 0,
    rows_estimated bigint NOT NULL,
    batches bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    runner text NOT NULL,
    error text,
    PRIMARY KEY (plan, table_schema, table_oid)
  ) WITH (fillfactor = 50);
  CREATE TABLE lockstep.evidence (
    plan text NOT NULL,
    gate text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    table_oid oid NOT NULL,
    column_name text NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    note text,
    PRIMARY KEY (plan, gate, table_schema, table_oid, column_name)
  );`,
  // Keys may have several columns.
  `UPDATE lockstep.backfills SET
     spec = jsonb_build_object('key', jsonb_build_array(jsonb_build_object('column', spec->'key', 'type', spec->'keyType')), 'columns', spec->'columns'),
     cursor = CASE WHEN jsonb_typeof(cursor->'after') = 'string' THEN cursor || jsonb_build_object('after', jsonb_build_array(cursor->'after')) ELSE cursor END;`,
  // Columns that stay optional are filled by a pass of their own.
  `ALTER TABLE lockstep.backfills ADD COLUMN once boolean NOT NULL DEFAULT false;
   ALTER TABLE lockstep.backfills DROP CONSTRAINT backfills_pkey, ADD PRIMARY KEY (plan, table_schema, table_oid, once);`,
  // What a confirmation says of the code it says of places by name.
  "ALTER TABLE lockstep.evidence ADD COLUMN places jsonb NOT NULL DEFAULT '[]';",
];

/** Any number will do; it is the same in every version, so that two versions do not build at once. */
const buildLock = 5_211_407_193_042_001n;

/**
 * Makes sure that the ledger is there, in this version's form. May be called at any time and by several sessions at once.
 * @throws LS7001 when the role may not create or use it, LS7003 when a newer version of Lockstep has made it
 */
export async function ensureLedger(connection: Connection): Promise<void> {
  try {
    if ((await versionOf(connection)) === ledgerVersion) return;
    await inTransaction(connection, {}, async () => {
      await connection.query("SELECT pg_advisory_xact_lock($1)", [String(buildLock)]);
      const version = (await versionOf(connection)) ?? 0;
      // CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where it exists.
      const { rows } = await connection.query("SELECT to_regnamespace('lockstep') IS NULL AS is_missing");
      if (rows[0]?.is_missing) await connection.query("CREATE SCHEMA lockstep");
      if (version === 0) {
        await connection.query(
          "CREATE TABLE lockstep.meta (version int NOT NULL); INSERT INTO lockstep.meta VALUES (0)",
        );
      }
      for (const step of steps.slice(version)) await connection.query(step);
      await connection.query("UPDATE lockstep.meta SET version = $1", [ledgerVersion]);
    });
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** Whether there is a ledger to read. Reading never creates one. */
export async function hasLedger(connection: Connection): Promise<boolean> {
  try {
    return (await versionOf(connection)) !== undefined;
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

async function versionOf(connection: Connection): Promise<number | undefined> {
  // The catalogue, not to_regclass: that fails without USAGE on the schema, and says "permission denied" less clearly.
  const found = await connection.query(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'lockstep' AND c.relname = 'meta'`,
  );
  if (found.rows.length === 0) return undefined;
  const { rows } = await connection.query<{ version: number }>("SELECT version FROM lockstep.meta");
  const version = rows[0]?.version ?? 0;
  if (version > ledgerVersion) {
    throw new LockstepError(
      "LS7003",
      `The ledger on ${connection.label} has version ${version}, this Lockstep knows ${ledgerVersion}`,
    );
  }
  return version;
}

/** Missing rights get their own code: whoever reads it needs a GRANT, nothing else. */
export function ledgerError(connection: Connection, error: unknown): unknown {
  const isForbidden = errorCode(error) === "42501" && !(error instanceof LockstepError);
  return refused(error, `The ledger (schema lockstep) on ${connection.label}`, isForbidden ? "LS7001" : "LS7002");
}
