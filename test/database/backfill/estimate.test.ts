import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { estimateBackfill } from "../../../core/src/backfill/estimate.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { byFunction, plan } from "./fixture.js";
import { numbered, systems } from "./systems.js";

describe.each(systems)("on $name", (system) => {
  let database: Awaited<ReturnType<typeof system.createDatabase>>;
  let db: Connection;
  beforeAll(async () => {
    database = await system.createDatabase("estimate");
    db = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });
  beforeEach(() => system.clear(db));

  const estimate = (spec: BackfillSpec, maxRowsPerSecond?: number) =>
    estimateBackfill(
      {
        url: database.url,
        plan,
        spec,
        clock: systemClock,
        random: Math.random,
        needsFillTrigger: false,
        allowTriggers: true,
      },
      maxRowsPerSecond,
    );
  const count = async (sql: string) => Number(Object.values((await db.query(sql)).rows[0]!)[0]);

  it("tells rows, time, log and growth, and changes nothing", async () => {
    const spec = await system.makeTable(db, { rows: numbered(3000) });
    await db.query(system.name === "PostgreSQL" ? `ANALYZE "User"` : "ANALYZE TABLE `User`");
    const found = await estimate(spec);
    expect(found.rows).toBeGreaterThan(2500);
    expect(found.rows).toBeLessThan(3500);
    expect(found.rate!.rowsPerSecond).toBeGreaterThan(0);
    expect(found.rate!.logBytes).toBeGreaterThan(3000);
    expect(found.growthBytes).toBeGreaterThan(3000);
    const quote = (name: string) => db.dialect.sql.quote.identifier(name);
    expect(await count(`SELECT count(*) FROM ${quote("User")} WHERE ${quote("handle")} IS NOT NULL`)).toBe(0);
    // Nothing is entered: the backfill has not begun.
    expect(
      (await db.dialect.live.ledger.version(db)) === undefined ||
        (await db.dialect.live.ledger.backfills(db, plan)).length === 0,
    ).toBe(true);
    const slow = await estimate(spec, 100);
    expect(slow.rate).toMatchObject({ rowsPerSecond: 100, durationMs: slow.rows * 10 });
  });

  const isOnPostgres = system.name === "PostgreSQL";
  if (isOnPostgres)
    it("counts what rows become wider by: not all fit on pages that leave room for as much again", async () => {
      const spec = await system.makeTable(db, { rows: numbered(20_000) });
      await db.query(`ALTER TABLE "User" SET (fillfactor = 50, autovacuum_enabled = false)`);
      await db.query(`VACUUM FULL "User"`);
      await db.query(`ANALYZE "User"`);
      const size = () => count(`SELECT pg_table_size('"User"')`);
      const found = await estimate(spec);
      const before = await size();
      await system.fillTable(database.url, spec, {});
      const grown = (await size()) - before;
      expect(grown).toBeGreaterThan(before / 20);
      expect(found.growthBytes).toBeGreaterThan(grown / 2);
      expect(found.growthBytes).toBeLessThan(grown * 2);
      expect(found.growthIs).toBe("about");
    });

  it("calls no function, and tells that the time is not known", async () => {
    const spec = byFunction(await system.makeTable(db, { rows: numbered(30) }));
    expect(await estimate(spec)).toMatchObject({
      untried: "a function computes the values",
      growthIs: isOnPostgres ? "least" : "most",
    });
  });

  it("a backfill that is done has no rows left", async () => {
    const spec = await system.makeTable(db, { rows: numbered(300) });
    await system.fillTable(database.url, spec, {});
    expect(await estimate(spec)).toMatchObject({ rows: 0 });
  });
});
