import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { type BlockerQuestion, findBlockers } from "../../../core/src/operate/deploy/blockers.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { openSession, type Session, until } from "../../support/sessions.js";

let database: TestDatabase;
let connection: Connection;
let other: Session;

beforeEach(async () => {
  database = await createDatabase("blockers");
  connection = await connect(database.url, { applicationName: "test" });
  other = await openSession(database.url, { application_name: "report" });
  await connection.query(`CREATE TABLE "User" ("id" int); CREATE TABLE "Log" ("id" int);
    CREATE TABLE "Order" ("id" int) PARTITION BY RANGE ("id");
    CREATE TABLE "Order_1" PARTITION OF "Order" FOR VALUES FROM (0) TO (10);`);
});
afterEach(async () => {
  await other.end();
  await connection.close();
  await database.drop();
});

const ask = (question: Partial<BlockerQuestion> = {}) =>
  findBlockers(connection, {
    tables: [{ name: "User" }, { name: "Order" }, { schema: "nowhere", name: "Gone" }],
    buildsIndex: false,
    olderThanSeconds: 0,
    ...question,
  });

describe("a transaction that is open", () => {
  test.each([
    {
      name: "on the table",
      sql: `SELECT FROM "User"`,
      question: {},
      says: /^pid \d+ \(\w+, report\) has held "User" for \d+ s: idle in transaction, SELECT FROM "User"$/,
    },
    {
      name: "on a partition of it",
      sql: `INSERT INTO "Order_1" VALUES (1)`,
      question: {},
      says: /has held "Order" for/,
    },
    { name: "on another table", sql: `SELECT FROM "Log"`, question: {}, says: undefined },
    { name: "younger than asked for", sql: `SELECT FROM "User"`, question: { olderThanSeconds: 60 }, says: undefined },
    {
      name: "with a snapshot, and an index to build",
      sql: `SELECT FROM "Log"`,
      question: { buildsIndex: true },
      says: /transaction open for \d+ s, and a concurrent index build waits for it/,
    },
  ])("$name", async ({ sql, question, says }) => {
    await other.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await other.query(sql);
    await pause(20);
    const found = await ask(question);
    expect(found).toHaveLength(says === undefined ? 0 : 1);
    if (says !== undefined) expect(found[0]).toMatch(says);
  });
});

test("an index that is being built is named at once, whatever its age", async () => {
  await connection.query(`INSERT INTO "User" VALUES (1)`);
  const writer = await openSession(database.url);
  await writer.query(`BEGIN; UPDATE "User" SET "id" = 2`);
  const building = other.query(`CREATE INDEX CONCURRENTLY "User_id" ON "User"("id")`);
  await until("the build has begun", async () => (await ask({ olderThanSeconds: 60 })).length > 0);
  expect((await ask({ olderThanSeconds: 60 }))[0]).toMatch(
    /builds an index on "User" \(waiting for writers.*DDL waits until it ends/,
  );
  await writer.end();
  await building;
  expect(await ask({ olderThanSeconds: 60 })).toEqual([]);
});

test("a prepared transaction is named with what ends it", async () => {
  await other.query(`BEGIN; INSERT INTO "User" VALUES (1); PREPARE TRANSACTION 'payout'`);
  try {
    expect(await ask({ olderThanSeconds: 60 })).toEqual([
      expect.stringMatching(
        /^the prepared transaction 'payout' has held "User" for \d+ s: COMMIT PREPARED or ROLLBACK PREPARED ends it$/,
      ),
    ]);
  } finally {
    await other.query("ROLLBACK PREPARED 'payout'");
  }
});
