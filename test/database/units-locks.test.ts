import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, start } from "../support/postgres.js";
import { hasWaited, heldModes, type Session, tellsWaits, until, waitEvent } from "../support/sessions.js";
import {
  catalogueOf,
  fillAll,
  openReader,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  type UserTableOptions,
  untilPausing,
} from "../support/unit-database.js";
import { filesOf, type UnitFiles } from "../support/units.js";

const files = filesOf();
let server: PostgresServer;
let database: UnitDatabase | undefined;

beforeAll(async () => {
  // A server of its own: an autovacuum that looks every second would disturb other tests, and these count statements.
  const settings = {
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.track": "all",
    autovacuum_naptime: 1,
  };
  server = await start({ settings: { ...settings, max_connections: 20 } });
  await maintain("CREATE SCHEMA stats; CREATE EXTENSION pg_stat_statements SCHEMA stats");
});
afterAll(() => server.stop());

async function maintain(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** The units that take a strong lock, and what runs before them. `pausing`: what they hold between two tries. */
const framed: { kind: keyof UnitFiles; before: (keyof UnitFiles)[]; pausing: string[]; unchanged: string }[] = [
  { kind: "expand", before: [], pausing: [], unchanged: "Nothing was changed." },
  // It has looked for rows without a value: that lock stops nobody.
  {
    kind: "attach-unique",
    before: ["expand", "create-index", "assert-index"],
    pausing: [],
    unchanged: "Nothing was changed.",
  },
  { kind: "prove", before: ["expand"], pausing: ["AccessShareLock"], unchanged: "The check was not added." },
  { kind: "enforce", before: ["expand", "prove"], pausing: [], unchanged: "Nothing was changed." },
  { kind: "undo-contract", before: ["expand", "prove", "enforce"], pausing: [], unchanged: "Nothing was changed." },
  { kind: "undo-expand", before: ["expand"], pausing: [], unchanged: "Nothing was changed." },
];

/** The state before a unit; the session for it is told of every wait and has a lock_timeout of its own to give back. */
async function given(before: readonly (keyof UnitFiles)[], options: UserTableOptions = {}): Promise<UnitDatabase> {
  const live = await openUserDatabase({
    ...options,
    url: server.url(),
    settings: { ...tellsWaits, lock_timeout: "1234ms", ...options.settings },
  });
  database = live;
  for (const kind of before) {
    await live.observer.query(files[kind]);
    if (kind === "expand") await fillAll(live);
  }
  await live.observer.query("SELECT stats.pg_stat_statements_reset()");
  return live;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
  await maintain("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
});

/**
 * How often a frame began to take its locks: the first of them, which it always got, is counted even when the try
 * failed.
 */
async function tries({ observer }: UnitDatabase): Promise<number> {
  const { rows } = await observer.query(`SELECT coalesce(sum(calls), 0)::int AS n FROM stats.pg_stat_statements
    WHERE query = 'LOCK TABLE "User" IN SHARE UPDATE EXCLUSIVE MODE'`);
  return (rows[0] as { n: number }).n;
}

async function expectTimeoutRestored({ session }: UnitDatabase): Promise<void> {
  expect((await session.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "1234ms" }]);
}

/** What an app does all the time. It fails at once where it would have to queue for long. */
async function readAndWrite(app: Session): Promise<void> {
  await app.query(`SELECT "email" FROM "User"; UPDATE "User" SET "name" = 'seen' WHERE "id" = 1`);
}

/** Longer than a first try would make others wait. */
const lasting = ({ observer }: UnitDatabase) => observer.query("SELECT pg_sleep(0.1)");

