import { afterAll, beforeAll, expect, it } from "vitest";
import type { FillFunction } from "../../../core/src/config/fill-function.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { tryFunction } from "../../../core/src/target/facts/try-function.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";
import { columnOf, fillTable, makeTable } from "./fixture.js";

let database: MariadbDatabase;
let db: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("functions");
  db = await connect(database.url, { applicationName: "test" });
});
afterAll(async () => {
  const { rows } = await db.query("SHOW DATABASES LIKE 'lockstep'");
  if (rows.length > 0) await db.query("DELETE FROM lockstep.backfills WHERE table_schema = DATABASE()");
  await db.close();
  await database.drop();
});

const compute = { name: "User.handle", reads: ["email"], source: "lockstep.config.ts" };

/** A type, what a function returns, and what is stored; undefined: the column does not take it. */
const values: readonly (readonly [type: string, value: unknown, stored: string | undefined])[] = [
  ["varchar(3)", "abc", "abc"],
  ["varchar(3)", "abcd", undefined],
  ["int unsigned", 4_294_967_295n, "4294967295"],
  ["int unsigned", -1, undefined],
  ["tinyint(1)", true, "1"],
  ["decimal(10,2)", "12.30", "12.30"],
  ["datetime(3)", new Date("2026-01-02T03:04:05.678Z"), "2026-01-02 03:04:05.678"],
  ["date", new Date("2026-01-02T23:59:59Z"), "2026-01-02"],
  ["time(3)", new Date("2026-01-02T03:04:05.678Z"), "03:04:05.678"],
  ["json", ["x"], '["x"]'],
  ["enum('a','b')", "b", "b"],
  ["enum('a','b')", "c", undefined],
  ["varbinary(3)", Buffer.from([0, 255]), "00FF"],
  ["binary(2)", "ab", "6162"],
];
it.each(values)("tries and stores what a function returns: %s of %s", async (type, value, stored) => {
  const spec = await makeTable(db, { rows: [["1", "a"]], type });
  const fill: FillFunction = (rows) => rows.map(() => value as string);
  const column = { name: "handle", type, uniqueKeys: [] };
  const facts = (await readTable(db, { name: "User" }))!;
  const tried = tryFunction(db, { table: facts, column, compute, run: fill, clock: systemClock });
  const computed = { ...spec, columns: [{ name: "handle", type, compute }] };
  const functions = new Map([["User.handle", { reads: ["email"], fill }]]);
  if (stored === undefined) {
    await expect(tried).rejects.toMatchObject({ code: "LS5052", message: expect.stringContaining("for id=1 that") });
    await expect(fillTable(database.url, computed, { functions })).rejects.toMatchObject({ code: "LS5006" });
    return;
  }
  await tried;
  expect(await fillTable(database.url, computed, { functions })).toMatchObject({ filled: 1 });
  const sql = /binary/.test(type) ? "HEX(`handle`)" : "CAST(`handle` AS CHAR)";
  expect(await columnOf(db, `SELECT ${sql} FROM \`User\``)).toEqual([stored]);
});

it("gives a function up to 100 rows in the order of the key, and keeps keys apart", async () => {
  await makeTable(db, { rows: Array.from({ length: 150 }, (_, at) => [String(at + 1), `E${at % 2}`] as const) });
  const table = (await readTable(db, { name: "User" }))!;
  let given: readonly object[] = [];
  const run: FillFunction = (rows) => {
    given = rows;
    return rows.map(({ email }) => String(email).toLowerCase());
  };
  const trial = { table, compute, run, clock: systemClock };
  const column = { name: "handle", type: "varchar(20)", uniqueKeys: [["handle"]] };
  await expect(tryFunction(db, { ...trial, column })).rejects.toMatchObject({
    code: "LS5054",
    message: expect.stringContaining("'e0' for id=1 and id=3 and id=5"),
  });
  expect(given).toHaveLength(100);
  await tryFunction(db, { ...trial, column: { ...column, uniqueKeys: [["id", "handle"]] } });
});

it.each<readonly [unknown, string]>([
  [["a"], "an array"],
  [{}, "an object"],
  [Promise.resolve("a"), "a promise"],
  [new Date(Number.NaN), "an invalid Date"],
])("refuses what no column holds: %s", async (value, what) => {
  await makeTable(db, { rows: [["1", "a"]] });
  const table = (await readTable(db, { name: "User" }))!;
  const column = { name: "handle", type: "varchar(20)", uniqueKeys: [] };
  await expect(
    tryFunction(db, { table, column, compute, run: () => [value as string], clock: systemClock }),
  ).rejects.toMatchObject({ code: "LS5052", message: expect.stringContaining(`returned ${what} for id=1`) });
});
