import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { retryReason } from "../../../core/src/dialect/db/retry.js";
import { inTransaction } from "../../../core/src/dialect/db/transaction.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, open, scalar, until } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("connection");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const urlWith = (change: (url: URL) => void) => {
  const url = new URL(database.url);
  change(url);
  return url.toString();
};

describe("connect", () => {
  it("honours Prisma's schema, names itself and limits statements", async () => {
    await db.query(`CREATE SCHEMA "Te nant"`);
    const url = urlWith((each) => {
      each.searchParams.set("schema", "Te nant");
      each.searchParams.set("connection_limit", "1");
      each.searchParams.set("application_name", "somebody");
    });
    const connection = await connect(url, { applicationName: "lockstep test", statementTimeoutMs: 1234 });
    expect(await scalar(connection, "SELECT current_schema()")).toBe("Te nant");
    expect(await scalar(connection, "SHOW application_name")).toBe("lockstep test");
    expect(await scalar(connection, "SHOW statement_timeout")).toBe("1234ms");
    expect(connection.pid).toBe(await scalar(connection, "SELECT pg_backend_pid()"));
    expect(connection.serverVersion).toBeGreaterThan(120000);
    await connection.close();
    expect(connection.isLost).toBe(true);
  });

  // The servers before 14 have none of them, those before 17 one.
  it.each(["idle_session_timeout", "transaction_timeout"])("is not ended by the role's %s", async (setting) => {
    const isKnown = await scalar(db, `SELECT EXISTS (SELECT FROM pg_settings WHERE name = '${setting}')`);
    await db.query(`CREATE ROLE limited_${setting} LOGIN`);
    if (isKnown === true) await db.query(`ALTER ROLE limited_${setting} SET ${setting} = '1min'`);
    const url = urlWith((each) => {
      each.username = `limited_${setting}`;
    });
    const connection = await connect(url, { applicationName: "lockstep test" });
    expect(await scalar(connection, `SELECT current_setting('${setting}', true)`)).toBe(isKnown === true ? "0" : null);
    await connection.close();
    await db.query(`DROP ROLE limited_${setting}`);
  });

  it.each<[string, (url: URL) => void, RegExp]>([
    [
      "nobody listens",
      (url) => {
        url.port = "1";
      },
      /127\.0\.0\.1:1\/connection.*ECONNREFUSED/,
    ],
    [
      "no such database",
      (url) => {
        url.pathname = "/missing";
      },
      /database "missing" does not exist/,
    ],
    [
      "no such role",
      (url) => {
        url.username = "missing";
      },
      /role "missing" does not exist/,
    ],
    [
      "no such host",
      (url) => {
        url.hostname = "no-such-host.invalid";
      },
      /no-such-host\.invalid:\d+\/connection/,
    ],
  ])("%s: LS8004 with the target and without the password", async (_, change, message) => {
    const url = urlWith((each) => {
      each.password = "geheim";
      change(each);
    });
    const error = await errorOf(connect(url, { applicationName: "test" }));
    expect(error).toMatchObject({ code: "LS8004", exitCode: 3, message: expect.stringMatching(message) });
    expect(`${error.message} ${error.hint} ${JSON.stringify(error.details)} ${error.stack}`).not.toContain("geheim");
  });

  it("cancels the statement that is running", async () => {
    const connection = await open(database.url);
    const sleeping = connection.query("SELECT pg_sleep(1000)").catch((error: { code: string }) => error.code);
    await until(
      () => scalar(db, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1000)')"),
      "it sleeps",
    );
    await connection.cancel();
    expect(await sleeping).toBe("57014");
    expect(connection.isLost).toBe(false);
    await connection.close();
  });

  it("knows that it is lost, busy or idle, and the process goes on", async () => {
    const connection = await open(database.url);
    const error = await Promise.all([
      connection.query("SELECT pg_sleep(1000)").catch((reason: unknown) => reason),
      until(
        () =>
          scalar(
            db,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1000)' AND state = 'active')",
          ),
        "it sleeps",
      ).then(() => db.query("SELECT pg_terminate_backend($1)", [connection.pid])),
    ]);
    expect(retryReason(error[0], connection.isLost)).toBe("connection");
    await until(() => connection.isLost, "the connection notices");
    const later = await connection.query("SELECT 1").catch((reason: unknown) => reason);
    expect(retryReason(later, connection.isLost)).toBe("connection");
    await connection.close();
  });
});

describe("inTransaction", () => {
  it("keeps all or nothing, with settings that end with it", async () => {
    await db.query("CREATE TABLE kept (n int)");
    const before = await scalar(db, "SHOW lock_timeout");
    await inTransaction(db, { settings: { lock_timeout: 77, row_security: "off" } }, async () => {
      expect(await scalar(db, "SHOW lock_timeout")).toBe("77ms");
      await db.query("INSERT INTO kept VALUES (1)");
    });
    const failing = inTransaction(db, {}, async () => {
      await db.query("INSERT INTO kept VALUES (2)");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await scalar(db, "SELECT array_agg(n) FROM kept")).toEqual([1]);
    expect(await scalar(db, "SHOW lock_timeout")).toBe(before);
  });

  it("does not depend on the role's default isolation, and can only read when told so", async () => {
    await db.query("SET default_transaction_isolation = 'serializable'");
    expect(await inTransaction(db, {}, () => scalar(db, "SHOW transaction_isolation"))).toBe("read committed");
    await db.query("RESET default_transaction_isolation");
    const writing = inTransaction(db, { isReadOnly: true, isRepeatable: true }, () =>
      db.query("INSERT INTO kept VALUES (3)"),
    );
    await expect(writing).rejects.toMatchObject({ code: "25006" });
  });
});
