import { beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { rowKey } from "../../../core/src/dialect/table.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fillTable, open, scalar } from "./fixture.js";
import { makeShape, shapes } from "./key-shapes.js";
import { startKeyWriters } from "./key-writers.js";

let database: TestDatabase;
let db: Connection;

beforeEach(async () => {
  database = await createDatabase("shapes");
  db = await open(database.url);
  return async () => {
    await db.close();
    await database.drop();
  };
});

/** Under these a date is 25.10.2026, a time has a zone that means two, an interval has one sign, and a number loses digits. */
const strange = {
  datestyle: "'German'",
  intervalstyle: "'sql_standard'",
  extra_float_digits: "0",
  timezone: "'Europe/Berlin'",
};
const settings = (value: (name: keyof typeof strange) => string) =>
  (Object.keys(strange) as (keyof typeof strange)[])
    .map(
      (name) =>
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${value(name).replaceAll("'", "''")}', current_database()); END $$`,
    )
    .join("; ");

const rows = 400;
const batch = { startRows: 7, minRows: 5, maxRows: 9 };

describe.each(Object.entries(shapes))("a key of %s", (_, input) => {
  it("is found, and followed to its end over a stop: every row once, whatever the settings of a session", async () => {
    const shape = await makeShape(db, input, rows);
    expect(rowKey((await readTable(db, shape.spec.table))!)).toEqual(shape.key);
    await db.query(settings((name) => `SET ${name} = ${strange[name]}`));
    const stop = new AbortController();
    const first = await fillTable(database.url, shape.spec, {
      batch,
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && event.rows > rows / 2 && stop.abort(),
    });
    await db.query(settings((name) => `RESET ${name}`));
    const second = await fillTable(database.url, shape.spec, { batch });
    expect(first.filled + second.filled).toBe(rows);
    expect(second).toMatchObject({ status: "done", rows });
    expect(second.events.filter(({ kind }) => kind === "sweep")).toEqual([]);
    expect(await scalar(db, `SELECT count(*)::int FROM ${shape.table} WHERE handle = lower(email)`)).toBe(rows);
  });

  it("counts a row once where the last range ends in one row", async () => {
    const shape = await makeShape(db, input, rows);
    await db.query(settings((name) => `SET ${name} = ${strange[name]}`));
    const stop = new AbortController();
    // Ends in the middle of a range of eight; the one after it goes on with seven, so that one is left.
    await fillTable(database.url, shape.spec, {
      batch: { startRows: 8, minRows: 8, maxRows: 8 },
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && stop.abort(),
    });
    await db.query(settings((name) => `RESET ${name}`));
    const again = await fillTable(database.url, shape.spec, { batch: { startRows: 7, minRows: 7, maxRows: 7 } });
    expect(again).toMatchObject({ status: "done", rows });
  });

  it("loses no row and changes none, while rows come, go and change keys and the session is killed", async () => {
    const shape = await makeShape(db, input, rows);
    // Without the trigger all rows that come in behind the cursor are left to the sweep, which names them by their keys.
    await db.query(`ALTER TABLE ${shape.table} DISABLE TRIGGER USER`);
    const writers = await startKeyWriters(database.url, shape, rows, 3);
    let batches = 0;
    const result = await fillTable(database.url, shape.spec, {
      batch,
      needsFillTrigger: false,
      onEvent: (event) => {
        if (event.kind !== "progress" || ++batches % 15 !== 0) return;
        void db.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockstep backfill%'",
        );
      },
    });
    expect(result.status).toBe("done");
    expect(result.events.some((event) => event.kind === "retry" && event.reason === "connection")).toBe(true);
    await writers.stop();
    await fillTable(database.url, shape.spec, { batch, needsFillTrigger: false });
    expect(await writers.findDifferences(db)).toEqual([]);
  });
});
