import { expect, test } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import { refuseSecondChange } from "../../../core/src/change/second-change.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { planOf } from "../../support/plan-fixture.js";

// SQL of Prisma 7.10 for changes to a column whose plan is open; constraints are TypeORM's.
const id = "20261120093000_add_handle";

async function errorOf(sql: string): Promise<LockstepError> {
  const { operations } = readMigration(sql, "migration.sql", await loadParser());
  const plan = await planOf({ id });
  try {
    refuseSecondChange([plan], operations);
  } catch (error) {
    if (error instanceof LockstepError) return error;
  }
  throw new Error("it passed");
}

test.each([
  ["dropped", `ALTER TABLE "User" DROP COLUMN "handle";`, "drops it:", `npx lockstep abandon ${id}`],
  [
    "another type, by drop and add",
    `ALTER TABLE "User" DROP COLUMN "handle",\nADD COLUMN     "handle" INTEGER;`,
    "gives it another type",
    "finish the plan first",
  ],
  [
    "another type",
    `ALTER TABLE "User" ALTER COLUMN "handle" SET DATA TYPE VARCHAR(64);`,
    "gives it another type",
    "finish the plan first",
  ],
  [
    "renamed",
    `ALTER TABLE "User" DROP COLUMN "handle",\nADD COLUMN     "nick" TEXT;`,
    `adds "nick", which is a rename`,
    "finish the plan first",
  ],
  [
    "made required",
    `ALTER TABLE "User" ALTER COLUMN "handle" SET NOT NULL;`,
    "makes it required",
    `npx lockstep next ${id}`,
  ],
  ["without its unique index", `DROP INDEX "User_handle_key";`, "drops its index", "finish the plan first"],
  [
    "without its unique constraint",
    `ALTER TABLE "User" DROP CONSTRAINT "User_handle_key";`,
    "drops its constraint",
    "finish the plan first",
  ],
  ["with its table", `DROP TABLE "User";`, "drops the table", `npx lockstep abandon ${id}`],
  [
    "another default",
    `ALTER TABLE "User" ALTER COLUMN "handle" SET DEFAULT 'x';`,
    "alters it",
    "finish the plan first",
  ],
])("%s", async (_name, sql, did, hint) => {
  const error = await errorOf(sql);
  expect(error.code).toBe("LS3004");
  expect(error.message).toContain(`has an open plan: ${id}, phase expand. This change `);
  expect(error.message).toContain(did);
  expect(error.hint).toContain(hint);
});

test.each([
  `ALTER TABLE "User" ADD COLUMN "nick" TEXT;`,
  `DROP INDEX "User_name_idx";`,
  `ALTER TABLE "User" DROP CONSTRAINT "User_name_check";`,
  `ALTER TABLE "User" DROP COLUMN "name";`,
  `CREATE INDEX "User_name_idx" ON "User"("name");`,
])("other things of the table are no business of the plan: %s", async (sql) => {
  const { operations } = readMigration(sql, "migration.sql", await loadParser());
  expect(() => refuseSecondChange([], operations)).not.toThrow();
  const plan = await planOf({ id });
  expect(() => refuseSecondChange([plan], operations)).not.toThrow();
});

test("what contract builds is not built before", async () => {
  const index = `CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle")`;
  const sql = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; ${index} NULLS NOT DISTINCT;`;
  const plan = await planOf({ id, sql, columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } } });
  const { operations } = readMigration(`${index};`, "migration.sql", await loadParser());
  expect(() => refuseSecondChange([plan], operations)).toThrow(/"User_handle_key" has an open plan.* builds it now/);
  const released = { ...plan, state: { ...plan.state, released: "contract" as const } };
  expect(() => refuseSecondChange([released], operations)).not.toThrow();
});

test("a default that Prisma sets again as it is, is no change; another one is", async () => {
  const expression = "md5(random()::text)";
  const sql = `ALTER TABLE "User" ADD COLUMN "token" TEXT NOT NULL DEFAULT ${expression};`;
  const plan = await planOf({ id, sql, columns: { token: {} } });
  const setDefault = async (to: string) =>
    readMigration(`ALTER TABLE "User" ALTER COLUMN "token" SET DEFAULT ${to};`, "migration.sql", await loadParser())
      .operations;
  const same = await setDefault(expression);
  const other = await setDefault("'x'");
  expect(() => refuseSecondChange([plan], same)).not.toThrow();
  expect(() => refuseSecondChange([plan], other)).toThrow(/has an open plan/);
});
