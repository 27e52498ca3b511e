import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FillFunction } from "../../../core/src/config/fill-function.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { tryFunction } from "../../../core/src/target/facts/try-function.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("try_function");
  db = await connect(database.url, { applicationName: "test" });
  await db.query(`CREATE TYPE "Role" AS ENUM ('admin', 'member');
    CREATE TABLE "User" (id integer PRIMARY KEY, email text, "teamId" integer);
    INSERT INTO "User" SELECT n, 'U' || n || '@x.io', n % 2 FROM generate_series(1, 250) n;
    CREATE TABLE "Empty" (id integer PRIMARY KEY, email text)`);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

interface Trial {
  readonly fill: FillFunction;
  readonly type?: string;
  readonly uniqueKeys?: readonly (readonly string[])[];
  readonly table?: string;
  readonly timeoutMs?: number;
}

async function attempt({ fill, type = "text", uniqueKeys = [], table = "User", timeoutMs = 5000 }: Trial) {
  const facts = await readTable(db, { name: table });
  await tryFunction(db, {
    table: facts!,
    column: { name: "handle", type, uniqueKeys },
    compute: { name: "User.handle", reads: ["email"], source: "lockstep.config.ts" },
    run: fill,
    clock: systemClock,
    timeoutMs,
  });
}

const lower: FillFunction = (rows) => rows.map((row) => String(row.email).toLowerCase());

describe("tryFunction", () => {
  it("asks about up to 100 rows in the order of the key, and leaves nothing behind", async () => {
    const before = await db.query("SELECT count(*)::int AS n FROM pg_class");
    let given: readonly object[] = [];
    const fill: FillFunction = (rows, context) => {
      given = rows;
      return lower(rows, context);
    };
    await attempt({ fill, uniqueKeys: [["handle"]] });
    expect(given).toHaveLength(100);
    expect(given[9]).toEqual({ email: "U10@x.io" });
    expect((await db.query("SELECT count(*)::int AS n FROM pg_class")).rows).toEqual(before.rows);
    expect((await db.query(`SELECT count(*)::int AS n FROM "User"`)).rows).toEqual([{ n: 250 }]);
  });

  it("asks nothing of an empty table", async () => {
    await attempt({ table: "Empty", fill: () => expect.fail("asked") });
  });

  it.each<readonly [string, Trial]>([
    ["an enum", { type: '"Role"', fill: (rows) => rows.map(() => "admin") }],
    ["json", { type: "jsonb", fill: (rows) => rows.map((row) => ({ ...row })) }],
    ["a type that the same change makes", { type: '"Later"', fill: (rows) => rows.map(() => "x") }],
    [
      "the same value for other teams",
      { uniqueKeys: [["teamId", "handle"]], fill: (rows) => rows.map((_, at) => at >> 1) },
    ],
    [
      "the same value beside a column that is new too",
      { uniqueKeys: [["kind", "handle"]], fill: (rows) => rows.map(() => "x") },
    ],
  ])("takes %s", async (_, trial) => {
    await attempt(trial);
  });

  it.each<readonly [string, Trial, string, RegExp]>([
    [
      "throws",
      { fill: (rows) => rows.map((row) => (row.mail as string).length) },
      "LS5050",
      /id=1, id=2, id=3, … \(100 rows\): TypeError/,
    ],
    ["returns too few", { fill: () => ["x"] }, "LS5051", /1 value for 100 rows/],
    [
      "returns another type",
      { type: "integer", fill: (rows) => rows.map((_, at) => (at === 6 ? "seven" : at)) },
      "LS5052",
      /for id=7 that "handle" \(integer\) cannot store: invalid input syntax for type integer: "seven"/,
    ],
    [
      "returns too long a text",
      { type: "character varying(4)", fill: (rows) => rows.map((_, at) => (at === 2 ? "abcde" : "abcd")) },
      "LS5052",
      /for id=3 .*value too long/,
    ],
    [
      "returns a value that the enum lacks",
      { type: '"Role"', fill: (rows) => rows.map(() => "owner") },
      "LS5052",
      /for id=1 .*enum "Role": "owner"/,
    ],
    [
      "returns a number out of range",
      { type: "smallint", fill: (rows) => rows.map(() => 40_000) },
      "LS5052",
      /out of range/,
    ],
    ["returns a NUL", { fill: (rows) => rows.map(() => "a\0") }, "LS5052", /for id=1 .*0x00/],
    ["returns an object", { fill: (rows) => rows.map((row) => row) }, "LS5052", /an object for id=1/],
    ["returns null", { fill: (rows) => rows.map((_, at) => (at === 4 ? null : "x")) }, "LS5053", /for id=5\./],
    [
      "returns the same twice",
      { uniqueKeys: [["handle"]], fill: (rows) => rows.map((_, at) => Math.max(at, 1)) },
      "LS5054",
      /\("handle"\): '1' for id=1 and id=2/,
    ],
    [
      "returns the same twice in one team",
      { uniqueKeys: [["teamId", "handle"]], fill: (rows) => rows.map((_, at) => (at < 4 ? "x" : at)) },
      "LS5054",
      /'1', 'x' for id=1 and id=3; '0', 'x' for id=2 and id=4/,
    ],
    [
      "never ends",
      { timeoutMs: 20, fill: () => new Promise(() => undefined) },
      "LS5055",
      /longer than 0\.02 s for 100 rows/,
    ],
  ])("refuses a function that %s", async (_, trial, code, message) => {
    await expect(attempt(trial)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    // The session is usable, nothing is open.
    expect((await db.query("SELECT pg_current_xact_id_if_assigned() AS xid")).rows).toEqual([{ xid: null }]);
  });
});
