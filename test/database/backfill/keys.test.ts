import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fillTable, makeTable, numbered, open, plan, scalar } from "./fixture.js";
import { makeShape } from "./key-shapes.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("keys");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

const uuid = (n: number) =>
  `${((n * 2_654_435_761) % 4294967296).toString(16).padStart(8, "0")}-0000-4000-8000-${String(n).padStart(12, "0")}`;
const words = [
  "Zoë",
  "zoe",
  "ZOE",
  "zo e",
  "äpfel",
  "Apfel",
  "apfel",
  "ß",
  "ss",
  "_",
  "-",
  "a-b",
  "ab",
  "a b",
  "",
  " ",
  "'",
  '"',
  "\\",
  "\n",
  "{}",
  ",",
  "NULL",
  "日本",
  "🦊",
];

interface KeyCase {
  readonly keyType: string;
  readonly keyExtra?: string;
  readonly rows: [string, string][];
}

const cases: Record<string, KeyCase> = {
  "integer with gaps and negative keys": { keyType: "integer", rows: numbered(120, (n) => String((n - 60) * 37)) },
  smallint: { keyType: "smallint", rows: numbered(100, (n) => String(n - 50)) },
  "bigint beyond 2^53": {
    keyType: "bigint",
    rows: numbered(150, (n) => String(9_223_372_036_854_775_000n + BigInt(n))),
  },
  "bigint at both ends": {
    keyType: "bigint",
    rows: [
      ["-9223372036854775808", "Low@x.io"],
      ["0", "Zero@x.io"],
      ["9223372036854775807", "High@x.io"],
    ],
  },
  uuid: { keyType: "uuid", rows: numbered(150, uuid) },
  "text, bytewise": { keyType: "text", keyExtra: 'COLLATE "C"', rows: words.map((word, n) => [word, `U${n}@x.io`]) },
  "text, with a collation of a language": {
    keyType: "text",
    keyExtra: 'COLLATE "de-x-icu"',
    rows: words.map((word, n) => [word, `U${n}@x.io`]),
  },
  "varchar of mixed case": {
    keyType: "character varying(20)",
    keyExtra: 'COLLATE "en-x-icu"',
    rows: numbered(140, (n) => `${n % 2 ? "Key" : "kEY"}-${n.toString(36)}`),
  },
  "char, padded": { keyType: "character(6)", rows: numbered(90, (n) => `k${n}`) },
  numeric: { keyType: "numeric(30,0)", rows: numbered(60, (n) => `${n}00000000000000000000`) },
  timestamptz: {
    keyType: "timestamp with time zone",
    rows: numbered(60, (n) => `2026-01-01 00:00:00.0000${String(n).padStart(2, "0")}+00`),
  },
};

describe.each(Object.entries(cases))("a key of %s", (_, { keyType, keyExtra = "", rows }) => {
  it("is followed to its end, over a stop in the middle", async () => {
    const spec = await makeTable(db, { keyType, keyExtra, rows });
    // Nothing of the sweep: the pass itself must not leave a row behind.
    const stop = new AbortController();
    const first = await fillTable(database.url, spec, {
      batch: { startRows: 5, minRows: 5, maxRows: 5 },
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && event.rows > rows.length / 2 && stop.abort(),
    });
    const second = await fillTable(database.url, spec);
    expect(first.filled + second.filled).toBe(rows.length);
    expect(second).toMatchObject({ status: "done", rows: rows.length });
    expect(second.events.filter(({ kind }) => kind === "sweep")).toEqual([]);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle = lower(email)`)).toBe(rows.length);
  });
});

describe("a key whose name means something else in SQL", () => {
  it.each(["upper", "key", "rows", "t", "done", 'with "quotes"'])("%s", async (name) => {
    const spec = await makeTable(db, { rows: numbered(25) });
    await db.query(`ALTER TABLE "User" RENAME id TO "${name.replaceAll('"', '""')}"`);
    const { events, filled } = await fillTable(database.url, { ...spec, key: [{ column: name, type: "integer" }] });
    expect(filled).toBe(25);
    expect(events.filter(({ kind }) => kind === "sweep")).toEqual([]);
  });
});

