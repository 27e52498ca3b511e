import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { UniqueColumn } from "../../../core/src/dialect/validation.js";
import type { ForeignKey } from "../../../core/src/model/plan.js";
import { fillProblemText } from "../../../core/src/target/facts/fill-problem.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { validateReference } from "../../../core/src/target/facts/validate-reference.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fillOf, open } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;
const name = { name: "Order" };

beforeAll(async () => {
  database = await createDatabase("check_reference");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
/** Orders 1 to 4 of users 7, 8, 8 and nobody; teams 7 and 9. */
beforeEach(() =>
  db.query(
    `DROP TABLE IF EXISTS "Order", "Team";
     CREATE TABLE "Team" (id int PRIMARY KEY, code text, UNIQUE (code, id));
     INSERT INTO "Team" VALUES (7, 'a'), (9, 'b');
     CREATE TABLE "Order" (id int PRIMARY KEY, "userId" int, code text);
     INSERT INTO "Order" VALUES (1, 7, 'a'), (2, 8, 'a'), (3, 8, 'b'), (4, NULL, NULL)`,
  ),
);

const team: ForeignKey = {
  name: "Order_teamId_fkey",
  columns: ["teamId"],
  references: { name: "Team" },
  referencedColumns: ["id"],
  onUpdate: "CASCADE",
  onDelete: "RESTRICT",
  isMatchFull: false,
  deferrable: "no",
};
const teamId = async (sql: string): Promise<UniqueColumn> => ({
  name: "teamId",
  type: "integer",
  fill: await fillOf(sql, name, ["id", "userId", "code"], "teamId"),
});
const defaultOf = (defaultSql: string): UniqueColumn => ({ name: "teamId", type: "integer", defaultSql });
const missing = (rows: number, samples: readonly { value: string; row: string }[], key = team) => [
  {
    kind: "missing-rows",
    key: key.columns,
    references: key.references,
    referencedColumns: key.referencedColumns,
    rows,
    samples,
  },
];

async function check(column: UniqueColumn, foreignKey = team) {
  const table = (await readTable(db, name))!;
  return validateReference(db, { table, foreignKey, columns: [column] });
}

describe("while the change is planned", () => {
  it.each<{ name: string; column: () => Promise<UniqueColumn>; found: unknown }>([
    { name: "every value leads to a row", column: () => teamId(`coalesce("userId", 9) - "userId" + 9`), found: [] },
    { name: "values that do not", column: () => teamId(`"userId"`), found: missing(2, [{ value: "8", row: "id=2" }]) },
    {
      name: "a constant",
      column: () => teamId("5"),
      found: missing(4, [{ value: "5", row: "id=1" }]),
    },
    { name: "a constant that leads to a row", column: () => teamId("9"), found: [] },
    {
      name: "the model's default",
      column: async () => defaultOf("5"),
      found: missing(4, [{ value: "5", row: "id=1" }]),
    },
    {
      name: "no value: NULL leads nowhere by right",
      column: async () => ({ name: "teamId", type: "integer" }),
      found: [],
    },
  ])("$name", async ({ column, found }) => {
    expect(await check(await column())).toEqual(found);
  });

  it("looks for a constant even where there is no row yet, unless the other table is empty too", async () => {
    await db.query(`DELETE FROM "Order"`);
    expect(await check(await teamId("5"))).toEqual(missing(0, [{ value: "5", row: "every new row" }]));
    expect(await check(defaultOf("5"))).toEqual(missing(0, [{ value: "5", row: "every new row" }]));
    expect(await check(await teamId(`"userId"`))).toEqual([]);
    await db.query(`DELETE FROM "Team"`);
    expect(await check(await teamId("5"))).toEqual([]);
  });

  it("cannot tell where the referenced table is made by the same change", async () => {
    const found = await check(await teamId("5"), { ...team, references: { name: "Squad" } });
    expect(found).toEqual([{ kind: "not-checked", message: `"Squad" does not exist yet` }]);
  });

  it("compares all columns of a key together, with those that are there", async () => {
    const both: ForeignKey = { ...team, columns: ["code", "teamId"], referencedColumns: ["code", "id"] };
    expect(await check(await teamId("7"), both)).toEqual(missing(1, [{ value: "b, 7", row: "id=3" }], both));
  });

  it("of the table itself", async () => {
    const self: ForeignKey = { ...team, references: name };
    expect(await check(await teamId("id"), self)).toEqual([]);
    expect(await check(await teamId("id + 1"), self)).toEqual(missing(1, [{ value: "5", row: "id=4" }], self));
  });
});

it("on a target: values that are there count, and so do those to come", async () => {
  await db.query(`ALTER TABLE "Order" ADD COLUMN "teamId" int; UPDATE "Order" SET "teamId" = 9 WHERE id = 2`);
  expect(await check(await teamId(`"userId"`))).toEqual(missing(1, [{ value: "8", row: "id=3" }]));
});

it("in words: LS2040, with the rows", () => {
  const [problem] = missing(4, [
    { value: "8", row: "id=2" },
    { value: "5", row: "id=1" },
  ]) as Parameters<typeof fillProblemText>[0][];
  expect(fillProblemText(problem!, name, { name: "teamId", type: "integer" })).toEqual({
    code: "LS2040",
    message: `The fill of "Order"."teamId" references rows that "Team" does not have (4 rows): "id" = 8 for id=2; "id" = 5 for id=1`,
  });
});
