import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../../core/src/backfill/events.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../../core/src/model/index.js";
import { type PostgresServer, start } from "../../../support/postgres.js";
import { errorOf, fillTable, makeTable, open, scalar, until } from "../fixture.js";

/** A primary of its own: what other tests write would be the lag of this replica, too. */
describe("a streaming replica", () => {
  let primary: PostgresServer;
  let replica: PostgresServer;
  let db: Connection;
  let standby: Connection;
  beforeAll(async () => {
    primary = await start({ settings: { max_wal_senders: 5, wal_keep_size: "2GB", max_wal_size: "2GB" } });
    replica = await start({ replicaOf: { server: primary, name: "reports" } });
    db = await open(primary.url());
    standby = await open(replica.url());
    await until(async () => (await lag()) < 10_000, "it streams");
  });
  afterAll(async () => {
    await standby?.close();
    await db?.close();
    await replica?.stop();
    await primary?.stop();
  });

  const lag = async () =>
    Number(
      (await scalar<string | null>(
        db,
        "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) FROM pg_stat_replication WHERE application_name = 'reports'",
      )) ?? Number.NaN,
    );
  const rows = 60_000;
  let spec: BackfillSpec;
  beforeEach(async () => {
    await standby.query("SELECT pg_wal_replay_resume()");
    await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`);
    spec = await makeTable(db);
    await db.query(`ALTER TABLE "User" DISABLE TRIGGER USER;
      INSERT INTO "User" (id, email, note) SELECT n, 'U' || n || '@x.io', repeat('x', 400) FROM generate_series(1, ${rows}) n;
      ALTER TABLE "User" ENABLE TRIGGER USER`);
    await db.query('VACUUM ANALYZE "User"');
    await until(async () => (await lag()) < 10_000, "it has caught up");
  });

  it("holds a run without any option while it falls behind, and lets it go on", async () => {
    await standby.query("SELECT pg_wal_replay_pause()");
    const waits: Extract<BackfillEvent, { kind: "waiting" }>[] = [];
    const run = fillTable(primary.url(), spec, {
      batch: { startRows: 1000, minRows: 1000, maxRows: 1000 },
      onEvent: (event) => void (event.kind === "waiting" && waits.push(event)),
    });
    await until(() => waits.length > 10, "it waits");
    const behind = await lag();
    expect(waits[0]).toMatchObject({ signal: "replica-lag" });
    expect(waits[0]!.reason).toMatch(/^the replica reports is 3\d MB behind, limit 32 MB$/);
    const wal = await scalar<string>(db, "SELECT pg_current_wal_lsn()");
    await until(() => waits.length > 30, "it waits on");
    // Nothing is written meanwhile but what the run tells the ledger. A batch of 1000 rows is about 1 MB.
    expect(Number(await scalar(db, `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '${wal}')`))).toBeLessThan(2 ** 20);
    expect(behind).toBeLessThan(34.5 * 2 ** 20);
    await standby.query("SELECT pg_wal_replay_resume()");
    const { status, filled, events } = await run;
    expect({ status, filled }).toEqual({ status: "done", filled: rows });
    expect(events.filter(({ kind }) => kind === "released").length).toBeGreaterThan(0);
  });

  /** Runs with the replica stopped; lets it go at the second wait. */
  async function whileStopped(options: Readonly<Record<string, string>>, letGo?: () => unknown) {
    await standby.query("SELECT pg_wal_replay_pause()");
    let waits = 0;
    const { events, status } = await fillTable(primary.url(), spec, {
      batch: { startRows: 10_000, minRows: 1000, maxRows: 10_000 },
      options,
      onEvent: (event) => void (event.kind === "waiting" && ++waits === 2 && letGo?.()),
    });
    expect(status).toBe("done");
    const reason = events.find((event) => event.kind === "waiting")?.reason;
    return { reason, blind: events.flatMap((event) => (event.kind === "blind" ? [event.reason] : [])) };
  }
  const resume = () => standby.query("SELECT pg_wal_replay_resume()");
  const writeWal = (megabytes: number) =>
    db.query(
      `SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)) FROM generate_series(1, ${megabytes})`,
    );

  it.each([
    ["one that is named to be left out", { ignoreReplica: "other,reports" }, []],
    [
      "one that is not among those to watch",
      { watchReplica: "other" },
      ["the replica other is not connected, so its lag is unknown"],
    ],
    ["one within the limit", { maxReplicaLag: "1GB" }, []],
  ])("does not wait for %s", async (_, options, blind) => {
    expect(await whileStopped(options)).toEqual({ reason: undefined, blind });
  });

  it("names the option that leaves one out that was as far behind when the run began", async () => {
    await standby.query("SELECT pg_wal_replay_pause()");
    await writeWal(60);
    const { reason } = await whileStopped({}, resume);
    expect(reason).toMatch(
      /^the replica reports is \d+ MB behind, limit 32 MB\. It was when the run began: if that is on purpose, --ignore-replica reports leaves it out$/,
    );
  });

  it("waits for one that is late", async () => {
    const { reason } = await whileStopped({ maxReplicaLag: "1GB", maxReplicaDelay: "800ms", pauseMs: "400" }, resume);
    expect(reason).toMatch(/^the replica reports is (\d+ ms|[1-3](\.\d)? s) behind, limit 800 ms$/);
  });

  it("asks one whose URL a variable holds, and never shows the URL", async () => {
    const run = (env: Record<string, string>) =>
      fillTable(primary.url(), spec, { options: { replicaUrlFrom: "REPORTS_URL" }, env });
    expect((await run({ REPORTS_URL: replica.url() })).status).toBe("done");
    const refused = async (env: Record<string, string>) => {
      await db.query("DROP SCHEMA lockstep CASCADE");
      return errorOf(run(env));
    };
    expect(await refused({})).toMatchObject({ code: "LS8003" });
    expect(await refused({ REPORTS_URL: primary.url() })).toMatchObject({ code: "LS8002" });
    const error = await refused({ REPORTS_URL: "postgresql://me:secret@127.0.0.1:1/x" });
    expect(error.code).toBe("LS8004");
    // A code of the socket would be a reason to connect to the target again.
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain("secret");
  });
});
