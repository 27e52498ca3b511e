import { afterAll, beforeAll, expect, it } from "vitest";
import { runBatch } from "../../../core/src/backfill/batch.js";
import { targetOf } from "../../../core/src/backfill/session.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { createDatabase } from "../../support/database.js";
import { makeTable, numbered, open } from "./fixture.js";

let database: Awaited<ReturnType<typeof createDatabase>>;
let db: Connection;
beforeAll(async () => {
  database = await createDatabase("batch");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

// A range that was counted long ago: more rows have come in since.
it.each([
  { counted: 1, size: 50, passed: 1, upper: "0" },
  { counted: 1, size: 1, passed: 1, upper: "0" },
  { counted: 3, size: 1, passed: 1, upper: "0" },
  { counted: 3, size: 2, passed: 2, upper: "1" },
  { counted: 3, size: 3, passed: 3, upper: "5" },
  { counted: 6, size: 4, passed: 4, upper: "3" },
  // No batch of one row after it.
  { counted: 6, size: 5, passed: 6, upper: "5" },
])("of a range of 6 rows that is said to have $counted, a batch of $size passes $passed", async (input) => {
  const { counted, size, passed, upper } = input;
  await db.query(`DROP TABLE IF EXISTS "User" CASCADE`);
  const spec = await makeTable(db, { rows: numbered(6), withTrigger: false });
  const target = targetOf((await readTable(db, spec.table))!, spec);
  const range = { after: null, upTo: ["5"], rows: counted };
  const limits = { lockTimeoutMs: 500, statementTimeoutMs: 5000, clock: systemClock };
  const kept: object[] = [];
  const options = { ...limits, rows: size, skipLocked: false, isOnce: false };
  await runBatch(db, target, { kind: "pass", range }, options, async (done) => void kept.push(done));
  const [{ filled } = { filled: 0 }] = (
    await db.query<{ filled: number }>(`SELECT count(handle)::int AS filled FROM "User"`)
  ).rows;
  expect(kept).toEqual([{ upper: [upper], rows: passed, filled }]);
  expect(filled).toBe(Number(upper) + 1);
});
