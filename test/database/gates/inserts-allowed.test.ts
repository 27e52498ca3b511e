import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { GateAnswer } from "../../../core/src/gates/gate.js";
import gate from "../../../core/src/gates/inserts-allowed.js";
import type { PlannedColumn } from "../../../core/src/model/index.js";
import { mayRefuseInserts } from "../../../core/src/sql/session-value.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { open, plan } from "../backfill/fixture.js";

// Two applications write the table with roles of their own, and a third only reads it.

let database: TestDatabase;
let db: Connection;
let name: string;
beforeAll(async () => {
  database = await createDatabase("inserts");
  db = await open(database.url);
  name = new URL(database.url).pathname.slice(1);
  await db.query(
    `CREATE ROLE ${name}_app LOGIN; CREATE ROLE ${name}_jobs LOGIN; CREATE ROLE ${name}_reads LOGIN; CREATE TABLE "User" (id int PRIMARY KEY, email text);
     GRANT INSERT ON "User" TO ${name}_app; GRANT INSERT (id, email) ON "User" TO ${name}_jobs; GRANT SELECT ON "User" TO ${name}_reads;
     CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$; CREATE SEQUENCE shared`,
  );
});
const roles = ["app", "jobs", "reads"] as const;
afterAll(async () => {
  await db?.query(roles.map((role) => `DROP OWNED BY ${name}_${role}; DROP ROLE ${name}_${role}`).join("; "));
  await db?.close();
  await database?.drop();
});
beforeEach(async () => {
  await db.query(
    `DROP SCHEMA IF EXISTS lockstep CASCADE; REVOKE ALL ON FUNCTION next_code() FROM PUBLIC, ${name}_app, ${name}_jobs; REVOKE ALL ON SEQUENCE shared FROM ${name}_app;
     ${roles.map((role) => `ALTER ROLE ${name}_${role} RESET ALL`).join("; ")}; ALTER DATABASE ${name} RESET ALL`,
  );
});

const table = { name: "User" };
const step = { gate: "inserts-allowed", table, column: "tenant" };
/** On a session of its own, as a deployment has: ALTER ROLE … SET makes the setting known in the session that runs it. */
async function ask(
  defaultSql: string,
  more: Partial<PlannedColumn> = {},
  makers: readonly string[] = [],
): Promise<GateAnswer> {
  const connection = await open(database.url);
  try {
    return await gate.ask(step, {
      plan,
      target: "production",
      connection,
      units: { applied: [], failed: [], pending: ["1"] },
      deploy: "npx prisma migrate deploy",
      recover: () => "",
      makers,
      columns: [{ table, name: "tenant", type: "text", defaultSql, ...more } as PlannedColumn],
    });
  } finally {
    await connection.close();
  }
}
const setting = "current_setting('app.tenant')";