describe("any keys and any batch sizes", () => {
  const texts = fc.uniqueArray(
    fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => text.replaceAll("\0", "")),
    {
      maxLength: 40,
    },
  );
  const bigints = fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), { maxLength: 40 });

  it.each([
    ["bigint", "", bigints],
    ["text", 'COLLATE "en-x-icu"', texts],
  ] as const)("%s: every row is passed once and filled", async (keyType, keyExtra, keys) => {
    await makeTable(db, { keyType, keyExtra }).then(async (spec) => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(keys, fc.integer({ min: 1, max: 12 }), fc.nat(100), async (list, size, share) => {
          await db.query(`TRUNCATE "User"; ALTER TABLE "User" DISABLE TRIGGER ALL`);
          await db.query(
            `INSERT INTO "User" (id, email, handle)
             SELECT k::${keyType}, 'E' || n, CASE WHEN n * 37 % 100 < $2::int THEN 'chosen' END FROM unnest($1::text[]) WITH ORDINALITY u(k, n)`,
            [list, share],
          );
          await db.query(`ALTER TABLE "User" ENABLE TRIGGER ALL`);
          const name = `${plan}_${++run}`;
          const batch = { startRows: size, minRows: 1, maxRows: size };
          const { events } = await fillTable(database.url, spec, { plan: name, batch });
          expect(events.filter(({ kind }) => kind === "sweep")).toEqual([]);
          expect((await readBackfills(db, name))[0]).toMatchObject({ rowsDone: list.length, status: "done" });
          const wrong = await scalar(
            db,
            `SELECT count(*)::int FROM "User" WHERE handle IS DISTINCT FROM
               CASE WHEN substr(email, 2)::int * 37 % 100 < $1::int THEN 'chosen' ELSE lower(email) END`,
            [share],
          );
          expect(wrong).toBe(0);
        }),
        { seed: 11, numRuns: 40 },
      );
    });
  });
});

describe("any composite keys and any batch sizes", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 3 }).map((each) => each.replaceAll("\0", ""));
  /** By type: few values for the first column, so that many rows share it. */
  const parts = {
    integer: fc.integer({ min: -2, max: 2 }).map(String),
    text: fc.oneof(fc.constantFrom("a", "A", "ä"), text),
    bigint: fc.bigInt({ min: 2n ** 53n, max: 2n ** 53n + 3n }).map(String),
    boolean: fc.boolean().map(String),
    date: fc.constantFrom("-infinity", "0044-03-15 BC", "2026-01-01", "12026-01-01", "infinity"),
    "double precision": fc.constantFrom("-Infinity", "-0", "1e-300", "0.1", "0.30000000000000004", "NaN"),
  } as const;
  const types = fc.shuffledSubarray(Object.keys(parts) as (keyof typeof parts)[], { minLength: 2, maxLength: 4 });
  const input = types.chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      keys: fc.array(fc.tuple(...columns.map((type): fc.Arbitrary<string> => parts[type])), { maxLength: 50 }),
      size: fc.integer({ min: 1, max: 12 }),
      chosen: fc.nat(100),
    }),
  );

  it("every row is passed once and filled", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(input, async ({ columns, keys, size, chosen }) => {
        await db.query(`DROP TABLE IF EXISTS "User" CASCADE`);
        const key = columns.map((type, at): [string, string, string] => [
          `k${at}`,
          type,
          type === "text" ? 'COLLATE "en-x-icu"' : "",
        ]);
        const shape = await makeShape(db, { key, keyOf: () => [] }, 0);
        await db.query(`ALTER TABLE "User" DISABLE TRIGGER ALL`);
        await db.query(
          `INSERT INTO "User" SELECT ${columns.map((type, at) => `k${at}::${type}`).join(", ")}, 'E' || n, NULL, CASE WHEN n * 37 % 100 < $1::int THEN 'chosen' END
             FROM unnest(${columns.map((_, at) => `$${at + 2}::text[]`).join(", ")}) WITH ORDINALITY u(${columns.map((_, at) => `k${at}`).join(", ")}, n)
             ON CONFLICT DO NOTHING`,
          [chosen, ...columns.map((_, at) => keys.map((values) => values[at]))],
        );
        await db.query(`ALTER TABLE "User" ENABLE TRIGGER ALL`);
        const name = `${plan}_composite_${++run}`;
        const { events } = await fillTable(database.url, shape.spec, {
          plan: name,
          batch: { startRows: size, minRows: 1, maxRows: size },
        });
        expect(events.filter(({ kind }) => kind === "sweep")).toEqual([]);
        const count = await scalar<number>(db, `SELECT count(*)::int FROM "User"`);
        expect((await readBackfills(db, name))[0]).toMatchObject({ rowsDone: count, status: "done" });
        const wrong = `SELECT count(*)::int FROM "User" WHERE handle IS DISTINCT FROM
          CASE WHEN substr(email, 2)::int * 37 % 100 < $1::int THEN 'chosen' ELSE lower(email) END`;
        expect(await scalar(db, wrong, [chosen])).toBe(0);
      }),
      { seed: 7, numRuns: 40 },
    );
  });
});
