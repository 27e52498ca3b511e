import { afterAll, beforeAll, expect, test } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import { DevelopmentDatabase } from "../../../core/src/change/development-database.js";
import { sqlReader } from "../../../core/src/databases/sql-reader.js";
import { buildPlan } from "../../../core/src/plan/build-plan.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { sourcesIn } from "../../support/plan-fixture.js";
import { openSession, type Session } from "../../support/sessions.js";
import { open } from "../backfill/fixture.js";

// Fills that use what their own migration makes, on a development database that does not have it.

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await createDatabase("made_first");
  session = await openSession(database.url);
  await session.query(
    `CREATE TABLE "User" (id int PRIMARY KEY, email text); INSERT INTO "User" VALUES (1, 'a'), (5, 'b');
     CREATE TABLE known (id int PRIMARY KEY, points int NOT NULL); INSERT INTO known VALUES (1, 1), (5, 5);
     CREATE FUNCTION there(int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''of before'''`,
  );
});
afterAll(async () => {
  await session?.end();
  await database?.drop();
});

/** @returns the code and the message of a refusal; undefined when there is none */
async function tryFill(
  made: readonly string[],
  type: string,
  sql: string,
): Promise<readonly [string, string] | undefined> {
  const { readMigration } = await sqlReader("postgresql");
  const migration = readMigration(
    `${made.map((each) => `${each};\n`).join("")}ALTER TABLE "User" ADD COLUMN "tier" ${type} NOT NULL;`,
    "migration.sql",
  );
  const words = { annotation: (text: string) => `/// ${text}`, columnName: (name: string) => `@map("${name}")` };
  const development = new DevelopmentDatabase(() => open(database.url));
  try {
    const answer = await buildPlan({
      id: "20261120093000_tier",
      orm: "prisma",
      dialect: "postgresql",
      versions: { lockstep: "0.0.0", orm: "0.0.0" },
      migration,
      sources: {
        ...development.sources(undefined, migration),
        column: sourcesIn({ tier: { fill: { kind: "backfill", sql } } }),
      },
      openPlans: [],
      words,
      originalModels: () => [],
    });
    if (answer.kind !== "plan") throw new Error("no plan");
    await development.tryFills(answer.plan, new Map(), migration, words);
    return undefined;
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return [error.code, error.message];
  } finally {
    await development.close();
  }
}

const tier = `CREATE TYPE "Tier" AS ENUM ('free', 'it''s')`;
const qualified = `CREATE TYPE "public"."user_tier" AS ENUM ('free', 'gold')`;
const tierOf = `CREATE FUNCTION tier_of(points int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN points > 3 THEN ''gold'' ELSE ''free'' END'`;
const points = [
  `CREATE TABLE points (id int REFERENCES "User", points int NOT NULL)`,
  "ALTER TABLE points ADD PRIMARY KEY (id)",
  `INSERT INTO points SELECT id, id FROM "User"`,
];
const ofKnown = (value: string) => `(SELECT ${value} FROM known p WHERE p.id = "User".id)`;
const ofPoints = ofKnown("tier_of(p.points)").replace("known", "points");

test.each<[string, readonly string[], string, string, (readonly [string, RegExp])?]>([
  ["an enum", [tier], '"Tier"', "'free'"],
  ["an enum in a subquery", [tier], '"Tier"', ofKnown(`CASE WHEN p.points > 3 THEN 'it''s' ELSE 'free' END::"Tier"`)],
  ["an enum in a column of text", [tier], "text", ofKnown(`('free'::"Tier")::text`)],
  ["no value of the enum", [tier], '"Tier"', "'paid'", ["LS2005", /"paid"\. The values that exist: free, it's$/]],
  ["an enum with its schema", [qualified], '"public"."user_tier"', ofKnown("'gold'::public.user_tier")],
  ["a list of it", [qualified], '"public"."user_tier"[]', "ARRAY[email]", ["LS2005", /is of type user_tier\[\]/]],
  ["NULL for an enum", [tier], '"Tier"', `nullif('free'::"Tier", 'free')`, ["LS2006", /NULL for 2 rows/]],
  ["a function", [tierOf], "text", "tier_of(id)"],
  ["a function in a subquery", [tierOf], "text", ofKnown("tier_of(p.points)")],
  [
    "another function",
    [tierOf],
    "text",
    "tier_of(id, email)",
    ["LS2005", /function tier_of\(integer, text\) does not/],
  ],
  ["a table with rows", [tierOf, ...points], "text", ofPoints],
  [
    "a table whose rows lack some",
    [tierOf, ...points.slice(0, 2), "INSERT INTO points VALUES (1, 1)"],
    "text",
    ofPoints,
    ["LS2006", /NULL for 1 row: id=5/],
  ],
  ["a table without a key", [tierOf, points[0]!, points[2]!], "text", ofPoints, ["LS2071", /several rows of "points"/]],
  ["a table without rows", [tierOf, ...points.slice(0, 2)], "text", ofPoints, ["LS2004", /needs its rows first/]],
  ["a function that is there already", [tierOf.replace("tier_of(points", "there(points")], "text", "there(id)"],
  // What the server refuses here, it refuses when the migration runs, and says so.
  ["a function that cannot be made", [tierOf.replace("LANGUAGE sql", "LANGUAGE unknown")], "text", "tier_of(id)"],
])("%s; nothing of it remains", async (_, made, type, sql, refusal) => {
  const answer = await tryFill(made, type, sql);
  expect(answer?.[0]).toBe(refusal?.[0]);
  if (refusal !== undefined) expect(answer?.[1]).toMatch(refusal[1]);
  const { rows } = await session.query(
    `SELECT to_regtype('"Tier"') AS enum, to_regtype('user_tier') AS other, to_regproc('tier_of') AS function, to_regclass('points') AS table`,
  );
  expect(rows).toEqual([{ enum: null, other: null, function: null, table: null }]);
});

test("no session of it holds a lock, or remains", async () => {
  const { rows } = await session.query(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  expect(rows).toEqual([]);
});
