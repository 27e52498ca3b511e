import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readFill } from "../../core/src/postgresql/fill/read.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { fileOf } from "../support/units.js";

// The trigger of a fill that looks at another table runs as whoever writes the row: what that role or the other table keeps from it
// leaves the row without a value, and never without the row.

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase("look_up");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`CREATE TABLE "Team" (id int PRIMARY KEY, plan text, found text); INSERT INTO "Team" VALUES (1, 'pro', 'x');
    CREATE TABLE "User" (id serial PRIMARY KEY, "teamId" int, email text);
    INSERT INTO "User" ("teamId") VALUES (1)`);
  const fill = await readFill(`(SELECT plan FROM "Team" WHERE id = "teamId" AND found IS NOT NULL)`, {
    kind: "backfill",
    source: "prisma/schema.prisma:14",
    table: { name: "User" },
    columns: ["id", "teamId", "email"],
    generatedColumns: [],
    newColumn: "plan",
    key: ["id"],
    lookedUp: async () => ({ columns: ["id", "plan", "found"], uniqueKeys: [["id"]] }),
  });
  await client.query(
    fileOf({ kind: "expand", table: { name: "User" }, columns: [{ name: "plan", type: "text", fill }] }),
  );
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const role = `look_up_${process.pid}`;
const cases: readonly { name: string; sql: string; plan: string | null }[] = [
  { name: "the row that it leads to", sql: "", plan: "pro" },
  { name: "no search path", sql: "SET LOCAL search_path = ''", plan: "pro" },
  {
    name: "a role that may not read the other table",
    sql: `CREATE ROLE ${role}; GRANT INSERT, SELECT ON "User" TO ${role}; GRANT USAGE ON SEQUENCE "User_id_seq" TO ${role}; SET LOCAL ROLE ${role}`,
    plan: null,
  },
  {
    name: "a policy that hides the row from it",
    sql: `CREATE ROLE ${role}; GRANT INSERT, SELECT ON "User", "Team" TO ${role}; GRANT USAGE ON SEQUENCE "User_id_seq" TO ${role};
      ALTER TABLE "Team" ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE ${role}`,
    plan: null,
  },
  { name: "another name for the column", sql: `ALTER TABLE "Team" RENAME plan TO tier`, plan: null },
  { name: "the table is gone", sql: `DROP TABLE "Team"`, plan: null },
  {
    name: "a key that is one no more",
    sql: `ALTER TABLE "Team" DROP CONSTRAINT "Team_pkey"; INSERT INTO "Team" VALUES (1, 'max', 'y')`,
    plan: null,
  },
];
it.each(cases)("a new row, and $name", async ({ sql, plan }) => {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    const insert = `INSERT INTO public."User" ("teamId") VALUES (1) RETURNING plan`;
    expect((await client.query(insert)).rows).toEqual([{ plan }]);
  } finally {
    await client.query("ROLLBACK");
  }
});

it("a row from before is left to the backfill, whatever changes of it", async () => {
  const { rows } = await client.query(`UPDATE "User" SET email = 'x' WHERE id = 1 RETURNING plan`);
  expect(rows).toEqual([{ plan: null }]);
});
