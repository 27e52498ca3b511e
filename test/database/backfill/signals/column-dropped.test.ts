import { afterAll, beforeAll, expect, it } from "vitest";
import columnDropped from "../../../../core/src/backfill/signals/column-dropped.js";
import type { SignalContext } from "../../../../core/src/backfill/signals/signal.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import { readTable } from "../../../../core/src/target/facts/table.js";
import { createDatabase } from "../../../support/database.js";
import { makeTable, numbered, open } from "../fixture.js";

let database: Awaited<ReturnType<typeof createDatabase>>;
let [db, other]: Connection[] = [];
beforeAll(async () => {
  database = await createDatabase("column_dropped");
  [db, other] = [await open(database.url), await open(database.url)];
});
afterAll(async () => {
  await Promise.all([db?.close(), other?.close()]);
  await database?.drop();
});

it("ends a run whose column is gone, and none whose table is locked", async () => {
  await makeTable(db!, { rows: numbered(3) });
  const look = columnDropped.start(() => undefined);
  const table = await readTable(db!, { name: "User" });
  const asked = async () => look({ connection: db!, table, columns: ["handle"] } as unknown as SignalContext<object>);
  expect(await asked()).toBeUndefined();
  await other!.query(`BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`);
  expect(await asked()).toBeUndefined();
  await other!.query("ROLLBACK");
  await other!.query(`ALTER TABLE "User" DROP COLUMN "handle" CASCADE`);
  await expect(asked()).rejects.toMatchObject({ code: "LS5030" });
});
