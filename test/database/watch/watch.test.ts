import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pauseBackfills } from "../../../core/src/cli/on-anomaly.js";
import type { Target } from "../../../core/src/cli/targets.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import type { BackfillSpec, Plan } from "../../../core/src/model/index.js";
import { probes } from "../../../core/src/operate/watch/probes/index.js";
import type { WatchContext } from "../../../core/src/operate/watch/probes/probe.js";
import {
  type Anomaly,
  type WatchEvent,
  type WatchOutcome,
  watchTarget,
} from "../../../core/src/operate/watch/watch-target.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { type PostgresServer, start } from "../../support/postgres.js";
import { type Replica, startReplica } from "../../support/replica.js";
import { openSession, type Session } from "../../support/sessions.js";
import { fillTable, makeTable, numbered, plan } from "../backfill/fixture.js";
import { startTraffic, type Traffic } from "./traffic.js";

// An application at work, watched: nothing is found while it is quiet, and each fault within two looks. What is measured is as real as it
// gets on a machine that does other things meanwhile; looks are half a second apart.

const everyMs = 500;
const baseline = 6;

let server: PostgresServer;
let db: Connection;
let traffic: Traffic;
let spec: BackfillSpec;
let endpoint: Server;
let health = 200;
let gauge = 7;

const step = { gate: "no-missing-values", table: { name: "User" }, column: "handle" } as const;
const planned = {
  id: plan,
  columns: [{ table: step.table, name: step.column }],
  gates: { switch: [step], contract: [step] },
} as unknown as Plan;

beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  db = await connect(server.url("postgres"), { applicationName: "test" });
  await db.query("CREATE EXTENSION pg_stat_statements");
  spec = await makeTable(db, { rows: numbered(100) });
  await db.query(
    `INSERT INTO "User" SELECT n, 'User' || n || '@example.org', 'note', NULL FROM generate_series(1000, 150000) n;
     CREATE INDEX "User_email_idx" ON "User" (email); CREATE FUNCTION slow(s float8) RETURNS text LANGUAGE sql AS 'SELECT ''''::text';
     ANALYZE "User"`,
  );
  await fillTable(server.url("postgres"), spec, { batch: { startRows: 5000 } });
  // As where the value is computed in the application.
  await db.query(`ALTER TABLE "User" DISABLE TRIGGER USER`);
  const table = (await readTable(db, step.table))!;
  await confirm(db, { plan, gate: "writers-aware", table, column: step.column }, "ada@example.org");
  traffic = await startTraffic(server.url("postgres"), 100);
  endpoint = createServer((request, response) => {
    response.statusCode = request.url?.startsWith("/api/v1/query") ? 200 : health;
    response.end(JSON.stringify({ data: { resultType: "scalar", result: [0, String(gauge)] } }));
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
}, 120_000);
afterAll(async () => {
  await traffic?.stop();
  endpoint?.close();
  await db?.close();
  await server?.stop();
});

function contextOf(more: Partial<WatchContext> = {}): WatchContext {
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  return {
    plan: planned,
    evidence: plan,
    target: "production",
    tables: [step.table],
    everyMs,
    measures: {
      http: { urlFrom: "CHECK_URL", url },
      prometheus: { urlFrom: "PROMETHEUS_URL", url, query: "up" },
    },
    services: [],
    writtenFrom: () => "expand",
    replicas: { ignored: [], urlsFrom: [] },
    env: {},
    clock: systemClock,
    now: () => new Date(),
    signal: new AbortController().signal,
    atEnd: () => undefined,
    ...more,
  };
}

/** Watches, with something done after so many looks. */
async function watch(
  looks: number,
  { after = baseline, act }: { after?: number; act?: () => unknown } = {},
  more: Partial<WatchContext> = {},
  watched: Pick<PostgresServer, "url"> = server,
): Promise<{ outcome: WatchOutcome; events: readonly WatchEvent[]; actedAt: number }> {
  const events: WatchEvent[] = [];
  const acting: unknown[] = [];
  /** The look that was the last one when what was done had taken effect: the next one may be under way. */
  let [last, actedAt] = [0, 0];
  const done = async () => {
    await act?.();
    actedAt = last;
  };
  const outcome = await watchTarget({
    context: contextOf(more),
    connect: () => connect(watched.url("postgres"), { applicationName: "lockstep watch", needsSession: false }),
    forMs: looks * (more.everyMs ?? everyMs),
    baseline,
    random: Math.random,
    on: (event) => {
      events.push(event);
      if (event.kind !== "looked") return;
      last = event.look;
      if (event.look === after) acting.push(done());
    },
  });
  await Promise.all(acting);
  return { outcome, events, actedAt };
}

const measureOf = (anomaly: Anomaly) => (anomaly.kind === "lost" ? "lost" : anomaly.measure);

