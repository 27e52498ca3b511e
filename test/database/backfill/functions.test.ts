import type { LockstepError } from "@lockstep/core";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FillFunction } from "../../../core/src/config/fill-function.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { textForLogs } from "../../../core/src/dialect/db/without-values.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import {
  addColumn,
  byFunction,
  errorOf,
  fillOf,
  fillTable,
  functions,
  lowerEmails,
  makeTable,
  numbered,
  open,
  plan,
  scalar,
  until,
} from "./fixture.js";
import { startWriters } from "./writers.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("functions");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

const withoutValue = () => scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`);
const differing = () =>
  scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS DISTINCT FROM lower(email)`);
const table = async (input: Parameters<typeof makeTable>[1] = {}, reads?: readonly string[]) =>
  byFunction(await makeTable(db, { withTrigger: false, ...input }), reads);
/** A clock whose pauses are over at once. A minute stays one: so long a call may take. */
const hurried = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms >= 60_000 ? ms : Math.min(ms, 20), signal),
};

describe("a whole run", () => {
  it("fills every row, keeps every value that is there, and asks only for rows that lack one", async () => {
    const spec = await table({ rows: numbered(300) });
    await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id % 3 = 0`);
    let asked = 0;
    const result = await fillTable(
      database.url,
      spec,
      functions((rows, context) => {
        asked += rows.length;
        return lowerEmails(rows, context);
      }),
    );
    expect(result).toMatchObject({ status: "done", rows: 300, filled: 200 });
    expect(asked).toBe(200);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle = 'chosen'`)).toBe(100);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle = lower(email)`)).toBe(200);
    expect(await readBackfills(db, plan)).toMatchObject([{ status: "done", rowsDone: 300, rowsFilled: 200 }]);
  });

  it("fills SQL columns in the same pass, each on its own where one is set", async () => {
    const sql = await makeTable(db, { rows: numbered(60), withTrigger: false });
    const name = { name: "User" };
    const note = { name: "initial", type: "text", fill: await fillOf("left(email, 1)", name, ["email"], "initial") };
    await addColumn(db, name, note);
    await db.query(`UPDATE "User" SET initial = 'Z' WHERE id < 10; UPDATE "User" SET handle = 'own' WHERE id > 50`);
    const spec = byFunction({ ...sql, columns: [...sql.columns, note] });
    const { needsFillTrigger: _, ...input } = functions(lowerEmails);
    expect(await fillTable(database.url, spec, input)).toMatchObject({ status: "done", rows: 60, filled: 60 });
    const { rows } = await db.query(
      `SELECT count(*) FILTER (WHERE initial = 'Z')::int AS chosen, count(*) FILTER (WHERE initial = 'U')::int AS filled,
              count(*) FILTER (WHERE handle = 'own')::int AS own, count(*) FILTER (WHERE handle = lower(email))::int AS computed FROM "User"`,
    );
    expect(rows).toEqual([{ chosen: 10, filled: 50, own: 9, computed: 51 }]);
  });

  it("follows keys of several columns", async () => {
    await db.query(`CREATE TABLE "User" (a integer, b text, email text, handle text, PRIMARY KEY (a, b));
      INSERT INTO "User" SELECT n % 3, 'k' || n, 'U' || n || '@x.io' FROM generate_series(1, 100) n`);
    const key = [
      { column: "a", type: "integer" },
      { column: "b", type: "text" },
    ];
    const column = { name: "handle", type: "text" };
    const spec = byFunction({ table: { name: "User" }, key, columns: [column], uniqueKeys: [] });
    expect(await fillTable(database.url, spec, functions(lowerEmails))).toMatchObject({ status: "done", filled: 100 });
    expect(await differing()).toBe(0);
  });

  it.each<readonly [string, FillFunction, string]>([
    ["integer", (rows) => rows.map((_, at) => at), "0"],
    ["numeric(6,2)", (rows) => rows.map(() => "12.50"), "12.50"],
    ["boolean", (rows) => rows.map(() => false), "false"],
    ["jsonb", (rows) => rows.map((row) => ({ mail: row.email })), '{"mail": "U0@x.io"}'],
    ["text[]", (rows) => rows.map(() => ['a"b', "c,d"]), '{"a\\"b","c,d"}'],
    ["bytea", (rows) => rows.map(() => Buffer.from("ab")), "\\x6162"],
    [
      "timestamp(3) without time zone",
      (rows) => rows.map(() => new Date(Date.UTC(2026, 0, 2, 3, 4))),
      "2026-01-02 03:04:00",
    ],
    ["date", (rows) => rows.map(() => new Date(Date.UTC(2026, 0, 2, 23))), "2026-01-02"],
    ["character varying(5)", (rows) => rows.map(() => "abcde"), "abcde"],
  ])("stores a value of type %s", async (type, fill, expected) => {
    const spec = await table({ rows: numbered(1), type, fill: `NULL::${type}` });
    await fillTable(database.url, spec, functions(fill));
    expect(await scalar(db, `SELECT handle::text FROM "User"`)).toBe(expected);
  });

  it.each([
    ["as they are", ""],
    [
      "that show values in their own way",
      "SET DateStyle = 'ISO, DMY'; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = 0; SET TimeZone = 'Asia/Kolkata'",
    ],
  ])("knows rows again by inputs of any type, with settings %s", async (_, settings) => {
    const types = [
      "interval",
      "double precision",
      "timestamptz",
      "timestamp",
      "date",
      "time",
      "bytea",
      "json",
      "xml",
      "point",
      "numeric",
      "text[]",
      "bit(3)",
      "character(4)",
      "money",
      "uuid",
      "inet",
      "int4range",
      "name",
    ];
    const values = [
      "1 day 02:03",
      "0.1",
      "2026-01-02 03:04:05.678901+05",
      "2026-01-02 03:04:05.678901",
      "2026-01-02",
      "03:04:05.6",
      "\\x00ff",
      '{"b": 1}',
      "<a/>",
      "(1,2.5)",
      "1.10",
      '{a,"b c",NULL}',
      "101",
      "ab",
      "12.34",
      "6f7d3c1e-0000-4000-8000-000000000001",
      "10.0.0.1/8",
      "[1,5)",
      "n",
    ];
    const reads = types.map((_, at) => `c${at}`);
    await db.query(
      `CREATE TABLE "User" (id integer PRIMARY KEY, handle text, ${types.map((type, at) => `c${at} ${type}`).join(", ")})`,
    );
    const inserted = values.map((value) => `'${value}'`).join(", ");
    await db.query(`INSERT INTO "User" VALUES (1, NULL, ${inserted}); INSERT INTO "User" (id) VALUES (2)`);
    await db.query(
      settings.replaceAll(/SET (\w+)/g, `ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET $1`),
    );
    try {
      const key = [{ column: "id", type: "integer" }];
      const spec = byFunction(
        { table: { name: "User" }, key, columns: [{ name: "handle", type: "text" }], uniqueKeys: [] },
        reads,
      );
      let calls = 0;
      const fill: FillFunction = (rows) => {
        calls += 1;
        return rows.map((row) => String((row.c2 as Date | null)?.toISOString()));
      };
      expect(await fillTable(database.url, spec, functions(fill, reads))).toMatchObject({ status: "done", filled: 2 });
      expect(calls).toBe(1);
      const { rows } = await db.query(`SELECT handle FROM "User" ORDER BY id`);
      expect(rows).toEqual([{ handle: "2026-01-01T22:04:05.678Z" }, { handle: "undefined" }]);
    } finally {
      await db.query(`ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" RESET ALL`);
    }
  });

  it("takes a function that reads nothing", async () => {
    const spec = await table({ rows: numbered(30), isUnique: true }, []);
    let made = 0;
    const fill: FillFunction = (rows) =>
      rows.map((row) => {
        expect(row).toEqual({});
        made += 1;
        return `token-${made}`;
      });
    expect(await fillTable(database.url, spec, functions(fill, []))).toMatchObject({ status: "done", filled: 30 });
  });

  it("gives what is in the row: timestamps in UTC, bigint and numeric as text, json parsed, NULL as null", async () => {
    const columns = ["at", "day", "big", "price", "data", "nothing"];
    await db.query(`CREATE TABLE "User" (id integer PRIMARY KEY, at timestamp(3), day date, big bigint, price numeric, data jsonb, nothing text, handle text);
      INSERT INTO "User" VALUES (1, '2026-01-02 03:04:05.678', '2026-01-02', 9007199254740993, 1.10, '{"a": 1}', NULL, NULL)`);
    const key = [{ column: "id", type: "integer" }];
    const spec = byFunction(
      { table: { name: "User" }, key, columns: [{ name: "handle", type: "text" }], uniqueKeys: [] },
      columns,
    );
    let given: unknown;
    const fill: FillFunction = (rows) => {
      given = rows;
      return ["x"];
    };
    await fillTable(database.url, spec, functions(fill, columns));
    const at = new Date("2026-01-02T03:04:05.678Z");
    const day = new Date("2026-01-02T00:00:00Z");
    expect(given).toEqual([{ at, day, big: "9007199254740993", price: "1.10", data: { a: 1 }, nothing: null }]);
  });
});

