/** What a primary of its own tells: slots, archiving, dead rows, and what a role may not see. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../../core/src/backfill/events.js";
import { resolveRunSettings } from "../../../../core/src/backfill/input.js";
import { Pacing } from "../../../../core/src/backfill/pacing.js";
import type { BackfillSession } from "../../../../core/src/backfill/session.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../../core/src/model/index.js";
import { readTable } from "../../../../core/src/target/facts/table.js";
import { changeControl } from "../../../../core/src/target/ledger/control.js";
import { type PostgresServer, start } from "../../../support/postgres.js";
import { type Replica, startReplica } from "../../../support/replica.js";
import { fillTable, makeTable, numbered, open, plan, scalar, until } from "../fixture.js";

describe("a primary", () => {
  let server: PostgresServer;
  let db: Connection;
  let spec: BackfillSpec;
  const broken = () => join(server.dataDir, "archive_is_broken");
  beforeAll(async () => {
    server = await start({
      settings: {
        max_slot_wal_keep_size: "64MB",
        min_wal_size: "32MB",
        max_wal_size: "32MB",
        wal_level: "logical",
        archive_mode: "on",
        archive_command: "test ! -f archive_is_broken",
        autovacuum_naptime: "1s",
        autovacuum_vacuum_cost_delay: 0,
      },
    });
    db = await open(server.url());
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    await db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`);
    spec = await makeTable(db, { rows: numbered(100) });
  });

  /** Runs it, lets it go at the second wait; what it said first, and what it could not see. */
  async function held(options: Readonly<Record<string, string>>, letGo: () => unknown, url = server.url()) {
    let waits = 0;
    const { events, status } = await fillTable(url, spec, {
      options,
      onEvent(event) {
        if (event.kind === "waiting" && ++waits === 2) letGo();
      },
    });
    expect(status).toBe("done");
    const first = events.find((event) => event.kind === "waiting");
    const blind = events.flatMap((event) => (event.kind === "blind" ? [`${event.signal}: ${event.reason}`] : []));
    return { first: first && `${first.signal}: ${first.reason}`, blind, events };
  }
  const writeWal = (megabytes: number) =>
    db.query(
      `SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)) FROM generate_series(1, ${megabytes})`,
    );

  it("waits for a slot that is about to lose WAL, and names it", async () => {
    await db.query("SELECT pg_create_physical_replication_slot('sleepy', true)");
    await writeWal(50);
    const { first } = await held({}, () => db.query("SELECT pg_drop_replication_slot('sleepy')"));
    expect(first).toMatch(
      /^slots: the replication slot sleepy loses WAL after \d+ MB more, limit 32 MB; it has no consumer, SELECT pg_drop_replication_slot\('sleepy'\) drops it$/,
    );
  });

  it("goes on beside a slot that nobody reads and no limit bounds, and says so once", async () => {
    const unbounded = await start();
    const own = await open(unbounded.url());
    try {
      await own.query("SELECT pg_create_physical_replication_slot('forgotten', true)");
      const small = await makeTable(own, { rows: numbered(40) });
      const { events } = await fillTable(unbounded.url(), small);
      expect(events.flatMap((event) => (event.kind === "notice" ? [event.message] : []))).toEqual([
        expect.stringMatching(
          /^the replication slot forgotten has no consumer: it keeps [\d.]+ (bytes|kB|MB), and what the run writes\. max_slot_wal_keep_size sets no limit; if it is not needed: SELECT pg_drop_replication_slot\('forgotten'\)$/,
        ),
      ]);
    } finally {
      await own.close();
      await unbounded.stop();
    }
  });

  it("goes on beside a slot that had lost its WAL before, and says so", async () => {
    await db.query("SELECT pg_create_physical_replication_slot('dead', true)");
    for (let round = 0; round < 8; round++) {
      await writeWal(20);
      await db.query("CHECKPOINT");
    }
    expect(await scalar(db, "SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'dead'")).toBe("lost");
    const { first, blind } = await held({}, () => undefined);
    await db.query("SELECT pg_drop_replication_slot('dead')");
    expect(first).toBeUndefined();
    expect(blind).toEqual(["slots: the replication slot dead had lost its WAL before the run began"]);
  });

  it("waits for who reads changes row by row only when it is named", async () => {
    await db.query("SELECT pg_create_logical_replication_slot('feed', 'test_decoding')");
    const feed = new pg.Client({
      connectionString: server.url(),
      replication: "database",
      application_name: "feed",
    } as pg.ClientConfig);
    feed.on("error", () => undefined);
    await feed.connect();
    // Confirms nothing, ever.
    feed.query("START_REPLICATION SLOT feed LOGICAL 0/0").catch(() => undefined);
    await until(() => scalar<boolean>(db, "SELECT count(*) = 1 FROM pg_stat_replication"), "it streams");
    const end = async () => {
      await db.query("SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
      await until(
        () => scalar<boolean>(db, "SELECT count(*) = 0 FROM pg_replication_slots WHERE active"),
        "it has ended",
      );
      await db.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'feed'");
    };
    try {
      const options = { maxReplicaLag: "1kB" };
      const free = await held(options, () => undefined);
      expect([free.first, free.blind]).toEqual([undefined, []]);
      await db.query(`DROP SCHEMA lockstep CASCADE; DROP TABLE "User"`);
      spec = await makeTable(db, { rows: numbered(100) });
      const { first, blind } = await held({ ...options, watchReplica: "feed" }, async () => {
        await end();
        await leaveOut("feed");
      });
      expect(first).toMatch(/^replica-lag: the replica feed is \d+(\.\d)? kB behind, limit 1 kB/);
      expect(blind).toEqual([]);
    } finally {
      // A server that is shut down waits for it.
      await end();
    }
  });

  const leaveOut = async (name: string) => {
    const table = (await readTable(db, spec.table))!;
    await changeControl(db, { plan, table, once: false }, (control) => ({
      ...control,
      settings: { ignoreReplica: name },
    }));
  };

  it("waits on for a late replica that disconnects, until somebody leaves it out", async () => {
    const replica: Replica = await startReplica(server.url(), "sleepy");
    const reasons: string[] = [];
    try {
      const { status } = await fillTable(server.url(), spec, {
        options: { maxReplicaLag: "1kB" },
        onEvent(event) {
          if (event.kind !== "waiting") return;
          reasons.push(event.reason);
          if (reasons.length === 2) void replica.stop();
          if (reasons.filter((reason) => reason.includes("not connected")).length === 5) void leaveOut("sleepy");
        },
      });
      expect(status).toBe("done");
    } finally {
      await replica.stop();
    }
    expect(reasons[0]).toMatch(/^the replica sleepy is \d+(\.\d)? kB behind, limit 1 kB/);
    expect(reasons.filter((reason) => reason.includes("not connected")).length).toBeGreaterThanOrEqual(5);
    expect(reasons.at(-1)).toMatch(
      /^the replica sleepy is not connected \(last seen: it is \d+(\.\d)? kB behind, limit 1 kB\); if it does not come back, --ignore-replica sleepy leaves it out$/,
    );
  });

  it("notices that one of two replicas with the same name is gone", async () => {
    const [one, other] = [
      await startReplica(server.url(), "walreceiver"),
      await startReplica(server.url(), "walreceiver"),
    ];
    const { events } = await fillTable(server.url(), spec, {
      batch: { startRows: 2, minRows: 2, maxRows: 2 },
      options: { pauseMs: "50" },
      onEvent: (event) => void (event.kind === "progress" && one?.stop()),
    });
    await other?.stop();
    expect(events.flatMap((event) => (event.kind === "blind" ? [event.reason] : []))).toEqual([
      "the replica walreceiver is not connected (1 of 2 with this name are), so its lag is unknown",
    ]);
  });

  it("waits while WAL is not archived, sooner where archiving fails", async () => {
    writeFileSync(broken(), "");
    for (let round = 0; round < 4; round++)
      await db.query("SELECT pg_logical_emit_message(true, 'test', 'x'); SELECT pg_switch_wal()");
    await until(() => scalar<boolean>(db, "SELECT failed_count > 0 FROM pg_stat_archiver"), "archiving fails");
    const { first } = await held({ maxUnarchived: "10" }, async () => {
      rmSync(broken());
      // The archiver rests for a minute after failures.
      await db.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'archiver'");
      await db.query("SELECT pg_switch_wal()");
    });
    expect(first).toMatch(
      /^archive-backlog: [4-9] WAL files wait to be archived, limit 3, and archiving has been failing \(last at .*\)$/,
    );
  });

  describe("dead rows", () => {
    const kill = async () => {
      await db.query(`UPDATE "User" SET email = email; UPDATE "User" SET email = email`);
      await until(
        () => scalar<boolean>(db, `SELECT n_dead_tup > 100 FROM pg_stat_all_tables WHERE relname = 'User'`),
        "the server counts them",
      );
    };
    const options = { deadRowsFloor: "20" };

    it("wait for autovacuum, and name who keeps it from its work", async () => {
      await db.query(`ALTER TABLE "User" SET (autovacuum_vacuum_threshold = 10, autovacuum_vacuum_scale_factor = 0)`);
      await db.query(`BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'forgotten'`);
      await kill();
      const { first } = await held(options, () => db.query("ROLLBACK PREPARED 'forgotten'"));
      expect(first).toMatch(
        /^vacuum: "User" has 200 dead rows, limit 70: waits for autovacuum, and the prepared transaction 'forgotten': VACUUM cannot remove newer dead rows$/,
      );
    });

    it("wait for nobody where autovacuum is off", async () => {
      await db.query(`ALTER TABLE "User" SET (autovacuum_enabled = false)`);
      await kill();
      const { first, blind } = await held(options, () => undefined);
      expect(first).toBeUndefined();
      expect(blind).toEqual([`vacuum: "User" has 200 dead rows, limit 70, and autovacuum is off for the table`]);
    });

    it("wait no longer than ten minutes in which nothing moves", async () => {
      await db.query(`ALTER TABLE "User" SET (autovacuum_vacuum_threshold = 1000000)`);
      await kill();
      let ms = 0;
      const clock = {
        now: () => ms,
        async sleep(by: number) {
          ms += by;
        },
      };
      const events: BackfillEvent[] = [];
      const pacing = new Pacing(
        resolveRunSettings({
          url: "",
          plan,
          spec,
          clock,
          random: Math.random,
          options,
          onEvent: (event) => events.push(event),
        }),
      );
      const table = { schema: "public", name: "User" };
      await pacing.beforeBatch(
        { connection: db, table, work: { columns: [] } } as unknown as BackfillSession,
        undefined,
      );
      expect(ms).toBe(600_000);
      expect(events.at(-2)).toMatchObject({
        kind: "blind",
        reason: `"User" has 200 dead rows, limit 70; autovacuum has done nothing about it for 10 min`,
      });
    });
  });

  it("tells a role without rights what it lacks", async () => {
    await db.query(`DROP ROLE IF EXISTS filler; CREATE ROLE filler LOGIN;
      GRANT CREATE ON DATABASE postgres TO filler; ALTER TABLE "User" OWNER TO filler; ALTER SCHEMA public OWNER TO filler`);
    let replica: Replica | undefined;
    try {
      replica = await startReplica(server.url(), "reports");
      const { first, blind } = await held(
        { maxActiveSessions: "50" },
        () => undefined,
        server.url("postgres", "filler"),
      );
      expect(first).toBeUndefined();
      const grant = 'GRANT pg_monitor TO "filler"';
      expect(blind).toEqual([
        `archive-backlog: the role filler cannot see the number of files to be archived: ${grant}`,
        `replica-lag: the role filler cannot see the lag of replicas: ${grant}`,
        `sessions: the role filler cannot see the activity of other sessions: ${grant}`,
      ]);
    } finally {
      await replica?.stop();
      await db.query(`REASSIGN OWNED BY filler TO postgres; DROP OWNED BY filler; DROP ROLE filler`);
    }
  });
});