it("finds nothing while nothing is wrong, and says what it does not see", async () => {
  const { outcome, events } = await watch(24);
  expect(outcome.anomalies, JSON.stringify([outcome.anomalies, events], null, 1)).toEqual([]);
  expect(Object.fromEntries(outcome.states.map(({ look, isLooking }) => [look, isLooking]))).toEqual({
    http: true,
    "lock-waits": true,
    "missing-values": true,
    prometheus: true,
    "replica-lag": false,
    statements: true,
    transactions: true,
  });
  expect(outcome.states.find(({ look }) => look === "replica-lag")?.needless).toEqual(["no replica is connected"]);
  expect(outcome.looks).toBeGreaterThan(20);
  expect(outcome.compared).toBeGreaterThanOrEqual(7);
});

describe("a fault is found within two looks", () => {
  let blocker: Session | undefined;
  const block = async (sql: string) => {
    blocker = await openSession(server.url("postgres"));
    await blocker.query(`BEGIN; ${sql}`);
  };
  const faults: readonly {
    readonly name: string;
    readonly measure: string;
    readonly subject?: RegExp;
    readonly detail?: RegExp;
    /** Sessions tell once a second what became of their transactions. */
    readonly everyMs?: number;
    /** How often it has been looked at so far, where that is not in every look. */
    readonly ownLooks?: () => Promise<number>;
    inject(): unknown;
    repair(): unknown;
  }[] = [
    {
      name: "a query that got slow",
      measure: "statement-time",
      subject: /^SELECT id, slow \(\?\) FROM "User"/,
      inject: () =>
        db.query(
          `CREATE OR REPLACE FUNCTION slow(s float8) RETURNS text LANGUAGE sql AS 'SELECT pg_sleep(0.06)::text'`,
        ),
      repair: () =>
        db.query(`CREATE OR REPLACE FUNCTION slow(s float8) RETURNS text LANGUAGE sql AS 'SELECT ''''::text'`),
    },
    {
      name: "an index that is gone",
      measure: "statement-time",
      subject: /WHERE email = \?/,
      inject: () => db.query(`DROP INDEX "User_email_idx"`),
      repair: () => db.query(`CREATE INDEX "User_email_idx" ON "User" (email)`),
    },
    {
      name: "a table that is locked",
      measure: "lock-wait",
      detail: /^‘.*"User".*’ has waited for .* s for \w+ on "User", behind pid \d+ \(.*idle in transaction\)/,
      inject: () => block(`LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`),
      repair: () => blocker?.end(),
    },
    {
      name: "a row that is locked",
      measure: "lock-wait",
      detail: /UPDATE "User" set note = \? WHERE id = \?’ has waited for/,
      inject: () => block(`SELECT FROM "User" WHERE id = 7 FOR UPDATE`),
      repair: () => blocker?.end(),
    },
    {
      name: "statements that fail",
      measure: "failed-transactions",
      everyMs: 1000,
      inject: () => traffic.fail(0.5),
      repair: () => traffic.fail(0),
    },
    {
      name: "an endpoint that answers with 500",
      measure: "http-failures",
      subject: /^CHECK_URL$/,
      detail: /^the check of CHECK_URL answers with 500$/,
      inject: () => {
        health = 500;
      },
      repair: () => {
        health = 200;
      },
    },
    {
      name: "a figure of monitoring that rises",
      measure: "prometheus",
      inject: () => {
        gauge = 20;
      },
      repair: () => {
        gauge = 7;
      },
    },
    {
      name: "a row without a value",
      measure: "missing-values",
      // The table is read for a twentieth of the time at most: how soon the next time comes is the machine's affair.
      ownLooks: async () => {
        const { rows } = await db.query<{ calls: number }>(
          "SELECT coalesce(sum(calls), 0)::float8 AS calls FROM pg_stat_statements WHERE query LIKE '% AS sample,%'",
        );
        return rows[0]!.calls;
      },
      subject: /^"User"."handle"$/,
      detail: /^for example id=900001$/,
      inject: () => db.query(`INSERT INTO "User" (id, email) VALUES (900001, 'new@example.org')`),
      repair: () => db.query(`DELETE FROM "User" WHERE id = 900001`),
    },
  ];

  it.each(faults)(
    "$name",
    async ({ inject, repair, measure, subject, detail, ownLooks, everyMs: slower = everyMs }) => {
      try {
        let looksBefore = 0;
        const { outcome, events, actedAt } = await watch(
          baseline + (ownLooks === undefined ? 12 : 600),
          {
            after: baseline + 1,
            act: async () => {
              await inject();
              looksBefore = (await ownLooks?.()) ?? 0;
            },
          },
          { everyMs: slower },
        );
        const told = JSON.stringify([outcome, events.slice(-8)], null, 1);
        expect(outcome.anomalies.map(measureOf), told).toContain(measure);
        if (ownLooks === undefined) expect(outcome.looks, told).toBeLessThanOrEqual(actedAt + 1 + 2);
        else {
          // One may have been under way, and the next one finds it.
          const own = (await ownLooks()) - looksBefore;
          expect(own, told).toBeGreaterThanOrEqual(1);
          expect(own, told).toBeLessThanOrEqual(2);
        }
        const found = outcome.anomalies.find((anomaly) => measureOf(anomaly) === measure)!;
        if (subject !== undefined) expect(found).toMatchObject({ subject: expect.stringMatching(subject) });
        if (detail !== undefined) expect(found).toMatchObject({ detail: expect.stringMatching(detail) });
        expect(told).not.toMatch(/@example\.org/);
      } finally {
        await repair();
        await traffic.settled();
      }
    },
  );

  it("a lock that stands while the baseline is taken, and the backfill is paused all the same", async () => {
    await db.query("UPDATE lockstep.backfills SET status = 'running'");
    await block(`LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`);
    try {
      // Nobody notices it before somebody waits for it.
      await systemClock.sleep(2 * everyMs);
      const { outcome } = await watch(baseline, {});
      expect(outcome.anomalies.map(measureOf), JSON.stringify(outcome)).toContain("lock-wait");
      expect(outcome.looks).toBeLessThan(baseline);
      const begunMs = systemClock.now();
      const targets = [{ name: "production", url: server.url("postgres") }] as unknown as readonly Target[];
      const backfills = { ...planned, backfills: [spec] } as unknown as Plan;
      expect(await pauseBackfills(backfills, targets, outcome.anomalies[0]!, { env: {} })).toMatchObject([
        { isPaused: true, reaction: { text: 'production: the backfill of "User" is paused' } },
      ]);
      expect(systemClock.now() - begunMs).toBeLessThan(4000);
    } finally {
      await blocker?.end();
      await db.query("UPDATE lockstep.backfills SET status = 'done'");
      await traffic.settled();
    }
  });

  it("a replica that falls behind", async () => {
    let replica: Replica | undefined = await startReplica(server.url("postgres"), "standby1");
    try {
      const { outcome } = await watch(baseline + 12, {
        after: baseline + 1,
        act: () => db.query("CREATE TABLE ballast AS SELECT repeat('x', 800) AS x FROM generate_series(1, 90000)"),
      });
      // So much at once holds up others, too.
      expect(outcome.anomalies).toContainEqual(
        expect.objectContaining({ measure: "replica-bytes", subject: "standby1", unit: "bytes" }),
      );
    } finally {
      await replica?.stop();
      replica = undefined;
      await db.query("DROP TABLE IF EXISTS ballast");
    }
  });

  it("a replica that replays nothing any more, however little is written", async () => {
    const primary = await start();
    const standby = await start({ replicaOf: { server: primary, name: "standby2" } });
    const [writer, replica] = await Promise.all(
      [primary, standby].map((each) => connect(each.url("postgres"), { applicationName: "test" })),
    );
    const writing = new AbortController();
    try {
      await writer!.query("CREATE TABLE note (at timestamptz)");
      const written = (async () => {
        while (!writing.signal.aborted) {
          await writer!.query("INSERT INTO note VALUES (now())");
          await systemClock.sleep(100, writing.signal);
        }
      })();
      const { outcome } = await watch(
        baseline + 100,
        { after: baseline + 1, act: () => replica!.query("SELECT pg_wal_replay_pause()") },
        {},
        primary,
      );
      writing.abort();
      await written;
      expect(outcome.anomalies, JSON.stringify(outcome)).toMatchObject([
        { measure: "replica-time", subject: "standby2", unit: "ms" },
      ]);
    } finally {
      writing.abort();
      await Promise.all([writer?.close(), replica?.close()]);
      await standby.stop();
      await primary.stop();
    }
  });
});

