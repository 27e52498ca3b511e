import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import { sqlReader } from "../../core/src/databases/sql-reader.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import type { Plan, Unit } from "../../core/src/model/index.js";
import { inFiles } from "../../core/src/model/plan.js";
import { tableShape } from "../../core/src/plan/table-shape.js";
import { readForeignKeys } from "../../core/src/postgresql/development/foreign-keys.js";
import { readIndex } from "../../core/src/postgresql/development/index-facts.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { downOfFile } from "../../core/src/postgresql/units/index.js";
import { renderFile } from "../../core/src/postgresql/units/render-file.js";
import { readTable } from "../../core/src/target/facts/table.js";
import { readQueries, withQueries } from "../../plugin-typeorm/src/intercept/statements.js";
import { readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { planOf } from "../support/plan-fixture.js";
import { openSession, type Session } from "../support/sessions.js";

// A migration drops something and makes it again while a required column comes: an application that writes beside it what old and new
// refuse never gets it in. The end is the ORM's own, and the way back leads to the beginning.

const before = `
CREATE TYPE "Role" AS ENUM ('admin', 'member', 'guest');
CREATE TABLE "Team" ("id" int PRIMARY KEY);
CREATE TABLE "User" ("id" int PRIMARY KEY, "email" text NOT NULL, "name" text NOT NULL, "role" "Role" NOT NULL DEFAULT 'guest',
  CONSTRAINT "UQ_email" UNIQUE ("email"));
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");
CREATE INDEX "User_role_idx" ON "User"("role");
CREATE TABLE "Order" ("id" serial PRIMARY KEY, "userId" int NOT NULL, "total" int NOT NULL, CONSTRAINT "CHK_total" CHECK ("total" > 0),
  CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE);`;
const rows = `
INSERT INTO "User" ("id", "email", "name", "role") SELECT n, 'U' || n, 'name ' || n, 'member' FROM generate_series(1, 500) n;
INSERT INTO "Order" ("userId", "total") SELECT 1 + n % 500, 2 + n FROM generate_series(1, 5000) n;`;

/** A statement of the ORM and what it has for the way back. */
type Step = readonly [up: string, down: string];
const planned: Step = [
  `ALTER TABLE "User" ADD COLUMN "handle" text NOT NULL`,
  `ALTER TABLE "User" DROP COLUMN "handle"`,
];
const key = (action: string) =>
  `ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE ${action} ON UPDATE CASCADE`;
const dropKey = `ALTER TABLE "Order" DROP CONSTRAINT "Order_userId_fkey"`;
const orphan = `INSERT INTO "Order" ("userId", "total") VALUES (9999, 5)`;
const same = (columns: string) =>
  `INSERT INTO "User" ("id", "email", "name") SELECT 1000 + count(*), ${columns} FROM "User"`;

const forms: readonly { name: string; steps: readonly Step[]; refused: string }[] = [
  {
    name: "a foreign key with other actions",
    steps: [[dropKey, key("RESTRICT")], planned, [key("CASCADE"), dropKey]],
    refused: orphan,
  },
  {
    name: "a check that is stricter",
    steps: [
      [
        `ALTER TABLE "Order" DROP CONSTRAINT "CHK_total"`,
        `ALTER TABLE "Order" ADD CONSTRAINT "CHK_total" CHECK ("total" > 0)`,
      ],
      planned,
      [
        `ALTER TABLE "Order" ADD CONSTRAINT "CHK_more" CHECK ("total" > 1)`,
        `ALTER TABLE "Order" DROP CONSTRAINT "CHK_more"`,
      ],
    ],
    refused: `INSERT INTO "Order" ("userId", "total") VALUES (1, -1)`,
  },
  {
    name: "a unique index over more columns",
    steps: [
      [`DROP INDEX "User_name_key"`, `CREATE UNIQUE INDEX "User_name_key" ON "User"("name")`],
      planned,
      [`CREATE UNIQUE INDEX "User_name_role_key" ON "User"("name", "role")`, `DROP INDEX "User_name_role_key"`],
    ],
    refused: `INSERT INTO "User" ("id", "email", "name", "role") SELECT 1000 + count(*), count(*)::text, 'name 1', 'member' FROM "User"`,
  },
  {
    name: "a unique index that keeps its name",
    steps: [
      [`DROP INDEX "User_name_key"`, `CREATE UNIQUE INDEX "User_name_key" ON "User"("name")`],
      planned,
      [`CREATE UNIQUE INDEX "User_name_key" ON "User"("name" DESC)`, `DROP INDEX "User_name_key"`],
    ],
    refused: same(`count(*)::text, 'name 1'`),
  },
  {
    name: "a unique constraint that becomes deferrable",
    steps: [
      [
        `ALTER TABLE "User" DROP CONSTRAINT "UQ_email"`,
        `ALTER TABLE "User" ADD CONSTRAINT "UQ_email" UNIQUE ("email")`,
      ],
      planned,
      [
        `ALTER TABLE "User" ADD CONSTRAINT "UQ_email" UNIQUE ("email") DEFERRABLE INITIALLY DEFERRED`,
        `ALTER TABLE "User" DROP CONSTRAINT "UQ_email"`,
      ],
    ],
    refused: same(`'U1', count(*)::text`),
  },
  {
    name: "a unique constraint of another name",
    steps: [
      [
        `ALTER TABLE "User" DROP CONSTRAINT "UQ_email"`,
        `ALTER TABLE "User" ADD CONSTRAINT "UQ_email" UNIQUE ("email")`,
      ],
      planned,
      [
        `ALTER TABLE "User" ADD CONSTRAINT "UQ_email_role" UNIQUE ("email", "role")`,
        `ALTER TABLE "User" DROP CONSTRAINT "UQ_email_role"`,
      ],
    ],
    refused: `INSERT INTO "User" ("id", "email", "name", "role") SELECT 1000 + count(*), 'U1', count(*)::text, 'member' FROM "User"`,
  },
  {
    name: "the columns of a foreign key get another type",
    steps: [
      [dropKey, key("RESTRICT")],
      [`ALTER TABLE "User" ALTER COLUMN "id" TYPE bigint`, `ALTER TABLE "User" ALTER COLUMN "id" TYPE int`],
      planned,
      [`ALTER TABLE "Order" ALTER COLUMN "userId" TYPE bigint`, `ALTER TABLE "Order" ALTER COLUMN "userId" TYPE int`],
      [key("RESTRICT"), dropKey],
    ],
    refused: orphan,
  },
  {
    name: "an enum, as TypeORM swaps it",
    steps: [
      planned,
      [`ALTER TYPE "Role" RENAME TO "Role_old"`, `ALTER TYPE "Role_old" RENAME TO "Role"`],
      [`CREATE TYPE "Role" AS ENUM('admin', 'member')`, `DROP TYPE "Role"`],
      [
        `ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT`,
        `ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'guest'`,
      ],
      [
        `ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role" USING "role"::"text"::"Role"`,
        `ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_old" USING "role"::"text"::"Role_old"`,
      ],
      [
        `ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'member'`,
        `ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT`,
      ],
      [`DROP TYPE "Role_old"`, `CREATE TYPE "Role_old" AS ENUM('admin', 'member', 'guest')`],
    ],
    // Running code names the type: it is there at every moment.
    refused: `DO $$ BEGIN IF to_regtype('"Role"') IS NOT NULL THEN RAISE 'it is there'; END IF; END $$`,
  },
];

let database: TestDatabase;
let session: Session;
let connection: Connection;
beforeEach(async () => {
  database = await createDatabase("redone");
  session = await openSession(database.url);
  connection = await connect(database.url, { applicationName: "test" });
});
afterEach(async () => {
  await connection.close();
  await session.end();
  await database.drop();
});

const catalogue = () => readCatalogue(session, { schemas: ["public"] });

async function planFor(steps: readonly Step[]): Promise<Plan> {
  const queries = steps.map(([up, down]) => ({ up: [{ query: up }], down: [{ query: down }] }));
  const up = queries.flatMap((step) => step.up);
  const down = queries.toReversed().flatMap((step) => step.down);
  const reader = await sqlReader("postgresql");
  const { migration, queries: own } = readQueries(up, reader);
  const names = up.flatMap(({ query }) => /DROP (?:CONSTRAINT|INDEX) (?:"public"\.)?"(.*)"/.exec(query)?.[1] ?? []);
  const indexes = await Promise.all(names.map((name) => readIndex(connection, { name })));
  const plan = await planOf({
    sql: migration.sql,
    shape: tableShape((await readTable(connection, { name: "User" }))!),
    indexes: indexes.flatMap((index) => index ?? []),
    foreignKeys: await readForeignKeys(connection, { name: "Order" }),
  });
  return withQueries(plan, { migration, queries: own, down, steps: queries });
}

function textOf(plan: Plan, file: readonly [Unit, ...Unit[]]): string {
  const { id, fingerprint } = plan;
  return renderFile(file, { plan: id, fingerprint, phase: file[0].phase, position: "file 1/1", rules: [] });
}

/** Statement by statement, as Prisma 7.4 and later send them. */
async function runFile(text: string): Promise<void> {
  const { statements } = readMigration(text, "migration.sql", await loadParser());
  for (const { sql } of statements) await session.query(sql);
}

/** Writes from a session of its own until it is told to stop; what got in. */
async function writeBeside(sql: string) {
  const writer = await openSession(database.url);
  const state = { isOver: false, tried: 0, accepted: 0 };
  const tried = async () => {
    state.tried += 1;
    const isIn = await writer.query(sql).then(
      () => true,
      () => false,
    );
    if (isIn) state.accepted += 1;
  };
  const running = (async () => {
    while (!state.isOver) {
      await tried();
      await pause(1);
    }
  })();
  return async () => {
    state.isOver = true;
    await running;
    await writer.end();
    return state;
  };
}

describe.each(forms)("$name", ({ steps, refused }) => {
  it("no write gets in between, and the catalogue is the ORM's own, and back", async () => {
    await session.query(before);
    for (const [up] of steps) await session.query(up);
    const expected = await catalogue();
    await session.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public`);
    await session.query(`${before}; ${rows}`);
    const began = await catalogue();

    const plan = await planFor(steps);
    const files = (phase: string) => inFiles(plan.units.filter((unit) => unit.phase === phase));
    const stop = await writeBeside(refused);
    for (const file of files("expand")) {
      await runFile(textOf(plan, file));
      // What stands still between two files is seen for sure.
      await expect(session.query(refused), textOf(plan, file)).rejects.toThrow();
    }
    const { tried, accepted } = await stop();
    expect(tried).toBeGreaterThan(0);
    expect(accepted).toBe(0);

    await session.query(`UPDATE "User" SET "handle" = lower("email")`);
    for (const file of files("contract")) await session.query(textOf(plan, file));
    expect(await catalogue()).toEqual(expected);

    for (const file of files("contract").toReversed())
      for (const sql of downOfFile(file, plan.id)) await session.query(sql);
    for (const file of files("expand").toReversed()) {
      const [{ spec }] = file;
      const own =
        file.length === 1 && spec.kind === "original"
          ? (spec.down ?? []).map(({ sql }) => sql)
          : downOfFile(file, plan.id);
      for (const sql of own) await session.query(sql);
    }
    expect(await catalogue()).toEqual(began);
  });
});
