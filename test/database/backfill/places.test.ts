import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan, scalar, seeded } from "./fixture.js";
import { startWriters } from "./writers.js";

const count = 20_000;

/** Keys all over the table, as random UUIDs are: batches go by the places of rows. */
describe("a table whose keys are in no order", () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let db: Connection;
  beforeAll(async () => {
    database = await createDatabase("places");
    db = await open(database.url);
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });
  beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

  const random = seeded(7);
  const rows = numbered(count)
    .map((row) => [random(), row] as const)
    .sort(([one], [other]) => one - other)
    .map(([, row]) => row);

  /** On more than a thousand pages, with few rows on each. */
  async function make(input: Parameters<typeof makeTable>[1] = {}): Promise<BackfillSpec> {
    const spec = await makeTable(db, input);
    await db.query(
      `ALTER TABLE "User" SET (fillfactor = 10, autovacuum_enabled = off); ALTER TABLE "User" DISABLE TRIGGER USER`,
    );
    await db.query(`INSERT INTO "User" (id, email) SELECT k, e FROM unnest($1::int[], $2::text[]) u(k, e)`, [
      rows.map(([key]) => key),
      rows.map(([, email]) => email),
    ]);
    await db.query(`ALTER TABLE "User" ENABLE TRIGGER USER; ANALYZE "User"`);
    return spec;
  }
  const order = async () => (await readBackfills(db, plan))[0]!.work.key.map(({ column }) => column);
  const wrong = () => scalar<number>(db, `SELECT count(*)::int FROM "User" WHERE handle IS DISTINCT FROM lower(email)`);

  it("is filled page by page while an application moves its rows", async () => {
    const spec = await make();
    const writers = await startWriters(database.url, rows);
    const { status } = await fillTable(database.url, spec, {
      workers: 2,
      batch: { startRows: 100, minRows: 50, maxRows: 200 },
    });
    expect(await writers.stop()).toEqual([]);
    expect(status).toBe("done");
    expect(writers.statements()).toBeGreaterThan(100);
    expect(await order()).toEqual(["ctid"]);
    expect(await writers.findDifferences(db)).toEqual([]);
  });

  it("goes on in its order after it was stopped, also when all rows lie elsewhere then", async () => {
    const spec = await make();
    const stopping = new AbortController();
    const first = await fillTable(database.url, spec, {
      signal: stopping.signal,
      onEvent: (event) => event.kind === "progress" && event.rows > 3000 && stopping.abort(),
      batch: { startRows: 500, minRows: 500, maxRows: 500 },
    });
    expect(first).toMatchObject({ status: "stopped" });
    expect(first.upTo).toBeUndefined();
    // The keys are in order now: a pass that begins here would go by them.
    await db.query(`CLUSTER "User" USING "User_pkey"; ANALYZE "User"`);
    const second = await fillTable(database.url, spec);
    expect(second).toMatchObject({ status: "done", filled: count - first.filled });
    expect(await order()).toEqual(["ctid"]);
    expect(await wrong()).toBe(0);
  });

  it("counts a row once, also where its new version lies ahead of the pass", async () => {
    const spec = await make();
    await db.query(`ALTER TABLE "User" ADD COLUMN pad text NOT NULL DEFAULT repeat('x', 500), SET (fillfactor = 100)`);
    await db.query(`VACUUM FULL "User"`);
    // Room in all pages but the first ones.
    await db.query(`DELETE FROM "User" WHERE ctid > '(300,0)' AND id % 2 = 0`);
    await db.query(`VACUUM ANALYZE "User"`);
    const rest = await scalar<number>(db, `SELECT count(*)::int FROM "User"`);
    let most = 0;
    await fillTable(database.url, spec, {
      onEvent: (event) => {
        if (event.kind === "progress") most = Math.max(most, event.rows);
      },
    });
    expect(await order()).toEqual(["ctid"]);
    expect((await readBackfills(db, plan))[0]).toMatchObject({ rowsDone: rest, rowsFilled: rest });
    expect(most).toBe(rest);
    expect(await wrong()).toBe(0);
  });

  it("names rows that are refused by their key", async () => {
    const spec = await make({ type: "integer", fill: "10 / (id - 77)" });
    const error = await errorOf(fillTable(database.url, spec));
    expect(error).toMatchObject({ code: "LS5006", details: { rows: 1, keys: [["77"]] } });
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`)).toBe(1);
    expect(await order()).toEqual(["ctid"]);
  });

  it.each([
    ["whose keys are in order", `CLUSTER "User" USING "User_pkey"; ANALYZE "User"`, {}],
    ["that has few pages", `ALTER TABLE "User" SET (fillfactor = 100); VACUUM FULL "User"; ANALYZE "User"`, {}],
    ["of which statistics know nothing", `DELETE FROM pg_statistic WHERE starelid = '"User"'::regclass`, {}],
    ["that is passed once", "SELECT 1", { once: true as const }],
  ])("but a table %s goes by its key", async (_, sql, extra) => {
    const spec = await make();
    for (const statement of sql.split("; ")) await db.query(statement);
    await fillTable(database.url, { ...spec, ...extra });
    expect(await order()).toEqual(["id"]);
    expect(await wrong()).toBe(0);
  });
});
