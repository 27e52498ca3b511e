import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { errorCode } from "../../../core/src/dialect/db/retry.js";
import { inTransaction } from "../../../core/src/dialect/db/transaction.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { type Pooler, startPooler } from "../../support/pooler.js";
import { errorOf, fillTable, makeTable, numbered, open, scalar } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("pooler");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

async function through<T>(mode: "transaction" | "session", run: (pooler: Pooler) => Promise<T>): Promise<T> {
  const pooler = await startPooler(database.url, mode);
  try {
    return await run(pooler);
  } finally {
    await pooler.stop();
  }
}

const options = { applicationName: "lockstep test" };
/** What the next client of a server session would find there: settings and locks of whoever had it before. */
const left = `SELECT name FROM pg_settings WHERE source = 'session' AND name NOT IN ('application_name', 'transaction_isolation', 'transaction_read_only')
  UNION ALL SELECT 'advisory lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;

describe("a pooler in transaction mode", () => {
  it("is refused where a session is needed, before anything is set", async () => {
    await through("transaction", async ({ url }) => {
      const error = await errorOf(connect(url, { ...options, statementTimeoutMs: 0 }));
      expect(error).toMatchObject({ code: "LS8009", exitCode: 3, hint: expect.stringContaining("direct URL") });
      const schema = await errorOf(connect(`${url}?schema=public`, { ...options, needsSession: false }));
      expect(schema).toMatchObject({ code: "LS8009", message: expect.stringContaining('schema "public"') });
      const app = await connect(url, { ...options, needsSession: false });
      expect((await app.query(left)).rows).toEqual([]);
      await app.close();
    });
  });

  it("is refused by a backfill, which has written nothing", async () => {
    const spec = await makeTable(db, { rows: numbered(5) });
    await through("transaction", async ({ url }) => {
      expect((await errorOf(fillTable(url, spec))).code).toBe("LS8009");
      expect((await errorOf(fillTable(`${url}?pgbouncer=true`, spec))).code).toBe("LS8009");
    });
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`)).toBe(5);
    expect(await scalar(db, "SELECT to_regnamespace('lockstep') IS NULL")).toBe(true);
  });

  it("serves single statements and transactions, whose settings end with them", async () => {
    await through("transaction", async ({ url }) => {
      const connection = await connect(url, { ...options, needsSession: false });
      expect(connection.isPooled).toBe(true);
      await inTransaction(
        connection,
        { isReadOnly: true, settings: { row_security: "off", lock_timeout: 77 } },
        async () => expect(await scalar(connection, "SHOW lock_timeout")).toBe("77ms"),
      );
      expect((await connection.query(left)).rows).toEqual([]);
      await connection.close();
    });
  });
});

describe("a read-only session through a pooler in transaction mode", () => {
  it("takes one statement, keeps nothing that it writes, and leaves nothing", async () => {
    await db.query("DROP TABLE IF EXISTS account; CREATE TABLE account (id int)");
    await through("transaction", async ({ url }) => {
      const connection = await connect(url, { ...options, needsSession: false, isReadOnly: true });
      const insert = () => connection.query("INSERT INTO account VALUES (1)");
      expect(await inTransaction(connection, { isReadOnly: true }, insert).catch(errorCode)).toBe("25006");
      await inTransaction(connection, {}, insert);
      expect(await connection.query("SELECT 1; DELETE FROM account").catch(errorCode)).toBe("42601");
      expect((await connection.query(left)).rows).toEqual([]);
      await connection.close();
    });
    expect(await scalar(db, "SELECT count(*)::int FROM account")).toBe(0);
  });
});

describe("a pooler in session mode", () => {
  it("serves everything, and its next client finds nothing of ours", async () => {
    await db.query(`DROP TABLE IF EXISTS "User"; DROP SCHEMA IF EXISTS lockstep CASCADE`);
    const spec = await makeTable(db, { rows: numbered(50) });
    await through("session", async ({ url }) => {
      const connection = await connect(`${url}?schema=public`, { ...options, statementTimeoutMs: 1234 });
      expect(connection.isPooled).toBe(false);
      expect(await scalar(connection, "SHOW statement_timeout")).toBe("1234ms");
      await connection.query("SELECT pg_advisory_lock(1)");
      expect((await connection.query(left)).rows).toHaveLength(3);
      const { pid } = connection;
      await connection.close();
      // The pooler gives the last session first.
      const app = await connect(url, { ...options, needsSession: false });
      const other = await connect(url, { ...options, needsSession: false });
      expect([app.pid, other.pid]).toContain(pid);
      for (const each of [app, other]) {
        expect((await each.query(left)).rows).toEqual([]);
        await each.close();
      }
      expect(await fillTable(url, spec)).toMatchObject({ status: "done", filled: 50 });
      expect(await fillTable(url, spec)).toMatchObject({ status: "done", filled: 0 });
    });
  });
});

describe("a direct connection", () => {
  it("needs no second one to be known", async () => {
    const connection = await connect(`${database.url}?pgbouncer=true`, options);
    expect(connection.isPooled).toBe(false);
    await connection.close();
  });
});
