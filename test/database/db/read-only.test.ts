import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import { askOwnQuery } from "../../../core/src/databases/own-query.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { inTransaction } from "../../../core/src/dialect/db/transaction.js";
import { systems } from "../backfill/systems.js";

// Sessions of commands that only read, and queries that people wrote in any session.

describe.each(systems)("on $name", ({ name, createDatabase }) => {
  const isPostgres = name === "PostgreSQL";
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let writing: Connection;
  let reading: Connection;
  beforeAll(async () => {
    database = await createDatabase("read_only");
    writing = await connect(database.url, { applicationName: "lockstep" });
    reading = await connect(database.url, { applicationName: "lockstep", isReadOnly: true, needsSession: false });
    await writing.query("CREATE TABLE account (id int)");
    await writing.query("INSERT INTO account VALUES (1), (2)");
  });
  afterAll(async () => {
    await reading?.close();
    await writing?.close();
    await database?.drop();
  });

  const ids = async () =>
    (await writing.query<{ id: number }>("SELECT id FROM account ORDER BY id")).rows.map(({ id }) => id);
  const fails = (run: Promise<unknown>) => run.then(() => undefined).catch((error: unknown) => error);

  it.each([
    ["outside of a transaction", "DELETE FROM account", "25006"],
    ["a definition", "CREATE TABLE made (id int)", "25006"],
    ["a second statement", "SELECT 1; DELETE FROM account", "42601"],
    ["the end of its transaction first", "COMMIT; DELETE FROM account", "42601"],
    ["within an expression", "SELECT (1); COMMIT; DELETE FROM account; SELECT (1\n)", "42601"],
  ])("%s nothing is written", async (_, sql, code) => {
    expect(await fails(reading.query(sql))).toMatchObject({ code });
    for (const isReadOnly of [true, false])
      expect(
        await fails(inTransaction(reading, { isReadOnly }, () => reading.query(`SELECT 1; ${sql}`))),
      ).toMatchObject({ code: "42601" });
    expect(await ids()).toEqual([1, 2]);
  });

  it("a transaction that writes is never committed, and the next one reads", async () => {
    await inTransaction(reading, {}, () => reading.query("INSERT INTO account VALUES (3)"));
    expect(await ids()).toEqual([1, 2]);
    expect(
      (await inTransaction(reading, { isReadOnly: true }, () => reading.query("SELECT id FROM account"))).rowCount,
    ).toBe(2);
  });

  it("limits of a transaction hold, and end with it", async () => {
    const sleep = isPostgres ? "SELECT pg_sleep(5)" : "SELECT SLEEP(5) FROM account";
    const late = inTransaction(reading, { isReadOnly: true, limits: { statementTimeoutMs: 300 } }, () =>
      reading.query(sleep),
    );
    expect(await fails(late)).toMatchObject({ code: "57014" });
    expect((await reading.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    ["SELECT 1 AS one", undefined],
    ["(SELECT 1 AS one);", undefined],
    ["-- which\nWITH x AS (SELECT 1 AS one) SELECT one FROM x", undefined],
    ["SELECT 1 AS one; SELECT 2", "is not a single SELECT"],
    ["DELETE FROM account", "is not a single SELECT"],
    ["", "is not a single SELECT"],
    ["no SQL '", "is not a single SELECT"],
  ])("in a session that writes a query of somebody's only reads: %s", async (sql, refusal) => {
    const asked = askOwnQuery(writing, sql, { what: "The query", statementTimeoutMs: 5000 });
    if (refusal === undefined) expect(await asked).toEqual([{ one: 1 }]);
    else await expect(asked).rejects.toMatchObject({ code: "LS8002", message: expect.stringContaining(refusal) });
    expect(await ids()).toEqual([1, 2]);
  });

  // What SECURITY.md says that such a transaction does not stop.
  const notStopped = isPostgres
    ? ["SELECT pg_notify('a', 'b')", "SELECT pg_advisory_lock(1)", "SELECT pg_cancel_backend(0)"]
    : ["SELECT GET_LOCK('a', 0)", "SELECT SLEEP(0)", "SELECT LOAD_FILE('/nowhere')"];
  it.each(notStopped)("%s is not stopped", async (sql) => {
    await askOwnQuery(reading, sql, { what: "The query", statementTimeoutMs: 5000 });
  });
});
