import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { rehearsing } from "../../../core/src/postgresql/rehearsal/index.js";
import { statementApplication } from "../../../core/src/rehearsal/run/application.js";
import { runNaive, type WayRequest } from "../../../core/src/rehearsal/run/run-way.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { planOf } from "../../support/plan-fixture.js";

// Statements get values that find rows, the application of a stage sends them, and who waits for a migration is seen.

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createDatabase("traffic");
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const sql of [
    `CREATE TYPE state AS ENUM ('a', 'b')`,
    `CREATE TABLE "Team" (id serial PRIMARY KEY)`,
    `CREATE TABLE "User" (id bigserial PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, state state NOT NULL, tags text[] NOT NULL DEFAULT '{}',
       age int CHECK (age > 17), "teamId" int NOT NULL REFERENCES "Team", padding text)`,
    `INSERT INTO "Team" SELECT FROM generate_series(1, 10)`,
    `INSERT INTO "User" (email, state, age, "teamId", padding) SELECT 'user' || n || '@example.com', 'a', 18 + n % 50, 1 + n % 10, repeat('x', 60)
       FROM generate_series(1, 400000) n`,
    `VACUUM ANALYZE`,
  ])
    await client.query(sql);
  await client.end();
  connection = await connect(database.url, { applicationName: "test" });
});
afterAll(async () => {
  await connection?.close();
  await database?.drop();
});

const statement = (text: string, calls = 1) => ({ text, calls, meanMs: 1, rows: 1 });

it("finds values that fit: rows are found, and those that are added are taken", async () => {
  const texts = [
    `SELECT * FROM "User" WHERE id = $1`,
    `SELECT * FROM "User" u WHERE u.email = $1 AND u.state = $2 LIMIT $3`,
    `SELECT id FROM "User" WHERE id = ANY ($1)`,
    `SELECT id FROM "User" WHERE id IN ($1, $2) AND "teamId" = $3`,
    `INSERT INTO "User" (email, state, age, "teamId", tags) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    `UPDATE "User" SET age = $1 WHERE id = $2`,
  ];
  const { statements, leftOut } = await rehearsing.shapeTraffic(
    connection,
    [...texts, `SELECT * FROM gone WHERE id = $1`, `SELECT FROM WHERE`].map((text) => statement(text)),
    0,
  );
  expect(statements.map(({ text }) => text)).toEqual(texts);
  expect(leftOut).toEqual([
    { reason: "the stage refuses it (SQLSTATE 42P01)", statements: 1 },
    { reason: "it cannot be read", statements: 1 },
  ]);
  await connection.query("BEGIN");
  for (const { text, parameters } of statements) {
    const found: number[] = [];
    for (const values of parameters.slice(0, 40)) found.push((await connection.query(text, values)).rowCount);
    // Values of several columns need not be of one row.
    if (!text.includes("AND")) expect(Math.min(...found), text).toBeGreaterThan(0);
  }
  await connection.query("ROLLBACK");
  // What is added in another round collides with nothing of this one.
  const [other] = (await rehearsing.shapeTraffic(connection, [statement(texts[4]!)], 1)).statements;
  const emails = (list: readonly (readonly (string | null)[])[]) => list.map(([email]) => email);
  expect(new Set([...emails(statements[4]!.parameters), ...emails(other!.parameters)]).size).toBe(20_000);
});

it("sees who waits while a table is written again, and for how long", async () => {
  const plan = await planOf({ sql: `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();` });
  const sources = [
    statement(`SELECT * FROM "User" WHERE id = $1`, 3),
    statement(`UPDATE "User" SET age = age WHERE id = $1`),
  ];
  const { statements } = await rehearsing.shapeTraffic(connection, sources, 0);
  const request: WayRequest = {
    url: database.url,
    adminUrl: database.url,
    plan,
    rehearsing,
    explained: [],
    application: statementApplication(database.url, {
      plan,
      rehearsing,
      traffic: statements,
      sources,
      ask: (run) => run(connection),
    }),
    rate: 200,
    calmMs: 300,
    functions: new Map(),
    backfillOptions: {},
    hasReplica: false,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onRows: () => undefined,
  };
  const run = await runNaive(request, [plan.source.sql]);
  const [step, ...others] = run.steps;
  expect(others).toEqual([]);
  expect(step).toMatchObject({
    kind: "naive",
    title: `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid()`,
    observed: { held: "rewrite", locks: [{ table: { schema: "public", name: "User" }, mode: "ACCESS EXCLUSIVE" }] },
  });
  expect(step!.waits[0]).toMatchObject({ table: { name: "User" }, held: "ACCESS EXCLUSIVE" });
  // Everybody waited: whoever came when it began waited until its end.
  expect(step!.traffic!.longestMs).toBeGreaterThan(step!.durationMs / 2);
  expect(step!.traffic!.failed).toEqual([]);
  expect(run.before!.requests).toBeGreaterThan(20);
  expect(step!.walBytes).toBeGreaterThan(10_000_000);
});

it("goes through a migration of several statements, which holds its locks from the first to the last", async () => {
  const small = await createDatabase("traffic_several");
  const client = new pg.Client({ connectionString: small.url });
  try {
    await client.connect();
    await client.query(`CREATE TABLE "User" (id serial PRIMARY KEY, email text, age int)`);
    await client.query(`INSERT INTO "User" (email, age) SELECT 'user' || n, 1 FROM generate_series(1, 2000) n`);
    const sources = [statement(`SELECT * FROM "User" WHERE id = $1`)];
    const ask = async <T>(run: (session: Connection) => Promise<T>) => {
      const session = await connect(small.url, { applicationName: "test" });
      return run(session).finally(() => session.close());
    };
    const { statements: traffic } = await ask((session) => rehearsing.shapeTraffic(session, sources, 0));
    const plan = await planOf();
    const request: WayRequest = {
      url: small.url,
      adminUrl: small.url,
      plan,
      rehearsing,
      explained: [],
      application: statementApplication(small.url, { plan, rehearsing, traffic, sources, ask }),
      rate: 100,
      calmMs: 100,
      functions: new Map(),
      backfillOptions: {},
      hasReplica: false,
      signal: new AbortController().signal,
      onStep: () => undefined,
      onRows: () => undefined,
    };
    const run = await runNaive(request, [
      `ALTER TABLE "User" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid()`,
      `CREATE INDEX "User_token_idx" ON "User"("token")`,
      `CREATE UNIQUE INDEX "User_age_key" ON "User"("age")`,
      `DROP TABLE "User"`,
    ]);
    expect(
      run.steps.map(({ title, error, observed }) => [title.slice(0, 12), error?.slice(0, 5), observed?.locks]),
    ).toEqual([
      ["ALTER TABLE ", undefined, [{ table: { schema: "public", name: "User" }, mode: "ACCESS EXCLUSIVE" }]],
      ["CREATE INDEX", undefined, [{ table: { schema: "public", name: "User" }, mode: "ACCESS EXCLUSIVE" }]],
      // What it has locked is let go, and nothing comes after it.
      ["CREATE UNIQU", expect.any(String), undefined],
    ]);
    const { rows } = await client.query(`SELECT * FROM "User" LIMIT 1`);
    expect(Object.keys(rows[0])).toEqual(["id", "email", "age"]);
  } finally {
    await client.end();
    await small.drop();
  }
});
