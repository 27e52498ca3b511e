import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeFiles } from "../../../core/src/base/files/write-files.js";
import { connect } from "../../../core/src/databases/connect.js";
import { readStats, type Stats, statsChange, statsOf } from "../../../core/src/dialect/stats/stats-file.js";
import { statistics } from "../../../core/src/postgresql/statistics/index.js";
import { type PostgresServer, start } from "../../support/postgres.js";
import { until } from "../../support/sessions.js";

// Statistics of a server where an application runs: what is kept tells sizes and shapes, and no value.

let server: PostgresServer;
const secret = "s3cret-value";

beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  for (const sql of [
    "CREATE EXTENSION pg_stat_statements",
    `CREATE TABLE "User" (id int PRIMARY KEY, email text NOT NULL, "referredBy" int REFERENCES "User", amount numeric(10, 2))`,
    `INSERT INTO "User" SELECT n, '${secret}' || n, CASE WHEN n % 4 = 0 THEN 7 END, 1 FROM generate_series(1, 4000) n`,
    "CREATE TABLE never_analysed (a int)",
    "ALTER TABLE never_analysed SET (autovacuum_enabled = false)",
    "ANALYZE",
    `CREATE ROLE reader LOGIN; GRANT SELECT ON "User" TO reader`,
    "SELECT pg_stat_statements_reset()",
    `SELECT * FROM "User" WHERE email = '${secret}1' /* request of ${secret} */`,
    `SELECT amount::numeric(10, 2) FROM "User" WHERE id = 5`,
    `UPDATE "User" SET email = '${secret}x' WHERE id IN (1, 2)`,
    `COMMENT ON TABLE "User" IS '${secret}'`,
    `SELECT 1 FROM pg_class WHERE relname = '${secret}'`,
  ])
    await client.query(sql);
  for (let call = 0; call < 20; call++) await client.query(`SELECT * FROM "User" WHERE email = $1`, [secret]);
  // Before 15, a collector of its own counts, and says so half a second later.
  await until(
    "the server has counted",
    async () => (await client.query("SELECT sum(n_tup_ins) = 4000 AS known FROM pg_stat_user_tables")).rows[0].known,
  );
  await client.end();
});
afterAll(() => server?.stop());

async function pull(url: string) {
  const connection = await connect(url, { applicationName: "test", needsSession: false });
  return statistics.pull(connection).finally(() => connection.close());
}

it("tells of tables, columns and statements, and no value of any", async () => {
  const stats = await pull(server.url());
  const user = statsOf(stats, { name: "User" })!;
  expect(user).toMatchObject({ schema: "public", kind: "table", rows: 4000, writes: { inserted: 4000 } });
  expect(user.columns).toMatchObject({
    id: { type: "integer", distinct: -1, range: ["1", "4000"], nulls: 0 },
    email: { type: "text", distinct: -1 },
    referredBy: { nulls: 0.75, distinct: 1, common: [0.25] },
    amount: { type: "numeric(10,2)", common: [1] },
  });
  expect(user.columns.email).not.toHaveProperty("range");
  expect(stats.statements.map(({ text }) => text)).toEqual([
    `SELECT * FROM "User" WHERE email = $1`,
    `SELECT amount::numeric(10, 2) FROM "User" WHERE id = $1`,
    expect.stringMatching(/^UPDATE "User" SET email = \$1 WHERE id IN \( ?\$2/) as string,
  ]);
  expect(stats.statements[0]!.calls).toBeGreaterThanOrEqual(20);
  expect(stats.blind).toEqual([]);
  expect(JSON.stringify(stats)).not.toContain(secret);
});

it("says what an account may not see", async () => {
  const stats = await pull(server.url("postgres", "reader"));
  expect(stats.blind.map(({ what }) => what)).toEqual(["statements", "replicas"]);
  expect(stats.statements).toEqual([]);
  expect(statsOf(stats, { name: "User" })?.columns.id?.distinct).toBe(-1);
});

it("is the same when it is read again, a column a line; a file that is none is refused", async () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-stats-"));
  try {
    const stats: Stats = {
      schemaVersion: 1,
      target: "production",
      dialect: "postgresql",
      ...(await pull(server.url())),
    };
    writeFiles(root, [statsChange(root, stats)]);
    expect(readStats(root)).toEqual(stats);
    expect(statsChange(root, stats).before).toBe(statsChange(root, stats).after);
    expect(statsChange(root, stats).after).toMatch(/^ {6}"email": \{.*\},?$/m);
    for (const text of ["{", `{"schemaVersion": 2}`]) {
      writeFileSync(join(root, "lockstep/stats.json"), text);
      expect(() => readStats(root)).toThrow("lockstep/stats.json cannot be read");
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
