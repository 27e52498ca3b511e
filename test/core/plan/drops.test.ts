import { expect, test } from "vitest";
import { refuseEarlierModel, refuseRestored, refuseSecondChange } from "../../../core/src/change/second-change.js";
import type { Operation } from "../../../core/src/model/index.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { planReadme } from "../../../core/src/review/markdown.js";
import { answerTo, planOf, sourcesIn, userShape } from "../../support/plan-fixture.js";

// What running code may use never goes in a plan: whatever is not rewritten runs in expand.

const shape = {
  ...userShape,
  columns: [...userShape.columns, "age", "doubled"],
  generatedColumns: ["doubled"],
  primaryKey: ["id"],
  types: new Map([
    ["id", "integer"],
    ["email", "text"],
    ["name", "text"],
    ["age", "integer"],
    ["doubled", "integer"],
  ]),
};
const add = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;`;

const refused: readonly { name: string; sql: string; code: string; says: RegExp; hint?: RegExp }[] = [
  {
    name: "a column of another type",
    sql: `ALTER TABLE "User" DROP COLUMN "email",\nADD COLUMN     "email" INTEGER NOT NULL;`,
    code: "LS2060",
    says: /^prisma\/schema\.prisma:14: "User"\."email" would lose the values of every row: the ORM drops it \(text\) and adds it again as integer/,
    hint: /Keep "email" .* @lockstep\.mirror\(email::integer\)/,
  },
  {
    name: "one of another type beside a planned one",
    sql: `${add} ALTER TABLE "User" DROP COLUMN "name", ADD COLUMN "name" INTEGER;`,
    code: "LS2060",
    says: /"User"\."name" would lose/,
  },
  {
    name: "a rename",
    sql: `ALTER TABLE "User" DROP COLUMN "name", ADD COLUMN "fullName" TEXT NOT NULL;`,
    code: "LS2062",
    says: /drops "User"\."name" and adds "fullName", both text/,
    hint: /only: npx lockstep rename User\.name fullName keeps the column/,
  },
  {
    name: "a column of the primary key",
    sql: `ALTER TABLE "User" DROP COLUMN "id", ADD COLUMN "handle" TEXT NOT NULL;`,
    code: "LS2061",
    says: /^"User"\."handle" needs a plan, and the same change contains: ALTER TABLE "User" DROP COLUMN "id"$/,
  },
  ...[`DROP COLUMN "gone"`, `DROP COLUMN IF EXISTS "gone"`, `ALTER COLUMN "gone" SET NOT NULL`].map((sql) => ({
    name: `what the development database lacks: ${sql}`,
    sql: `ALTER TABLE "User" ${sql};`,
    code: "LS9025",
    says: /^The development database has no column "User"\."gone", but line 1 of the migration changes it\.$/,
  })),
  ...[
    `DROP TABLE IF EXISTS a CASCADE`,
    `DROP TYPE "Kind"`,
    `DROP TYPE "Kind" CASCADE`,
    `DROP VIEW active`,
    `DROP MATERIALIZED VIEW active CASCADE`,
    `DROP SCHEMA side CASCADE`,
    `TRUNCATE side.log`,
  ].map((sql) => ({ name: sql, sql: `${add} ${sql};`, code: "LS2061", says: new RegExp(`: ${sql}$`) })),
];
test.each(refused)("$code: $name", async ({ sql, code, says, hint = /./ }) => {
  await expect(answerTo({ sql, shape })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(says),
    hint: expect.stringMatching(hint),
  });
});

test.each([
  { name: "a table that the change makes", sql: `CREATE TABLE t (a int); DROP TABLE t;` },
  {
    name: "a column that the change makes",
    sql: `ALTER TABLE "User" ADD COLUMN t int; ALTER TABLE "User" DROP COLUMN t;`,
  },
  { name: "a view that is made again", sql: `DROP VIEW v; CREATE VIEW v AS SELECT 1;` },
  {
    name: "a type that another one takes the place of",
    sql: `CREATE TYPE "K_new" AS ENUM ('a'); ALTER TYPE "K" RENAME TO "K_old"; ALTER TYPE "K_new" RENAME TO "K"; DROP TYPE "K_old";`,
  },
  {
    name: "what PostgreSQL computes again",
    sql: `ALTER TABLE "User" DROP COLUMN doubled, ADD COLUMN doubled int GENERATED ALWAYS AS (id * 3) STORED;`,
  },
])("planned: $name", async ({ sql }) => {
  expect(await answerTo({ sql: `${add} ${sql}`, shape })).toMatchObject({ kind: "plan" });
});

const drop = (sql: string) => `ALTER TABLE "User" DROP COLUMN "age"; ${sql}`;
const age = { table: { name: "User" }, column: "age" };
test.each([
  { what: "a column alone", sql: drop(""), drops: [age], contract: [/^ALTER TABLE "User" DROP COLUMN "age"$/] },
  {
    what: "beside a planned column, with a table and a type",
    sql: `DROP TYPE "Kind"; DROP TABLE "Old"; ${add} ${drop("")}`,
    drops: [{ table: { name: "Old" }, types: [{ name: "Kind" }] }, age],
    contract: [/CHECK/, /SET NOT NULL/, /^DROP TABLE "Old";?$/, /DROP COLUMN "age"$/, /^DROP TYPE "Kind";?$/],
  },
])("dropped in contract: $what", async ({ sql, drops, contract }) => {
  const plan = await planOf({ sql, shape });
  expect(plan.drops).toEqual(drops);
  const units = plan.units.filter(({ phase }) => phase === "contract").map(({ ddl }) => ddl);
  expect(units).toEqual(contract.map((pattern) => expect.stringMatching(pattern)));
  expect(plan.units.filter(({ phase }) => phase === "expand").map(({ ddl }) => ddl)).not.toContain("DROP");
  const gates = drops.map((each) => ("column" in each ? "column-unused" : "table-unused"));
  expect(plan.gates.contract.map(({ gate }) => gate)).toEqual(expect.arrayContaining(["phase-applied", ...gates]));
});

test("a dropped table locks no other one at the end of a key that expand has dropped: it may be gone by then", async () => {
  const key = {
    name: "Item_orderId_fkey",
    table: { name: "Item" },
    columns: ["orderId"],
    references: { name: "Order" },
  };
  const { units } = await planOf({
    sql: `ALTER TABLE "Item" DROP CONSTRAINT "Item_orderId_fkey"; DROP TABLE "Order"; DROP TABLE "Item";`,
    shape,
    foreignKeys: [key],
  });
  const locked = units.map(({ phase, verdict }) => [phase, verdict.locks.map(({ table }) => table.name)]);
  expect(locked).toEqual([
    ["expand", ["Item", "Order"]],
    ["contract", ["Order"]],
    ["contract", ["Item"]],
  ]);
});

test("the README of a plan that also drops says what its contract loses", async () => {
  const readme = async (sql: string) =>
    planReadme(await planOf({ sql, shape }), { deploy: "deploy", generate: undefined });
  const mixed = await readme(`DROP TABLE "Old"; ${add} ${drop("")}`);
  expect(mixed).toMatch(/^# .*: add "User"\."handle" and drop "Old", "User"\."age"/);
  expect(mixed).toContain("until the drop has run");
  expect(mixed).toMatch(
    /\| contract \| switch \| .*makes the column optional again.* adds "User"\."age" again, empty .*"Old" stays dropped \| \*\*yes: the values in "Old", "User"\."age" where contract has run/,
  );
  expect(await readme(drop(""))).toMatch(/\| expand \| nothing \| nothing: "User"\."age" is still there.* \| no \|/);
  expect(await readme(add)).toMatch(
    /\| contract \| switch \| a forward migration makes the column optional again[^|]*\| no \|/,
  );
});

test.each([
  [
    "required again",
    `ALTER TABLE "User" ALTER COLUMN "age" SET NOT NULL;`,
    /^npx lockstep abandon \S+ {3}# keeps it: the plan drops it/,
  ],
  ["its table is dropped", `DROP TABLE "User";`, /^npx lockstep abandon \S+ {3}# leaves the plan first$/],
])("LS3004 while the drop is open: %s", async (_, sql, hint) => {
  const plan = await planOf({ sql: drop(""), shape });
  const { operations } = readMigration(sql, "migration.sql", await loadParser());
  expect(() => refuseSecondChange([plan], operations)).toThrow(
    expect.objectContaining({ code: "LS3004", hint: expect.stringMatching(hint) }),
  );
});

test("LS3004 where the model declares again what the plan drops", async () => {
  const plan = await planOf({ sql: drop(`DROP TABLE "Old";`), shape });
  const declared = (name: string, table = "User") => [{ model: table, field: "years", table: { name: table }, name }];
  expect(() => refuseRestored([plan], declared("age"))).toThrow(
    /^User\.years is in the model, and plan .* drops "User"\."age"\.$/,
  );
  expect(() => refuseRestored([plan], declared("id", "Old"))).toThrow(/^Old is in the model, .* drops "Old"\.$/);
  expect(() => refuseRestored([plan], declared("email"))).not.toThrow();
  const undone = { ...plan, state: { ...plan.state, released: "undone" as const } };
  expect(() => refuseRestored([undone], declared("age"))).not.toThrow();
});

test("LS3004 where a merge brought back the declaration from before contract", async () => {
  const plan = await planOf({ sql: add });
  const done = { ...plan, state: { ...plan.state, released: "contract" as const } };
  const { operations } = readMigration(
    `ALTER TABLE "User" ALTER COLUMN "handle" DROP NOT NULL;`,
    "migration.sql",
    await loadParser(),
  );
  const annotated = sourcesIn({ handle: { fill: { kind: "backfill", sql: "lower(email)" } } });
  expect(() => refuseEarlierModel([done], operations, annotated)).toThrow(
    /^prisma\/schema\.prisma:14: User\.handle is declared as before contract, and plan .* has made it required/,
  );
  const redeclared = (notNull: boolean) =>
    [
      { kind: "redeclareColumn", table: { name: "User" }, column: { name: "handle", notNull } },
    ] as unknown as Operation[];
  expect(() => refuseEarlierModel([done], redeclared(false), annotated)).toThrow(/is declared as before contract/);
  expect(() => refuseEarlierModel([done], redeclared(true), annotated)).not.toThrow();
  expect(() => refuseEarlierModel([plan], operations, annotated)).not.toThrow();
  expect(() => refuseEarlierModel([done], operations, sourcesIn({}))).not.toThrow();
});

test("a dropped column of a table that the database does not have passes, with its notice", async () => {
  expect(await answerTo({ sql: drop(""), shape: { ...shape, types: new Map() } })).toMatchObject({
    kind: "pass",
    notices: [{ verdict: { concerns: expect.arrayContaining([expect.objectContaining({ kind: "loses-data" })]) } }],
  });
});
