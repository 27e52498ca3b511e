import { afterAll, beforeAll, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { growthText } from "../../../core/src/review/growth.js";
import { createDatabase } from "../../support/database.js";
import { fillTable, makeTable, numbered, open } from "./fixture.js";

let database: Awaited<ReturnType<typeof createDatabase>>;
let db: Connection;
beforeAll(async () => {
  database = await createDatabase("growth");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

it.each([
  ["with room on its pages and no index over the column", 40, false, [90, 100], "did not grow"],
  ["with room, and an index over the column", 40, true, [0, 0], "did not grow"],
  ["whose pages are full", 100, false, [0, 20], "grew by"],
] as const)("a table %s", async (_, fillfactor, isUnique, [least, most], text) => {
  await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`);
  const spec = await makeTable(db, { isUnique });
  await db.query(`ALTER TABLE "User" SET (fillfactor = ${fillfactor}, autovacuum_enabled = off)`);
  await db.query(`ALTER TABLE "User" DISABLE TRIGGER USER`);
  await db.query(`INSERT INTO "User" (id, email) SELECT k::int, e FROM unnest($1::text[], $2::text[]) u(k, e)`, [
    numbered(5000).map(([key]) => key),
    numbered(5000).map(([, email]) => email),
  ]);
  await db.query(`ALTER TABLE "User" ENABLE TRIGGER USER; ANALYZE "User"`);
  const { growth, events } = await fillTable(database.url, spec, { batch: { startRows: 500, minRows: 500 } });
  expect(growth!.hotPercent).toBeGreaterThanOrEqual(least);
  expect(growth!.hotPercent).toBeLessThanOrEqual(most);
  expect(growthText(growth!)).toMatch(new RegExp(`^the table ${text}.* % of its updates were HOT$`));
  expect(events.at(-1)).toMatchObject({ kind: "finished", ...growth });
});