describe("what cannot be looked at", () => {
  it("goes on over a connection that was lost, and says both", async () => {
    const { outcome, events } = await watch(baseline + 6, {
      after: baseline,
      act: () =>
        db.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockstep watch'"),
    });
    expect(outcome.anomalies).toEqual([]);
    expect(events.map(({ kind }) => kind).filter((kind) => kind === "lost" || kind === "back")).toEqual([
      "lost",
      "back",
    ]);
  });

  it("is an anomaly where nobody comes back", async () => {
    const gone = await start();
    try {
      const { outcome, events } = await watch(
        baseline + 100,
        { after: baseline, act: () => gone.crash() },
        { measures: {} },
        gone,
      );
      expect(outcome.anomalies.map(measureOf), JSON.stringify(events)).toEqual(["lost"]);
      expect(outcome.anomalies[0]).toMatchObject({ detail: expect.stringContaining("ECONNREFUSED") });
    } finally {
      await gone.stop();
    }
  });

  it("is said with what to grant, and nothing at all is an error", async () => {
    await db.query("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN");
    const events: WatchEvent[] = [];
    try {
      await expect(
        watchTarget({
          context: contextOf({ measures: {} }),
          connect: () => connect(server.url("postgres", "reader"), { applicationName: "lockstep watch" }),
          forMs: 10_000,
          baseline,
          random: Math.random,
          probes: probes.filter(({ id }) => ["statements", "http", "prometheus", "missing-values"].includes(id)),
          on: (event) => events.push(event),
        }),
      ).rejects.toMatchObject({
        code: "LS6601",
        message: expect.stringMatching(
          /cannot see the statements of other roles: GRANT pg_read_all_stats TO "?reader"?/,
        ),
      });
      expect(events).toEqual([]);
    } finally {
      await db.query("DROP ROLE reader");
    }
  });
});