describe("compare and set", () => {
  it("writes no value whose inputs have changed meanwhile, and comes back for those rows", async () => {
    const spec = await table({ rows: numbered(20) });
    let isFirst = true;
    const result = await fillTable(
      database.url,
      spec,
      functions(async (rows, context) => {
        const values = await lowerEmails(rows, context);
        if (isFirst) {
          isFirst = false;
          await db.query(
            `UPDATE "User" SET email = 'Changed' || id WHERE id = 1; UPDATE "User" SET email = NULL WHERE id = 2;
             UPDATE "User" SET handle = 'chosen' WHERE id = 3; DELETE FROM "User" WHERE id = 4; UPDATE "User" SET id = 1005 WHERE id = 5`,
          );
        }
        return values;
      }),
    );
    expect(result).toMatchObject({ status: "done" });
    const { rows } = await db.query(`SELECT id, handle FROM "User" WHERE handle <> 'u' || id || '@x.io' ORDER BY id`);
    expect(rows).toEqual([
      { id: 1, handle: "changed1" },
      { id: 2, handle: "null" },
      { id: 3, handle: "chosen" },
      { id: 1005, handle: "u5@x.io" },
    ]);
    expect(result.events.filter(({ kind }) => kind === "sweep")).toMatchObject([{ rows: 2 }]);
  });

  it("looks again when it has waited for a writer that held the row while the batch was written", async () => {
    const spec = await table({ rows: numbered(3) });
    const writer = await open(database.url);
    let calls = 0;
    const run = fillTable(database.url, spec, {
      ...functions(async (rows, context) => {
        const values = await lowerEmails(rows, context);
        if (calls++ === 0) await writer.query(`BEGIN; UPDATE "User" SET email = 'Late@x.io' WHERE id = 1`);
        return values;
      }),
      lockTimeoutMs: 10_000,
    });
    await until(
      async () => (await scalar<number>(db, `SELECT count(*)::int FROM pg_locks WHERE NOT granted`)) > 0,
      "the batch waits for the writer",
    );
    await writer.query("COMMIT");
    await writer.close();
    expect(await run).toMatchObject({ status: "done" });
    expect(await differing()).toBe(0);
  });

  it("tells apart what an equality would not: json, and numbers that are equal but not the same", async () => {
    await db.query(`CREATE TABLE "User" (id integer PRIMARY KEY, price numeric, data json, handle text);
      INSERT INTO "User" VALUES (1, 1.0, '{"a":1}', NULL)`);
    const key = [{ column: "id", type: "integer" }];
    const reads = ["price", "data"];
    const columns = [{ name: "handle", type: "text" }];
    const spec = byFunction({ table: { name: "User" }, key, columns, uniqueKeys: [] }, reads);
    let calls = 0;
    const fill: FillFunction = async (rows) => {
      const values = rows.map((row) => `${row.price} ${JSON.stringify(row.data)}`);
      if (++calls === 1) await db.query(`UPDATE "User" SET price = 1.00`);
      if (calls === 2) await db.query(`UPDATE "User" SET data = '{"a":2}'`);
      return values;
    };
    await fillTable(database.url, spec, functions(fill, reads));
    expect(await scalar(db, `SELECT handle FROM "User"`)).toBe('1.00 {"a":2}');
    expect(calls).toBe(3);
  });

  it("holds no lock and no transaction while the function runs", async () => {
    const spec = await table({ rows: numbered(5) });
    const seen: unknown[] = [];
    await fillTable(
      database.url,
      spec,
      functions(async (rows, context) => {
        const { rows: sessions } = await db.query(
          `SELECT a.state, (SELECT count(*)::int FROM pg_locks l WHERE l.pid = a.pid AND l.locktype <> 'advisory') AS locks
             FROM pg_stat_activity a WHERE a.application_name LIKE 'lockstep backfill%' AND a.datname = current_database()`,
        );
        seen.push(...sessions);
        return lowerEmails(rows, context);
      }),
    );
    expect(seen).toEqual([{ state: "idle", locks: 0 }]);
  });

  it("while the application writes, every row ends with a value of an email that it has had", async () => {
    const rows = numbered(1500);
    const spec = await table({ rows });
    const writers = await startWriters(database.url, rows, { seed: 11 });
    const fill: FillFunction = async (given, context) => {
      await systemClock.sleep(5);
      return lowerEmails(given, context);
    };
    // There is no trigger: rows come in without a value as long as the writers are at it. A run that keeps up with them ends; one
    // that does not says so, and the next goes on.
    const ended = fillTable(database.url, spec, functions(fill)).then(
      ({ status }) => status,
      (error: LockstepError) => error.code,
    );
    await until(() => writers.statements() > 100, "the application has written");
    expect(await writers.stop()).toEqual([]);
    expect(["done", "LS5004"]).toContain(await ended);
    expect(await fillTable(database.url, spec, functions(fill))).toMatchObject({ status: "done" });
    expect(await withoutValue()).toBe(0);
    expect(await writers.findDifferences(db)).toEqual([]);
  });

  it("property: whatever changes during the calls, no value is stale and no chosen value is lost", async () => {
    const change = fc.record({
      call: fc.nat(6),
      id: fc.nat(11),
      what: fc.constantFrom("email", "handle", "null", "delete", "insert", "key"),
    });
    let made = 100;
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        async (changes, startRows) => {
          await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`);
          const spec = await table({ rows: numbered(12) });
          let calls = 0;
          const fill: FillFunction = async (rows, context) => {
            // A row that has its value already may change its email: the value is an initial one.
            for (const { what, id, call } of changes) {
              if (call !== calls) continue;
              made += 1;
              if (what === "email")
                await db.query(`UPDATE "User" SET email = $2 WHERE id = $1 AND handle IS NULL`, [id, `M${made}@x.io`]);
              if (what === "null")
                await db.query(`UPDATE "User" SET email = NULL WHERE id = $1 AND handle IS NULL`, [id]);
              if (what === "handle") await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id = $1`, [id]);
              if (what === "delete") await db.query(`DELETE FROM "User" WHERE id = $1`, [id]);
              if (what === "insert") await db.query(`INSERT INTO "User" (id, email) VALUES ($1, 'New')`, [-made]);
              if (what === "key") await db.query(`UPDATE "User" SET id = $2 WHERE id = $1`, [id, made]);
            }
            calls += 1;
            return lowerEmails(rows, context);
          };
          const batch = { startRows, minRows: 1, maxRows: 7 };
          await fillTable(database.url, spec, { ...functions(fill), batch, clock: hurried });
          const { rows } = await db.query<{ email: string | null; handle: string | null }>(
            `SELECT email, handle FROM "User"`,
          );
          expect(
            rows.filter(({ email, handle }) => handle !== "chosen" && handle !== String(email).toLowerCase()),
          ).toEqual([]);
        },
      ),
      { numRuns: 25, seed: 20261120 },
    );
  });
});

