import { afterAll, beforeAll, expect, it } from "vitest";
import type { UnitSpec } from "../../core/src/model/index.js";
import { judged, originalUnits } from "../../core/src/plan/original-units.js";
import { judging } from "../../core/src/postgresql/judging.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { units } from "../../core/src/postgresql/units.js";
import { judge } from "../../core/src/rules/judge.js";
import { readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { openSession, type Session } from "../support/sessions.js";
import { fileOf } from "../support/units.js";
import { cases, schema } from "./verdict-cases.js";

// The user's own statements in a lock frame end where they end without it, under the locks that the unit states.

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await createDatabase("original_units");
  session = await openSession(database.url);
  await session.query(schema);
});
afterAll(async () => {
  await session?.end();
  await database?.drop();
});

async function unitsOf(sql: string) {
  const migration = readMigration(sql, "migration.sql", await loadParser());
  const { context } = judge(migration, { judging });
  const run = migration.statements.map(({ full, index }) => ({
    text: full,
    operations: migration.operations.filter(({ statement }) => statement === index),
  }));
  return originalUnits(run.map((passing) => judged(passing, context, units)));
}

/** What runs in a transaction that is rolled back leaves in the catalogue. */
async function endOf(texts: readonly string[]) {
  await session.query("BEGIN");
  try {
    for (const text of texts) await session.query(text);
    const { rows } = await session.query(
      `SELECT relation::regclass::text || ' ' || mode AS lock FROM pg_locks JOIN pg_class c ON c.oid = relation
        WHERE pid = pg_backend_pid() AND granted AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
    );
    const catalogue = await readCatalogue(session, { schemas: ["public"] });
    const tables = catalogue.tables.map(({ name }) => String(name));
    return { catalogue, tables, locks: rows.map(({ lock }) => lock) };
  } finally {
    await session.query("ROLLBACK");
  }
}

const modes: Readonly<Record<string, string>> = {
  "ACCESS EXCLUSIVE": "AccessExclusiveLock",
  "SHARE ROW EXCLUSIVE": "ShareRowExclusiveLock",
};

const several = [
  `-- CreateTable\nCREATE TABLE "New" ("id" int PRIMARY KEY, "u" int);\n-- it's "here"\nALTER TABLE "User" ADD COLUMN "x" text DEFAULT $x$a $change$ b$x$, ADD COLUMN "y" int;\nALTER TABLE "New" ADD CONSTRAINT "fk" FOREIGN KEY ("u") REFERENCES "Team"("id");\nCREATE INDEX "New_u" ON "New"("u") -- the end`,
  `CREATE TYPE "Kind" AS ENUM ('a');\nALTER TABLE "User" ADD COLUMN "kind" "Kind" NOT NULL DEFAULT 'a';\nCOMMENT ON COLUMN "User"."kind" IS 'x';`,
  `ALTER TABLE "Order" DROP CONSTRAINT "Order_total_check";\nALTER TABLE "User" RENAME COLUMN "name" TO "fullName";\nDROP TABLE "Loose";`,
];
const single = Object.values(cases)
  .flat()
  .filter(({ rows, from }) => rows === undefined && from === undefined)
  // PostgreSQL refuses to use a value in the transaction that adds it: with a frame and without.
  .filter(({ after = "" }) => !/ADD VALUE/.test(after))
  .map(({ sql, after }) => (after === undefined ? `${sql};` : `${after};\n${sql};`));

it.each([...several, ...single])("%s", async (sql) => {
  const units = await unitsOf(sql);
  const framed = units.filter(({ spec }) => spec.frame !== undefined);
  const files = units.map(({ spec }) => fileOf(spec as UnitSpec));
  const expected = await endOf([sql]);
  const found = await endOf(files);
  expect(found.catalogue).toEqual(expected.catalogue);
  // A table that is gone has no name any more.
  for (const { spec } of framed)
    for (const table of (spec.frame?.tables ?? []).filter(({ name }) => found.tables.includes(name)))
      expect(found.locks).toContain(`"${table.name}" ${modes[spec.frame?.mode ?? ""]}`);
  if (several.includes(sql)) expect(framed).toHaveLength(1);
});

it("gives up instead of queueing, and names who is in the way", async () => {
  const [unit] = await unitsOf(`ALTER TABLE "User" ADD COLUMN "x" text;`);
  const reader = await openSession(database.url, { application_name: "reporting" });
  await reader.query(`BEGIN; SELECT FROM "User"`);
  await session.query("SET statement_timeout = '1s'");
  await expect(session.query(fileOf(unit?.spec as UnitSpec))).rejects.toMatchObject({
    code: "55P03",
    detail: expect.stringContaining("reporting"),
  });
  await session.query("RESET statement_timeout");
  await reader.end();
});