describe("behind a long reader", () => {
  it.each(framed)(
    "$kind does not try where it would only make others wait, and goes on when the reader has gone",
    async ({ kind, before, pausing }) => {
      const live = await given(before);
      const app = await live.open({ lock_timeout: "5s" });
      const reader = await openReader(live);
      await lasting(live);
      const running = outcome(live.session.query(files[kind]));
      await untilPausing(live);
      expect(await heldModes(live.observer, live.session.pid, '"User"')).toEqual(pausing);
      await readAndWrite(app);
      expect(await tries(live)).toBe(0);
      await reader.leave();
      expect(await running).toBe("done");
      expect(await tries(live)).toBe(1);
      expect(hasWaited(live.session, "AccessExclusiveLock")).toBe(false);
      await expectTimeoutRestored(live);
    },
  );

  it.each(framed)(
    "$kind gives up in time, names the reader and changes nothing",
    async ({ kind, before, unchanged }) => {
      const live = await given(before, { settings: { statement_timeout: "2s" } });
      const state = await catalogueOf(live);
      const reader = await openReader(live);
      await lasting(live);
      expect(await outcome(live.session.query(files[kind]))).toMatchObject({
        code: "55P03",
        message: expect.stringMatching(`^"User" stayed locked for [^.]*\\.[^ ]* ${unchanged}$`) as string,
        detail: expect.stringMatching(`\npid ${reader.pid} postgres long reader AccessShareLock since `) as string,
        hint: expect.stringMatching(
          /pg_terminate_backend.* Then let it run again: npx lockstep status shows the commands\.$/,
        ) as string,
      });
      expect(await tries(live)).toBe(0);
      expect(await catalogueOf(live)).toEqual(state);
      await expectTimeoutRestored(live);
      await reader.leave();
      expect(await outcome(live.session.query(files[kind]))).toBe("done");
    },
  );

  it("assert-index locks like a SELECT: whatever lets reads go on is not in its way", async () => {
    const live = await given(["expand", "create-index"]);
    const other = await live.open();
    await other.query(`BEGIN; LOCK TABLE "User" IN EXCLUSIVE MODE`);
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
  });

  it("create-index waits for a writer while the app goes on", async () => {
    const live = await given(["expand"]);
    const [writer, app] = [await live.open(), await live.open({ lock_timeout: "5s" })];
    await writer.query(`BEGIN; UPDATE "User" SET "name" = 'x' WHERE "id" = 2`);
    const building = outcome(live.session.query(files["create-index"]));
    await until(
      "the build waits for the writer",
      async () => (await waitEvent(live.observer, live.session.pid)) === "virtualxid",
    );
    await readAndWrite(app);
    await writer.query("COMMIT");
    expect(await building).toBe("done");
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
  });

  it("a transaction that holds locks already tries once and does not pause", async () => {
    const live = await given([]);
    const reader = await openReader(live);
    await live.session.query(`BEGIN; CREATE TABLE other ()`);
    expect(await outcome(live.session.query(files.expand))).toMatchObject({
      code: "55P03",
      detail: expect.stringContaining(`pid ${reader.pid} `) as string,
    });
    expect(await tries(live)).toBe(1);
  });
});

describe("beside CREATE INDEX CONCURRENTLY", () => {
  // Waiting for its lock could deadlock it and leave an invalid index.
  it.each(framed)("$kind does not even try, and names it", async ({ kind, before }) => {
    const live = await given(before, { settings: { statement_timeout: "1500ms" } });
    const [builder, writer] = [await live.open(), await live.open()];
    await writer.query(`BEGIN; UPDATE "User" SET "name" = 'x' WHERE "id" = 2`);
    const building = outcome(builder.query(`CREATE INDEX CONCURRENTLY "other" ON "User"("name")`));
    await until(
      "the build waits for the writer",
      async () => (await waitEvent(live.observer, builder.pid)) === "virtualxid",
    );
    expect(await outcome(live.session.query(files[kind]))).toMatchObject({
      code: "55P03",
      detail: expect.stringMatching(
        `pid ${builder.pid} .*ShareUpdateExclusiveLock .*CREATE INDEX CONCURRENTLY`,
      ) as string,
    });
    expect(await tries(live)).toBe(0);
    expect(hasWaited(live.session, "ShareUpdateExclusiveLock")).toBe(false);
    await writer.query("COMMIT");
    expect(await building).toBe("done");
    expect(await outcome(live.session.query(files[kind]))).toBe("done");
  });
});