it.each([
  { what: "a setting that no session has", sql: setting, fails: /plain session of \w+_app and 1 more: .*"app.tenant"/ },
  {
    what: "a setting of one role",
    sql: setting,
    before: () => `ALTER ROLE ${name}_app SET app.tenant = 'eu'`,
    fails: /plain session of \w+_jobs: .*"app.tenant"/,
  },
  {
    what: "a setting of the database",
    sql: setting,
    before: () => `ALTER DATABASE ${name} SET app.tenant = 'eu'`,
  },
  { what: "a missing setting with a fallback", sql: "coalesce(current_setting('app.tenant', true), 'none')" },
  {
    what: "a function that only one role may execute",
    sql: "public.next_code()",
    before: () => `GRANT EXECUTE ON FUNCTION next_code() TO ${name}_app`,
    fails: /of \w+_jobs: permission denied for function next_code/,
  },
  {
    what: "a function that all may execute",
    sql: "public.next_code()",
    before: () => "GRANT EXECUTE ON FUNCTION next_code() TO PUBLIC",
  },
  {
    what: "a sequence that one role may use",
    sql: "nextval('shared')",
    type: "bigint",
    before: () => `GRANT USAGE ON SEQUENCE shared TO ${name}_app`,
    fails: /of \w+_jobs: permission denied for sequence 'shared'/,
  },
  {
    what: "a function without its schema",
    sql: "next_code()",
    fails: /of \w+_app and 1 more: permission denied for function next_code/,
  },
  { what: "a function that the deployment makes", sql: "public.made_later()" },
])("$what", async ({ sql, before, fails, type = "text" }) => {
  if (before !== undefined) await db.query(before());
  expect(mayRefuseInserts({ defaultSql: sql }, "postgresql")).toBe(!sql.includes("coalesce"));
  const answer = await ask(sql, { type });
  if (fails === undefined) expect(answer).toMatchObject({ isOpen: true });
  else
    expect(answer).toMatchObject({ isOpen: false, needsConfirmation: true, statement: expect.stringMatching(fails) });
  // Nothing is left of it.
  const { rows } = await db.query("SELECT 1 FROM pg_class WHERE relname = 'lockstep_try_default'");
  expect(rows).toEqual([]);
  expect((await db.query("SELECT last_value, is_called FROM shared")).rows).toEqual([
    { last_value: "1", is_called: false },
  ]);
});

it.each([
  [
    "its default is NULL there",
    "nullif(public.next_code(), 'a')",
    /of \w+_app and 1 more: it is NULL there, and the column is required/,
  ],
  ["its default lacks a setting there", setting, /_app: unrecognized configuration parameter/],
])("reports that the migration of a required column would fail: %s", async (_, sql, says) => {
  await db.query(`GRANT EXECUTE ON FUNCTION next_code() TO PUBLIC; ALTER ROLE ${name}_jobs SET app.tenant = 'eu'`);
  const answer = await ask(sql, { notNull: true });
  expect(answer).toMatchObject({ isOpen: false, statement: expect.stringMatching(says) });
  expect(answer.statement).toMatch(/The migration evaluates it as \w+ for the rows that exist, so it would fail$/);
  // Of a column that is filled it is set after the column was added.
  const compute = { function: "codes", reads: [] };
  const filled = { notNull: true, isRelaxed: true, compute } as unknown as Partial<PlannedColumn>;
  expect((await ask(sql, filled)).statement).not.toContain("The migration");
});

it("tries a function that the same deployment makes as it will be", async () => {
  const make = (sql: string) => [`CREATE FUNCTION made_later() RETURNS text LANGUAGE sql AS $$ SELECT ${sql} $$`];
  expect(await ask("made_later()", {}, make("'a'::text"))).toMatchObject({
    isOpen: true,
    statement: expect.stringContaining("works in a plain session for"),
  });
  expect(await ask("made_later()", {}, make(setting))).toMatchObject({
    isOpen: false,
    statement: expect.stringMatching(/unrecognized configuration parameter/),
  });
});

it("a setting that only the deploying role has is none of the application's", async () => {
  const { rows } = await db.query<{ own: string }>("SELECT current_user AS own");
  const own = rows[0]!.own;
  await db.query(`ALTER ROLE "${own}" IN DATABASE ${name} SET app.tenant = 'eu'`);
  try {
    expect(await ask(setting)).toMatchObject({
      isOpen: false,
      statement: expect.stringContaining(`set for the role ${own} only`),
    });
  } finally {
    await db.query(`ALTER ROLE "${own}" IN DATABASE ${name} RESET ALL`);
  }
});

it("is open once somebody has confirmed that every session sets it", async () => {
  const facts = (await readTable(db, table))!;
  await confirm(db, { plan, gate: "inserts-allowed", table: facts, column: "tenant" }, "ada@example.org");
  expect(await ask(setting)).toMatchObject({
    isOpen: true,
    statement: expect.stringMatching(/^ada@example.org confirmed/),
  });
});