describe("a function that fails", () => {
  const failing = async (fill: FillFunction, spec?: BackfillSpec) =>
    errorOf(
      fillTable(database.url, spec ?? (await table({ rows: numbered(40) })), { ...functions(fill), clock: hurried }),
    );

  it("is tried again: what it depends on may be away for a moment", async () => {
    const spec = await table({ rows: numbered(20) });
    let calls = 0;
    const fill: FillFunction = (rows, context) => {
      calls += 1;
      if (calls % 3 !== 0) throw Object.assign(new Error("connect ECONNRESET"), { code: "ECONNRESET" });
      return lowerEmails(rows, context);
    };
    const { events } = await fillTable(database.url, spec, { ...functions(fill), clock: hurried });
    expect(events.filter((event) => event.kind === "retry" && event.reason !== "function")).toEqual([]);
    expect(events.filter((event) => event.kind === "retry").length).toBeGreaterThanOrEqual(2);
    expect(await differing()).toBe(0);
  });

  it("for one row: the rows before it are filled, the row is named, and a corrected function goes on there", async () => {
    const spec = await table({ rows: numbered(40) });
    const fill: FillFunction = (rows, context) => {
      if (rows.some((row) => row.email === "U23@x.io")) throw new TypeError("no such city");
      return lowerEmails(rows, context);
    };
    const error = await failing(fill, spec);
    expect(error).toMatchObject({ code: "LS5050", details: { rows: ["id=23"] } });
    expect(error.message).toBe(
      "The function fills.User.handle of lockstep.config.ts threw for id=23: TypeError: no such city",
    );
    // What it says may quote a row.
    expect(textForLogs(error)).toBe("The function fills.User.handle of lockstep.config.ts threw for id=23");
    expect((await readBackfills(db, plan))[0]?.error).not.toContain("no such city");
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE id < 23 AND handle IS NULL`)).toBe(0);
    expect(await readBackfills(db, plan)).toMatchObject([{ status: "failed", rowsDone: 23 }]);
    const again = await fillTable(database.url, spec, functions(lowerEmails));
    expect(again).toMatchObject({ status: "done", filled: 17 });
    expect(again.events.find(({ kind }) => kind === "started")).toMatchObject({ isResumed: true, rows: 23 });
  });

  it.each<readonly [string, FillFunction, string, RegExp]>([
    ["too few values", (rows) => rows.slice(1).map(() => "x"), "LS5051", /6 values for 7 rows/],
    [
      "no value",
      (rows) => rows.map((row) => (row.email === "U3@x.io" ? null : row.email)) as string[],
      "LS5053",
      /for id=3\./,
    ],
    ["promises", (rows) => rows.map(async () => "x"), "LS5052", /a promise for id=0/],
    ["objects", (rows) => rows.map(() => ({})), "LS5052", /an object for id=0/],
    ["nothing", (() => undefined) as never, "LS5051", /returned nothing/],
  ])("that returns %s stops at once, and nothing is written", async (_, fill, code, message) => {
    expect(await failing(fill)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await withoutValue()).toBe(40);
  });

  it.each([
    ["integer", "abc", /"User" row id=0 on .*: a text cannot be read as a value of its type \(SQLSTATE 22P02\)/],
    ["character varying(3)", "abcd", /the value is too long/],
  ])("whose value %s does not take: the row is named, without its value", async (type, value, message) => {
    const spec = await table({ rows: numbered(10), type, fill: `NULL::${type}` });
    expect(await failing((rows) => rows.map(() => value), spec)).toMatchObject({
      code: "LS5006",
      message: expect.stringMatching(message),
    });
  });

  it("whose values come twice: the row is named, and the function is not asked again for each try", async () => {
    const spec = await table({ rows: numbered(14), isUnique: true });
    let asked = 0;
    const fill: FillFunction = (rows) => {
      asked += rows.length;
      return rows.map((row) => (String(row.email) < "U2" ? "same" : String(row.email)));
    };
    const error = await failing(fill, spec);
    expect(error).toMatchObject({
      code: "LS5006",
      message: expect.stringMatching(/row id=1 on .*another row already has this value \(constraint "User_handle_idx"/),
    });
    expect(asked).toBeLessThanOrEqual(14);
  });

  it("that is slow gets smaller batches, without counting as lock time", async () => {
    const spec = await table({ rows: numbered(120) });
    // Time passes in the function alone.
    let ms = 0;
    const clock = { ...systemClock, now: () => ms };
    const fill: FillFunction = (rows, context) => {
      ms += rows.length * 2;
      return lowerEmails(rows, context);
    };
    const batch = { startRows: 40, minRows: 10, targetMs: 10_000 };
    const { events } = await fillTable(database.url, spec, { ...functions(fill), batch, clock, functionMs: 20 });
    const sizes = events.flatMap((event) => (event.kind === "progress" ? [event] : []));
    expect(sizes[0]?.batchRows).toBe(40);
    expect(Math.min(...sizes.slice(0, -1).map(({ batchRows }) => batchRows))).toBeLessThan(20);
    expect(sizes.map(({ functionMs }) => functionMs)).toEqual(sizes.map(({ batchRows }) => batchRows * 2));
    expect(sizes.every(({ batchMs }) => batchMs === 0)).toBe(true);
  });

  it("that never ends is told to stop, tried with fewer rows, and named", async () => {
    const spec = await table({ rows: numbered(4) });
    let told = 0;
    const fill: FillFunction = (_, { signal }) =>
      new Promise(() => {
        signal.addEventListener("abort", () => {
          told += 1;
        });
      });
    const error = await errorOf(
      fillTable(database.url, spec, { ...functions(fill), functionTimeoutMs: 30, clock: hurried }),
    );
    expect(error).toMatchObject({
      code: "LS5055",
      message: expect.stringMatching(/longer than 0.03 s for 1 row: id=0/),
    });
    expect(told).toBe(3);
  });

  it("Ctrl-C ends the call, keeps the cursor, and the next run goes on", async () => {
    const spec = await table({ rows: numbered(30) });
    const abort = new AbortController();
    let calls = 0;
    const fill: FillFunction = (rows, context) => {
      if (++calls < 3) return lowerEmails(rows, context);
      setTimeout(() => abort.abort(), 5);
      return new Promise(() => undefined);
    };
    const stopped = await fillTable(database.url, spec, { ...functions(fill), signal: abort.signal });
    expect(stopped).toMatchObject({ status: "stopped" });
    expect(stopped.filled).toBeGreaterThan(0);
    const [record] = await readBackfills(db, plan);
    expect(record).toMatchObject({ status: "stopped", rowsDone: stopped.rows });
    expect(await fillTable(database.url, spec, functions(lowerEmails))).toMatchObject({ status: "done", rows: 30 });
    expect(await differing()).toBe(0);
  });

  it("is missing, or reads other columns than planned: nothing is begun", async () => {
    const spec = await table({ rows: numbered(3) });
    expect(await errorOf(fillTable(database.url, spec, {}))).toMatchObject({ code: "LS2052" });
    const other = await errorOf(fillTable(database.url, spec, functions(lowerEmails, ["note"])));
    expect(other).toMatchObject({
      code: "LS2052",
      message: expect.stringContaining("reads [note], but the plan was made with [email]"),
    });
    expect(await readBackfills(db, plan)).toEqual([]);
  });
});