describe("on a table that is never free", () => {
  it.each(framed)("$kind tries several times, then gives up and changes nothing", async ({ kind, before }) => {
    const live = await given(before, { settings: { statement_timeout: "2s" } });
    const state = await catalogueOf(live);
    const stop = await relay([
      await live.open({ application_name: "relay" }),
      await live.open({ application_name: "relay" }),
    ]);
    const failure = await outcome(live.session.query(files[kind]));
    const passed = await stop();
    expect(failure).toMatchObject({
      code: "55P03",
      detail: expect.stringMatching(
        /^In the way:(\npid \d+ postgres relay AccessShareLock| nobody for long, the table is just busy\.)/,
      ) as string,
    });
    expect(await tries(live)).toBeGreaterThanOrEqual(2);
    expect(passed).toBeGreaterThan(2);
    expect(await catalogueOf(live)).toEqual(state);
    await expectTimeoutRestored(live);
  });

  it.each(framed)("$kind gets in between short transactions, and no app query fails", async ({ kind, before }) => {
    const live = await given(before, { rows: 4 });
    let isBusy = true;
    const done = [0, 0, 0, 0];
    const workers = done.map(async (_, at) => {
      const app = await live.open();
      while (isBusy) {
        await app.query(`BEGIN; UPDATE "User" SET "name" = 'n' WHERE "id" = ${at + 1}; SELECT pg_sleep(0.02); COMMIT`);
        done[at] = (done[at] ?? 0) + 1;
      }
    });
    await until("all of them are at work", async () => done.every((count) => count > 0));
    const result = await outcome(live.session.query(files[kind]));
    isBusy = false;
    await Promise.all(workers); // rejects when one of their queries failed
    expect(result).toBe("done");
    await expectTimeoutRestored(live);
  });
});

/**
 * Two readers that relieve each other: one goes only after the other has come, so there is no moment without a reader.
 */
async function relay(readers: readonly [Session, Session]): Promise<() => Promise<number>> {
  const enter = (reader: Session) => reader.query(`BEGIN; SELECT FROM "User" LIMIT 1`);
  let isOn = true;
  let passed = 0;
  await enter(readers[0]);
  const running = (async () => {
    let [here, next] = readers;
    while (isOn) {
      await enter(next);
      await here.query("COMMIT");
      [here, next] = [next, here];
      passed++;
    }
    await here.query("COMMIT");
  })();
  return async () => {
    isOn = false;
    await running;
    return passed;
  };
}

describe("while autovacuum works on the table", () => {
  const all = [...framed, { kind: "create-index", before: ["expand"] } as const];
  it.each(all)(
    "$kind sends it away before it asks for the lock that others would queue behind",
    async ({ kind, before }) => {
      const live = await given(before, { rows: 2000 });
      // Slow, and always with something to do: all rows are dead once.
      await live.observer.query(`ALTER TABLE "User" SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
      autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`);
      await live.observer.query(`UPDATE "User" SET "name" = "name"`);
      await until("autovacuum holds the table", async () => {
        const { rows } = await live.observer.query(`SELECT FROM pg_stat_activity JOIN pg_locks USING (pid)
        WHERE backend_type = 'autovacuum worker' AND relation = '"User"'::regclass AND mode = 'ShareUpdateExclusiveLock' AND granted`);
        return rows.length > 0;
      });
      const canceled = () => server.log().split("canceling autovacuum task").length;
      const canceledBefore = canceled();
      expect(await outcome(live.session.query(files[kind]))).toBe("done");
      expect(hasWaited(live.session, "ShareUpdateExclusiveLock")).toBe(true);
      expect(hasWaited(live.session, "AccessExclusiveLock")).toBe(false);
      expect(await tries(live)).toBe(kind === "create-index" ? 0 : 1);
      expect(canceled()).toBeGreaterThan(canceledBefore);
    },
  );
});
