/** Tables with a planned column, as expand leaves them, and what a run of the backfill needs. */

import type { Functions } from "../../../core/src/backfill/computer.js";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { type BackfillInput, type BackfillResult, runBackfill } from "../../../core/src/backfill/runner.js";
import { LockstepError } from "../../../core/src/base/errors.js";
import type { FillFunction } from "../../../core/src/config/fill-function.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import type { BackfillSpec, Fill, TableName, UnitColumn } from "../../../core/src/model/index.js";
import { readFill } from "../../../core/src/postgresql/fill/read.js";
import { quoteIdentifier, quoteTable } from "../../../core/src/postgresql/quote.js";
import { type Between, signalsOf } from "../../support/between-batches.js";
import { fileOf } from "../../support/units.js";

export const plan = "20261120093000_user_handle";

export async function fillOf(
  sql: string,
  table: TableName,
  columns: readonly string[],
  column = "handle",
): Promise<Fill> {
  return readFill(sql, {
    kind: "backfill",
    source: "prisma/schema.prisma:14",
    table,
    columns: [...columns, column],
    generatedColumns: [],
    newColumn: column,
  });
}

export interface TableInput {
  readonly name?: string;
  readonly keyType?: string;
  /** After the type of the key: a collation. */
  readonly keyExtra?: string;
  /** Rows to insert: keys as text, emails. */
  readonly rows?: readonly (readonly [key: string, email: string | null])[];
  readonly fill?: string;
  readonly type?: string;
  readonly isUnique?: boolean;
  readonly withTrigger?: boolean;
}

/** A table `"User"(id, email, plain, …)` with rows, then the planned column "handle" as expand adds it. */
export async function makeTable(connection: Connection, input: TableInput = {}): Promise<BackfillSpec> {
  const { name = "User", keyType = "integer", keyExtra = "", rows = [], fill = "lower(email)", type = "text" } = input;
  const table = { name };
  await connection.query(
    `CREATE TABLE ${quoteTable(table)} (id ${keyType} ${keyExtra} PRIMARY KEY, email text, note text)`,
  );
  if (rows.length > 0) {
    await connection.query(
      `INSERT INTO ${quoteTable(table)} (id, email) SELECT k::${keyType}, e FROM unnest($1::text[], $2::text[]) u(k, e)`,
      [rows.map(([key]) => key), rows.map(([, email]) => email)],
    );
  }
  const column: UnitColumn = { name: "handle", type, fill: await fillOf(fill, table, ["id", "email", "note"]) };
  await addColumn(connection, table, column, input.withTrigger ?? true);
  if (input.isUnique) await connection.query(`CREATE UNIQUE INDEX ON ${quoteTable(table)} (handle)`);
  return {
    table,
    key: [{ column: "id", type: keyType }],
    columns: [{ name: "handle", type, fill: column.fill! }],
    uniqueKeys: input.isUnique ? [["handle"]] : [],
  };
}

export async function addColumn(
  connection: Connection,
  table: TableName,
  column: UnitColumn,
  withTrigger = true,
  below: { readonly hasChildren?: true } = {},
): Promise<void> {
  await connection.query(
    withTrigger
      ? fileOf({ kind: "expand", table, columns: [column], ...below })
      : `ALTER TABLE ${quoteTable(table)} ADD COLUMN ${quoteIdentifier(column.name)} ${column.type}`,
  );
}

/** `u0@x.io`, `u1@x.io`, … under the keys 0, 1, … */
export function numbered(count: number, keyOf = (n: number) => String(n)): [string, string][] {
  return Array.from({ length: count }, (_, n) => [keyOf(n), `U${n}@x.io`]);
}

export async function open(url: string): Promise<Connection> {
  return connect(url, { applicationName: "test" });
}

/** Runs with small batches and a random that is the same each time. */
export async function fillTable(
  url: string,
  spec: BackfillSpec,
  { between, ...input }: Partial<BackfillInput> & { readonly between?: readonly Between[] } = {},
): Promise<BackfillResult & { readonly events: readonly BackfillEvent[] }> {
  const events: BackfillEvent[] = [];
  const result = await runBackfill({
    url,
    plan,
    spec,
    clock: systemClock,
    random: seeded(1),
    batch: { startRows: 7, minRows: 3 },
    ...signalsOf(between),
    ...input,
    onEvent(event) {
      events.push(event);
      input.onEvent?.(event);
    },
  });
  return { ...result, events };
}

/** mulberry32: small, and the same numbers for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The LockstepError that the promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<LockstepError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (error instanceof LockstepError) return error;
  throw error;
}

/** Asks until it is so. */
export async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It did not happen: ${what}`);
    await systemClock.sleep(10);
  }
}

export async function scalar<T>(connection: Connection, sql: string, values?: readonly unknown[]): Promise<T> {
  const { rows } = await connection.query(sql, values);
  return Object.values(rows[0] ?? {})[0] as T;
}

/** The same backfill with the column filled by a function of its name instead of SQL. */
export function byFunction(spec: BackfillSpec, reads: readonly string[] = ["email"], column = "handle"): BackfillSpec {
  return {
    ...spec,
    columns: spec.columns.map(({ name, type, ...source }) =>
      name === column
        ? { name, type, compute: { name: `User.${name}`, reads, source: "lockstep.config.ts" } }
        : { name, type, ...source },
    ),
  };
}

/** The functions of a configuration: `User.handle` by default. */
export function functions(
  fill: FillFunction,
  reads: readonly string[] = ["email"],
  name = "User.handle",
): { readonly functions: Functions; readonly needsFillTrigger: boolean } {
  return { functions: new Map([[name, { reads, fill }]]), needsFillTrigger: false };
}

/** `lower(email)` as a function. */
export const lowerEmails: FillFunction = (rows) => rows.map((row) => String(row.email).toLowerCase());
