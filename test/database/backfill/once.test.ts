import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lastKey } from "../../../core/src/backfill/statements.js";
import type { Connection } from "../../../core/src/db/connection.js";
import { gates } from "../../../core/src/gates/index.js";
import { readBackfills } from "../../../core/src/ledger/backfills.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan, scalar, seeded, until } from "./fixture.js";

// Columns that stay optional: NULL is a value that code may choose, so they are passed once, and only the ledger tells.

let database: TestDatabase;
let db: Connection;
let writer: Connection;

beforeAll(async () => {
  database = await createDatabase("once");
  db = await open(database.url);
  writer = await open(database.url);
});
afterAll(async () => {
  await writer?.close();
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

async function optionalTable(rows: number, fill?: string): Promise<BackfillSpec> {
  const spec = await makeTable(db, {
    rows: numbered(rows),
    withTrigger: false,
    ...(fill === undefined ? {} : { fill }),
  });
  return { ...spec, once: true };
}
const handles = () => scalar<(string | null)[]>(db, `SELECT array_agg(handle ORDER BY id) FROM "User"`);
const askGate = () =>
  gates["backfill-done"]!.ask(
    { gate: "backfill-done", table: { name: "User" }, column: "handle" },
    {
      plan,
      target: "production",
      connection: db,
      columns: [],
      units: { applied: ["1"], failed: [], pending: [] },
      deploy: "npx prisma migrate deploy",
      recover: (name) => name,
    },
  );

describe("the pass over a column that stays optional", () => {
  it("needs no trigger, keeps what is there, and takes NULL from the fill", async () => {
    const spec = await optionalTable(20, "nullif(lower(email), 'u3@x.io')");
    await db.query(`UPDATE "User" SET handle = 'chosen' WHERE id = 5`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 20, filled: 18 });
    const expected = Array.from({ length: 20 }, (_, n) => (n === 3 ? null : n === 5 ? "chosen" : `u${n}@x.io`));
    expect(await handles()).toEqual(expected);
  });

  it("is never made again: a NULL may have been chosen since", async () => {
    const spec = await optionalTable(20);
    await fillTable(database.url, spec);
    const [record] = await readBackfills(db, plan);
    await db.query(`UPDATE "User" SET handle = NULL WHERE id = 4`);
    await db.query(`INSERT INTO "User" (id, email) VALUES (-1, 'LOW@x.io'), (99, 'HIGH@x.io')`);
    const again = { random: seeded(2) };
    expect(await fillTable(database.url, spec, again)).toMatchObject({ status: "done", filled: 0, batches: 0 });
    expect(await scalar(db, `SELECT array_agg(id ORDER BY id) FROM "User" WHERE handle IS NULL`)).toEqual([-1, 4, 99]);
    expect(await readBackfills(db, plan)).toEqual([record]);
  });

  it("ends at the greatest key of its start, also when it was stopped in between", async () => {
    const spec = await optionalTable(20);
    const stop = new AbortController();
    const stopped = await fillTable(database.url, spec, {
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && stop.abort(),
    });
    expect(stopped.status).toBe("stopped");
    expect(stopped.rows).toBeLessThan(20);
    expect(await askGate()).toMatchObject({
      isOpen: false,
      statement: expect.stringContaining(`${stopped.rows} rows passed, stopped`),
    });
    await db.query(`INSERT INTO "User" (id, email) SELECT n, 'NEW' FROM generate_series(20, 60) n`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 20 });
    expect(await scalar(db, `SELECT array_agg(DISTINCT id >= 20) FROM "User" WHERE handle IS NULL`)).toEqual([true]);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`)).toBe(41);
  });

  it("waits for rows that others have locked, and skips none", async () => {
    const spec = await optionalTable(20);
    await writer.query(`BEGIN; SELECT FROM "User" WHERE id = 8 FOR UPDATE`);
    let retries = 0;
    const run = fillTable(database.url, spec, {
      lockTimeoutMs: 20,
      onEvent: (event) => {
        if (event.kind === "retry") retries++;
      },
    });
    // More often than a pass with a sweep would wait before it leaves them.
    await until(() => retries >= 6, "six tries");
    await writer.query("COMMIT");
    expect(await run).toMatchObject({ status: "done", filled: 20 });
    expect(await scalar(db, `SELECT handle FROM "User" WHERE id = 8`)).toBe("u8@x.io");
  });

  it("an empty table is passed at once", async () => {
    const spec = await optionalTable(0);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 0 });
    await db.query(`INSERT INTO "User" (id, email) VALUES (1, 'LATE')`);
    await fillTable(database.url, spec);
    expect(await handles()).toEqual([null]);
    expect(await askGate()).toMatchObject({ isOpen: true });
  });

  it("stops at a row that the database refuses, and goes on at it", async () => {
    const spec = await optionalTable(20);
    await db.query(`ALTER TABLE "User" ADD CHECK (handle <> 'u9@x.io')`);
    const error = await errorOf(fillTable(database.url, spec));
    expect(error.code).toBe("LS5006");
    expect(error.message).toContain("id=9");
    expect(await askGate()).toMatchObject({ isOpen: false });
    await db.query(`UPDATE "User" SET email = 'fine' WHERE id = 9`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", rows: 20 });
    expect((await handles()).filter((value) => value === null)).toEqual([]);
  });

  it("keeps apart from the backfill of required columns of the same table", async () => {
    const spec = await optionalTable(10);
    const { once: _, ...required } = { ...spec, columns: [{ ...spec.columns[0]!, name: "note" }] };
    await fillTable(database.url, required, { needsFillTrigger: false });
    expect(await askGate()).toMatchObject({ isOpen: false, statement: expect.stringContaining("has not begun") });
    await fillTable(database.url, spec);
    expect((await readBackfills(db, plan)).map(({ once, status }) => [once, status])).toEqual([
      [false, "done"],
      [true, "done"],
    ]);
  });

  it("asks for the greatest key by the index", () => {
    const target = {
      table: '"User"',
      key: [
        { column: "a", type: "integer" },
        { column: "b", type: "text" },
      ],
      isExact: true,
      columns: [],
      uniqueKeys: [],
      isKeyUnique: true,
    };
    expect(lastKey(target)).toBe(
      'SELECT ARRAY[t."a"::text, t."b"::text] AS key FROM "User" t ORDER BY t."a" DESC, t."b" DESC LIMIT 1',
    );
  });
});

describe("backfill-done", () => {
  it("is closed before expand, and before the backfill", async () => {
    expect(await askGate()).toMatchObject({ isOpen: false, help: "Deploy first: npx prisma migrate deploy" });
    await optionalTable(3);
    expect(await askGate()).toEqual({
      gate: "backfill-done",
      isOpen: false,
      subject: '"User"."handle"',
      statement: 'The backfill of "User"."handle" on production has not begun',
      help: `Run: npx lockstep backfill run ${plan}`,
    });
  });

  it("is open afterwards, until the table is made again: what is known dies with it", async () => {
    await fillTable(database.url, await optionalTable(3));
    expect(await askGate()).toEqual({
      gate: "backfill-done",
      isOpen: true,
      subject: '"User"."handle"',
      statement: 'The backfill of "User"."handle" on production is done',
    });
    await db.query(`DROP TABLE "User"`);
    await optionalTable(3);
    expect(await askGate()).toMatchObject({ isOpen: false, statement: expect.stringContaining("has not begun") });
  });

  it("is closed for a column that the pass did not fill", async () => {
    await fillTable(database.url, await optionalTable(3));
    await db.query(`UPDATE lockstep.backfills SET spec = jsonb_set(spec, '{columns}', '["note"]')`);
    expect(await askGate()).toMatchObject({ isOpen: false });
  });
});
