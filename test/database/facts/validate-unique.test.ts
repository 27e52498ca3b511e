import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { UniqueColumn } from "../../../core/src/dialect/validation.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { validateUnique } from "../../../core/src/target/facts/validate-unique.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fillOf, open } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;
const name = { name: "Order" };

beforeAll(async () => {
  database = await createDatabase("check_unique");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
/** Orders 1 and 2 are of user 7, order 3 of user 8, orders 4 and 5 of nobody. */
beforeEach(() =>
  db.query(
    `DROP TABLE IF EXISTS "Order";
     CREATE TABLE "Order" (id int PRIMARY KEY, "userId" int, email text, code varchar(3));
     INSERT INTO "Order" VALUES (1, 7, 'A', 'x'), (2, 7, 'a', 'y'), (3, 8, 'b', 'x'), (4, NULL, NULL, 'x'), (5, NULL, NULL, 'x')`,
  ),
);

const column = async (columnName: string, sql: string, type = "text"): Promise<UniqueColumn> => ({
  name: columnName,
  type,
  fill: await fillOf(sql, name, ["id", "userId", "email", "code"], columnName),
});

async function check(key: readonly string[], columns: readonly UniqueColumn[], timeoutMs?: number) {
  const table = (await readTable(db, name))!;
  return validateUnique(db, { table, key, columns, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
}

const duplicates = (key: readonly string[], value: string, rows: readonly string[]) => ({
  kind: "duplicates",
  key,
  values: 1,
  rows: rows.length,
  samples: [{ value, rows }],
});

describe("one column", () => {
  it("finds values that come twice, the most frequent first, with their rows; NULLs do not collide", async () => {
    await db.query(`INSERT INTO "Order" VALUES (6, 8, 'B', 'z'), (7, 8, 'B', 'z')`);
    expect(await check(["handle"], [await column("handle", "lower(email)")])).toEqual([
      {
        kind: "duplicates",
        key: ["handle"],
        values: 2,
        rows: 5,
        samples: [
          { value: "b", rows: ["id=3", "id=6", "id=7"] },
          { value: "a", rows: ["id=1", "id=2"] },
        ],
      },
    ]);
  });

  it("also against values that writers have chosen once the column exists", async () => {
    await db.query(`ALTER TABLE "Order" ADD handle text; UPDATE "Order" SET handle = 'b' WHERE id = 2`);
    const [problem] = await check(["handle"], [await column("handle", "lower(email)")]);
    expect(problem).toMatchObject({ kind: "duplicates", values: 1, rows: 2, samples: [{ value: "b" }] });
  });
});

describe("several columns", () => {
  const key = ["userId", "channel"];

  it("one value for all rows, where a user has two orders: before the column is there, and after", async () => {
    const channel = await column("channel", "'main'");
    expect(await check(key, [channel])).toEqual([duplicates(key, "7, main", ["id=1", "id=2"])]);
    await db.query(`ALTER TABLE "Order" ADD channel text`);
    expect(await check(key, [channel])).toEqual([duplicates(key, "7, main", ["id=1", "id=2"])]);
    await db.query(`UPDATE "Order" SET channel = 'other' WHERE id = 2`);
    expect(await check(key, [channel])).toEqual([]);
  });

  it("values that differ together", async () => {
    expect(await check(key, [await column("channel", "email")])).toEqual([]);
    expect(await check(key, [await column("channel", "lower(email)")])).toEqual([
      duplicates(key, "7, a", ["id=1", "id=2"]),
    ]);
    expect(await check(["code", "channel"], [await column("channel", `"userId" / 8`, "integer")])).toEqual([]);
  });

  it("columns of the same change: by their fills, by their default, by nothing", async () => {
    const [lower, code] = [await column("a", "lower(email)"), await column("b", "code", "character varying(3)")];
    expect(await check(["a", "b"], [lower, code])).toEqual([]);
    expect(await check(["b", "a"], [lower, await column("b", "'same'")])).toEqual([
      duplicates(["b", "a"], "same, a", ["id=1", "id=2"]),
    ]);
    expect(await check(["userId", "c"], [{ name: "c", type: "text", defaultSql: "'main'" }])).toEqual([
      duplicates(["userId", "c"], "7, main", ["id=1", "id=2"]),
    ]);
    expect(await check(["userId", "c"], [{ name: "c", type: "text" }])).toEqual([]);
  });

  it("a type that the same change makes", async () => {
    expect(await check(key, [await column("channel", `'MAIN'::"Channel"`, '"Channel"')])).toEqual([
      duplicates(key, "7, MAIN", ["id=1", "id=2"]),
    ]);
    expect(await check(key, [await column("channel", "upper(email)", '"Channel"')])).toEqual([
      { kind: "not-checked", message: 'type "Channel" does not exist' },
    ]);
  });
});

it("says what was not finished in time", async () => {
  const slow = await column("handle", "email || coalesce(pg_sleep(5)::text, '')");
  expect(await check(["handle"], [slow], 50)).toEqual([{ kind: "not-finished", what: "duplicates", afterMs: 50 }]);
});
