import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { keepBaselines } from "../../../core/src/gates/reads/keep-baseline.js";
import type { Plan } from "../../../core/src/model/index.js";
import statements from "../../../core/src/operate/watch/probes/statements.js";
import { type WatchOutcome, watchTarget } from "../../../core/src/operate/watch/watch-target.js";
import { type PostgresServer, start } from "../../support/postgres.js";
import { makeTable, numbered, plan } from "../backfill/fixture.js";

// What is slow from the first look on, as after a deployment that nobody watched: the ledger knows what it took before the phase was
// released. The application reads as often as it is told to, so that only what is compared decides.

const column = { table: { name: "User" }, name: "handle" };
const planned = {
  id: plan,
  columns: [column],
  gates: { switch: [], contract: [{ gate: "reads-steady", table: column.table, column: column.name }] },
} as unknown as Plan;

let server: PostgresServer;
let db: Connection;
let app: pg.Client;

const former = `SELECT id, slow($1) FROM "User" WHERE email = $2`;
const read = former.replace("id,", "id, handle,");
const other = `SELECT note, slow($1) FROM "User" WHERE email = $2 AND id >= 0`;
const run = async (sql: string, times: number) => {
  for (let at = 0; at < times; at++) await app.query(sql, [0, `U${at % 100}@x.io`]);
};
const takes = (ms: number) =>
  db.query(
    `CREATE OR REPLACE FUNCTION slow(s float8) RETURNS text LANGUAGE sql AS 'SELECT pg_sleep(${ms / 1000})::text'`,
  );

beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  db = await connect(server.url("postgres"), { applicationName: "test" });
  await db.query("CREATE EXTENSION pg_stat_statements");
  await makeTable(db, { rows: numbered(100) });
  app = new pg.Client({ connectionString: server.url("postgres"), application_name: "shop" });
  await app.connect();
  await takes(0);
  const keep = (phase: "expand" | "switch") => keepBaselines(db, planned, { phase, evidence: plan, isRelease: true });
  await run(former, 5);
  await keep("expand");
  for (const sql of [former, other]) await run(sql, 150);
  await keep("switch");
  await takes(40);
}, 120_000);
afterAll(async () => {
  await app?.end();
  await db?.close();
  await server?.stop();
});

/** Watches without ever having a baseline of its own, while the application reads between two looks. */
async function watch(sql: string, evidence = plan, role?: string): Promise<WatchOutcome> {
  const reading: Promise<unknown>[] = [];
  const outcome = await watchTarget({
    context: {
      plan: planned,
      evidence,
      target: "production",
      tables: [column.table],
      everyMs: 500,
      measures: {},
      services: [],
      writtenFrom: () => "expand",
      replicas: { ignored: [], urlsFrom: [] },
      env: {},
      clock: systemClock,
      now: () => new Date(),
      signal: new AbortController().signal,
      atEnd: () => undefined,
    },
    connect: () => connect(server.url("postgres", role), { applicationName: "lockstep watch" }),
    forMs: 8 * 500,
    baseline: 100,
    random: Math.random,
    probes: [statements],
    on: (event) => {
      if (event.kind === "began" || event.kind === "looked") reading.push(Promise.all(reading).then(() => run(sql, 6)));
    },
  });
  await Promise.all(reading);
  return outcome;
}

it("a read of the column is compared with the statement that it came from", async () => {
  await run(read, 1);
  const { anomalies, compared } = await watch(read);
  expect(compared).toBe(1);
  expect(anomalies).toMatchObject([
    {
      measure: "statement-time",
      subject: 'SELECT id, handle, slow (?) FROM "User" WHERE email = ?',
      baseline: expect.any(Number),
      value: expect.any(Number),
    },
  ]);
  const [anomaly] = anomalies as readonly { readonly baseline: number; readonly value: number }[];
  expect(anomaly!.baseline).toBeLessThan(anomaly!.value / 3);
});

it("any other statement with itself", async () => {
  const { anomalies } = await watch(other);
  expect(anomalies).toMatchObject([{ subject: 'SELECT note, slow (?) FROM "User" WHERE email = ? AND id >= ?' }]);
});

it("where nothing was kept for the plan, what was slow from the beginning is not found", async () => {
  const { anomalies, compared, looks } = await watch(read, "another plan");
  expect(anomalies).toEqual([]);
  expect(compared).toBe(0);
  expect(looks).toBeGreaterThan(1);
});

it("who may not read the ledger watches all the same, without it", async () => {
  await db.query(`CREATE ROLE watcher LOGIN; GRANT pg_read_all_stats TO watcher; GRANT SELECT ON "User" TO watcher`);
  const { anomalies, states, compared } = await watch(read, plan, "watcher");
  expect(states).toEqual([{ look: "statements", isLooking: true, blind: [], needless: [] }]);
  expect(anomalies).toEqual([]);
  expect(compared).toBe(0);
});
