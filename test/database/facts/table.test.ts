import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { open, scalar } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("table_facts");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

describe("readTable", () => {
  it("knows nothing of what is not there, nor of what is no table", async () => {
    await db.query("CREATE VIEW looks AS SELECT 1 AS id");
    expect(await readTable(db, { name: "missing" })).toBeUndefined();
    expect(await readTable(db, { schema: "nowhere", name: "missing" })).toBeUndefined();
    expect(await readTable(db, { name: "looks" })).toBeUndefined();
  });

  it("reads columns, keys and indexes", async () => {
    await db.query(
      `CREATE SCHEMA auth;
       CREATE TABLE auth."Us""er" (id bigint GENERATED ALWAYS AS IDENTITY, "Tenant" uuid NOT NULL, name varchar(64) DEFAULT 'x',
         upper text GENERATED ALWAYS AS ('a'::text || 'b') STORED, gone int, PRIMARY KEY ("Tenant", id), UNIQUE (name));
       ALTER TABLE auth."Us""er" DROP COLUMN gone;
       CREATE UNIQUE INDEX part ON auth."Us""er" (id) WHERE name IS NULL;
       CREATE UNIQUE INDEX expr ON auth."Us""er" (lower(name)) INCLUDE (id);
       CREATE INDEX plain ON auth."Us""er" (name)`,
    );
    const table = await readTable(db, { schema: "auth", name: 'Us"er' });
    expect(table).toMatchObject({
      oid: await scalar(db, `SELECT 'auth."Us""er"'::regclass::oid`),
      schema: "auth",
      name: 'Us"er',
      isPartitioned: false,
      primaryKey: [
        { column: "Tenant", type: "uuid" },
        { column: "id", type: "bigint" },
      ],
      uniqueKeys: [
        { name: 'Us"er_name_key', columns: ["name"], isPrimary: false, isValid: true, isTotal: true },
        { name: 'Us"er_pkey', columns: ["Tenant", "id"], isPrimary: true, isValid: true, isTotal: true },
        { name: "expr", columns: [], isTotal: false },
        { name: "part", columns: ["id"], isTotal: false },
      ],
      invalidIndexes: [],
      rowEstimate: 0,
      userTriggers: [],
    });
    const plain = { isNullable: false, isGenerated: false, isIdentity: false, hasDefault: false };
    expect(table!.columns).toEqual([
      { ...plain, name: "id", number: 1, type: "bigint", isIdentity: true },
      { ...plain, name: "Tenant", number: 2, type: "uuid" },
      { ...plain, name: "name", number: 3, type: "character varying(64)", isNullable: true, hasDefault: true },
      { ...plain, name: "upper", number: 4, type: "text", isNullable: true, isGenerated: true, hasDefault: true },
    ]);
  });

  it("finds the table by the search path, as the ORM does", async () => {
    await db.query("CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE b.item (id int); SET search_path = a, b");
    expect(await readTable(db, { name: "item" })).toMatchObject({ schema: "b", primaryKey: [] });
    await db.query("CREATE TABLE a.item (id int)");
    expect(await readTable(db, { name: "item" })).toMatchObject({ schema: "a" });
    await db.query("RESET search_path");
  });

  it("estimates rows: from the statistics, scaled to the size of today, or as the planner would", async () => {
    await db.query(
      "CREATE TABLE many (id int) WITH (autovacuum_enabled = off); INSERT INTO many SELECT generate_series(1, 5000)",
    );
    const guessed = (await readTable(db, { name: "many" }))!.rowEstimate;
    expect(guessed).toBeGreaterThan(1000);
    await db.query("ANALYZE many");
    expect((await readTable(db, { name: "many" }))!.rowEstimate).toBe(5000);
    await db.query("INSERT INTO many SELECT generate_series(1, 15000)");
    const scaled = (await readTable(db, { name: "many" }))!.rowEstimate;
    expect(scaled).toBeGreaterThan(18_000);
    expect(scaled).toBeLessThan(22_000);
  });

  it("estimates live rows, whether or not statistics are of before the dead ones", async () => {
    await db.query(
      `CREATE TABLE bloated (id int, note text) WITH (autovacuum_enabled = off);
       INSERT INTO bloated SELECT generate_series(1, 20000); ANALYZE bloated`,
    );
    const estimate = async () => {
      // What a session has changed it tells within a second.
      if (db.serverVersion >= 150_000) await db.query("SELECT pg_stat_force_next_flush()");
      return (await readTable(db, { name: "bloated" }))!.rowEstimate;
    };
    for (const sql of ["UPDATE bloated SET note = 'x'", "ANALYZE bloated", "DELETE FROM bloated WHERE id > 10000"]) {
      const live = sql.startsWith("DELETE") ? 10_000 : 20_000;
      await db.query(sql);
      if (db.serverVersion < 150_000) await db.query("SELECT pg_sleep(1.5)");
      expect(await estimate(), sql).toBeGreaterThan(0.9 * live);
      expect(await estimate(), sql).toBeLessThan(1.1 * live);
    }
  });

  it("adds up partitions, and lists triggers of theirs", async () => {
    await db.query(
      `CREATE TABLE event (id int PRIMARY KEY) PARTITION BY RANGE (id);
       CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (1000);
       CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (1000) TO (2000);
       INSERT INTO event SELECT generate_series(0, 1499); ANALYZE event;
       CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER all_of_them BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION nothing();
       CREATE TRIGGER only_here BEFORE UPDATE ON event_2 FOR EACH ROW EXECUTE FUNCTION nothing();
       CREATE TRIGGER zz_lockstep_fill_event_x BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION nothing()`,
    );
    const table = (await readTable(db, { name: "event" }))!;
    expect(table).toMatchObject({ isPartitioned: true, rowEstimate: 1500 });
    expect(table.sizeBytes).toBeGreaterThan(0);
    expect(table.userTriggers).toEqual([
      { kind: "trigger", name: "all_of_them", calls: "nothing()", columns: [] },
      { kind: "trigger", name: "only_here", calls: "nothing()", columns: [] },
    ]);
  });
});
