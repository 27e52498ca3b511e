import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { takeRunnerLock } from "../../../core/src/backfill/runner-lock.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan, scalar, until } from "./fixture.js";

let database: TestDatabase;
let db: Connection;
let writer: Connection;

beforeAll(async () => {
  database = await createDatabase("contention");
  db = await open(database.url);
  writer = await open(database.url);
});
afterAll(async () => {
  await writer?.close();
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));
afterEach(() => writer.query("ROLLBACK"));

const valueOfRow = (id: number) => scalar<string>(db, `SELECT handle FROM "User" WHERE id = $1`, [id]);

describe("two runners", () => {
  it("the second is told who the first is; both plans and tables of other names go on", async () => {
    const spec = await makeTable(db, { rows: numbered(30) });
    const oid = await scalar<number>(db, `SELECT '"User"'::regclass::oid`);
    const id = { plan, table: { schema: "public", name: "User", oid } };
    await takeRunnerLock(writer, id, { clock: systemClock, target: "test", patienceMs: 0 });
    const clock = { now: countingUp(), sleep: async () => undefined };
    const error = await errorOf(fillTable(database.url, spec, { clock, target: "production" }));
    expect(error.code).toBe("LS5003");
    expect(error.message).toContain(`pid ${writer.pid}, "test", user postgres`);
    expect(error.hint).toContain(`pg_terminate_backend(${writer.pid})`);
    expect(error.hint).toContain(`npx lockstep backfill cancel ${plan} --target production. If`);
    expect(await fillTable(database.url, spec, { plan: "another_plan" })).toMatchObject({ status: "done" });
    await writer.query("SELECT pg_advisory_unlock_all()");
  });

  it("a worker that has lost its range keeps nothing of its batch, and goes on with others", async () => {
    const spec = await makeTable(db, { rows: numbered(30) });
    let isTaken = false;
    const { events, ...result } = await fillTable(database.url, spec, {
      between: [
        async () => {
          const { rowCount } = await db.query("UPDATE lockstep.leases SET worker = 'somebody' WHERE $1", [!isTaken]);
          isTaken ||= rowCount > 0;
          return undefined;
        },
      ],
    });
    // Nobody of that name is alive, so the range is taken back.
    expect(result).toMatchObject({ status: "done", rows: 30, filled: 30 });
    expect(events.filter(({ kind }) => kind === "notice")).toMatchObject([
      { message: expect.stringContaining("took over") },
    ]);
  });
});

describe("rows that writers hold", () => {
  it("waits for a writer, and then keeps the writer's value", async () => {
    const spec = await makeTable(db, { rows: numbered(40) });
    await writer.query("BEGIN");
    await writer.query(`UPDATE "User" SET handle = 'chosen' WHERE id = 13`);
    const run = fillTable(database.url, spec, { lockTimeoutMs: 30_000 });
    await until(isRunnerWaiting, "the runner waits for the row");
    await writer.query("COMMIT");
    expect(await run).toMatchObject({ status: "done", rows: 40 });
    expect(await valueOfRow(13)).toBe("chosen");
  });

  it("goes on without a row that stays locked, and comes back to it", async () => {
    const spec = await makeTable(db, { rows: numbered(60) });
    await writer.query("BEGIN");
    await writer.query(`SELECT FROM "User" WHERE id = 13 FOR UPDATE`);
    let isFree = false;
    const { events, status } = await fillTable(database.url, spec, {
      lockTimeoutMs: 20,
      onEvent: (event) => {
        // All others are filled by now.
        if (event.kind === "sweep" && !isFree) {
          isFree = true;
          void writer.query("ROLLBACK");
        }
      },
    });
    expect(status).toBe("done");
    expect(events.some((event) => event.kind === "retry" && event.reason === "locked")).toBe(true);
    expect(events.find((event) => event.kind === "sweep")).toMatchObject({ round: 1, rows: 1 });
    expect(await valueOfRow(13)).toBe("u13@x.io");
  });

  it("names who holds the rows when it gives up", async () => {
    const spec = await makeTable(db, { rows: numbered(20) });
    await writer.query("BEGIN");
    await writer.query(`SELECT FROM "User" WHERE id IN (3, 4) FOR UPDATE`);
    const error = await errorOf(fillTable(database.url, spec, { lockTimeoutMs: 10, lockPatienceMs: 0 }));
    expect(error.code).toBe("LS5007");
    expect(error.message).toContain(`pid ${writer.pid}, "test"`);
    expect(await scalar(db, `SELECT count(handle)::int FROM "User"`)).toBe(18);
    await writer.query("ROLLBACK");
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 2 });
  });

  it("waits for them however many rounds that takes, and names the lock at the end, not the values", async () => {
    const spec = await makeTable(db, { rows: numbered(20) });
    await writer.query("BEGIN");
    await writer.query(`SELECT FROM "User" WHERE id = 3 FOR UPDATE`);
    // Its pauses take no time.
    let nowMs = 0;
    const clock = {
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    let rounds = 0;
    const onEvent = ({ kind }: { readonly kind: string }) => void (kind === "sweep" && rounds++);
    const options = { clock, onEvent, lockTimeoutMs: 1, lockPatienceMs: 600_000 };
    const error = await errorOf(fillTable(database.url, spec, options));
    expect(error).toMatchObject({ code: "LS5007", message: expect.stringContaining(`pid ${writer.pid}, "test"`) });
    expect(rounds).toBeGreaterThan(50);
  });

  it("gives way in a deadlock and tries again", async () => {
    const spec = await makeTable(db, { rows: numbered(20) });
    await db.query(`ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET deadlock_timeout = '50ms'`);
    try {
      await writer.query("SET deadlock_timeout = '60s'"); // so that it is the runner that finds the deadlock
      await writer.query("BEGIN");
      await writer.query(`UPDATE "User" SET note = 'a' WHERE id = 15`);
      const run = fillTable(database.url, spec, { lockTimeoutMs: 30_000, batch: { startRows: 20, minRows: 20 } });
      await until(isRunnerWaiting, "the runner waits for row 15");
      // The batch holds row 2 by now.
      await writer.query(`UPDATE "User" SET note = 'b' WHERE id = 2`);
      await writer.query("COMMIT");
      const { events, status } = await run;
      expect(status).toBe("done");
      expect(events.some((event) => event.kind === "retry" && event.reason === "conflict")).toBe(true);
      expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle = lower(email)`)).toBe(20);
    } finally {
      await db.query(`ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" RESET ALL`);
    }
  });
});

async function isRunnerWaiting(): Promise<boolean> {
  return scalar<boolean>(
    db,
    `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
       AND application_name LIKE 'lockstep backfill%' AND wait_event_type = 'Lock')`,
  );
}

/** A clock on which every look takes a second. */
function countingUp(): () => number {
  let ms = 0;
  return () => {
    ms += 1000;
    return ms;
  };
}
