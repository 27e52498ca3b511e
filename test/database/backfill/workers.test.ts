import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { byFunction, plan, seeded } from "./fixture.js";
import { numbered, systems, until } from "./systems.js";
import { startWriters } from "./writers.js";

const small = { startRows: 20, minRows: 10, maxRows: 40 };

interface Child {
  readonly process: ChildProcess;
  readonly events: (BackfillEvent | { readonly kind: "error"; readonly message: string })[];
  readonly ended: Promise<number | null>;
}

/** A run in a process of its own, which joins whoever is at it. */
function startChild(input: {
  readonly url: string;
  readonly spec: BackfillSpec;
  readonly seed: number;
  readonly workers?: number;
  readonly leaseMs?: number;
  readonly options?: Readonly<Record<string, string>>;
}): Child {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      fileURLToPath(new URL("child.ts", import.meta.url)),
      JSON.stringify({ plan, isJoining: true, needsFillTrigger: false, allowTriggers: true, ...input }),
    ],
    { cwd: fileURLToPath(new URL(".", import.meta.url)), stdio: ["ignore", "pipe", "inherit"] },
  );
  const events: Child["events"] = [];
  createInterface({ input: child.stdout }).on("line", (line) => events.push(JSON.parse(line)));
  return { process: child, events, ended: new Promise((resolve) => child.once("close", (code) => resolve(code))) };
}

describe.each(systems)("on $name", (system) => {
  let database: Awaited<ReturnType<typeof system.createDatabase>>;
  let db: Connection;
  beforeAll(async () => {
    database = await system.createDatabase("workers");
    db = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });
  beforeEach(() => system.clear(db));

  const quote = (name: string) => db.dialect.sql.quote.identifier(name);
  /** Each write of a value by the backfill, in the order of the server. */
  const logWrites = async () => {
    const table = quote("User");
    await db.query(`DROP TABLE IF EXISTS ${quote("Written")}`);
    await db.query(`CREATE TABLE ${quote("Written")} (id bigint, value varchar(200))`);
    await db.query(
      system.name === "PostgreSQL"
        ? `CREATE OR REPLACE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO "Written" VALUES (NEW.id, NEW.handle); RETURN NULL; END $$;
           CREATE TRIGGER zz AFTER UPDATE OF handle ON ${table} FOR EACH ROW WHEN (OLD.handle IS NULL AND NEW.handle IS NOT NULL) EXECUTE FUNCTION log_write()`
        : `CREATE TRIGGER zz AFTER UPDATE ON ${table} FOR EACH ROW
             INSERT INTO ${quote("Written")} SELECT NEW.id, NEW.handle FROM (SELECT 1) one WHERE OLD.handle IS NULL AND NEW.handle IS NOT NULL`,
    );
  };
  /** What must hold at the end: every row has its value, and got it once. */
  const expectWhole = async (rows: number) => {
    const count = async (sql: string) => Number(Object.values((await db.query(sql)).rows[0]!)[0]);
    expect(
      await count(`SELECT count(*) FROM ${quote("User")} WHERE ${quote("handle")} = lower(${quote("email")})`),
    ).toBe(rows);
    expect(await count(`SELECT count(*) FROM ${quote("Written")}`)).toBe(rows);
    expect(await count(`SELECT count(DISTINCT id) FROM ${quote("Written")}`)).toBe(rows);
    const [record] = await readBackfills(db, plan);
    expect(record).toMatchObject({ status: "done", rowsFilled: rows });
    expect(await db.dialect.live.ledger.leases(db, { ...record!, plan })).toEqual([]);
  };

  it.each([2, 4])("%i sessions share the rows, each of which is written once", async (workers) => {
    const spec = await system.makeTable(db, { rows: numbered(3000) });
    await logWrites();
    const { events, ...result } = await system.fillTable(database.url, spec, {
      workers,
      batch: small,
      allowTriggers: true,
    });
    expect(result).toMatchObject({ status: "done", rows: 3000, filled: 3000 });
    expect(events.findLast(({ kind }) => kind === "progress")).toMatchObject({ rows: 3000 });
    await expectWhole(3000);
  });

  it("processes join and are killed, also the one that leads, and nothing is lost or written twice", async () => {
    const spec = await system.makeTable(db, { rows: numbered(6000) });
    await logWrites();
    const random = seeded(11);
    const start = (seed: number) =>
      startChild({ url: database.url, spec, seed, workers: 1 + Math.floor(random() * 2) });
    let running = [start(1), start(2)];
    let next = 3;
    for (let kill = 0; kill < 6; kill++) {
      const victim = running[Math.floor(random() * running.length)]!;
      const before = victim.events.length;
      await until(async () => victim.events.length > before + 5 || victim.process.exitCode !== null);
      victim.process.kill("SIGKILL");
      await victim.ended;
      running = [...running.filter((each) => each !== victim), start(next++)];
    }
    for (const each of running) expect(await each.ended).toBe(0);
    for (const { events } of running) expect(events.filter(({ kind }) => kind === "error")).toEqual([]);
    await expectWhole(6000);
  });

  it("one that is suspended loses its range, and wakes up without harm", async () => {
    const spec = await system.makeTable(db, { rows: numbered(6000) });
    await logWrites();
    const slow = { url: database.url, spec, leaseMs: 3000, options: { pauseMs: "100" } };
    const sleeper = startChild({ ...slow, seed: 1 });
    await until(async () => sleeper.events.filter(({ kind }) => kind === "progress").length > 5);
    const other = startChild({ ...slow, seed: 2 });
    await until(async () => other.events.filter(({ kind }) => kind === "progress").length > 2);
    sleeper.process.kill("SIGSTOP");
    const before = (await readBackfills(db, plan))[0]!;
    await until(async () => (await readBackfills(db, plan))[0]!.rowsDone >= 6000);
    expect(before.rowsDone).toBeLessThan(6000);
    sleeper.process.kill("SIGCONT");
    expect(await sleeper.ended).toBe(0);
    expect(await other.ended).toBe(0);
    await expectWhole(6000);
  });

  it("a rate is shared by the processes: two together keep below it", async () => {
    const rows = 1600;
    const spec = await system.makeTable(db, { rows: numbered(rows) });
    const options = { maxRowsPerSecond: "400" };
    const startedMs = performance.now();
    let passed = 0;
    const onEvent = (event: BackfillEvent) => void (event.kind === "progress" && passed++);
    const first = system.fillTable(database.url, spec, { options, onEvent, batch: small });
    await until(async () => passed > 0);
    const other = await system.fillTable(database.url, spec, {
      options,
      isJoining: true,
      batch: small,
      random: seeded(9),
    });
    expect(await first).toMatchObject({ status: "done", rows });
    expect(other.batches).toBeGreaterThan(5);
    expect(other.events).toContainEqual(
      expect.objectContaining({ kind: "waiting", reason: "no more than 400 rows a second, shared by 2 sessions" }),
    );
    // Each by itself would have been through in half of it. A slow machine takes longer, never less.
    expect(performance.now() - startedMs).toBeGreaterThan(((rows / 400) * 1000 * 3) / 4);
  });

  it("function fills are computed by several at once", async () => {
    const plain = await system.makeTable(db, { rows: numbered(400) });
    const spec = byFunction(plain);
    let busy = 0;
    let most = 0;
    // No call ends before four are under way: on a busy machine a worker may come late.
    const fill = async (rows: readonly { readonly email: string }[]) => {
      most = Math.max(most, ++busy);
      const latestMs = performance.now() + 10_000;
      await until(async () => most >= 4 || performance.now() > latestMs);
      busy -= 1;
      return rows.map(({ email }) => email.toLowerCase());
    };
    const functions = new Map([["User.handle", { reads: ["email"], fill: fill as never }]]);
    expect(
      await system.fillTable(database.url, spec, { workers: 4, batch: small, functions, needsFillTrigger: false }),
    ).toMatchObject({
      status: "done",
      filled: 400,
    });
    expect(most).toBe(4);
  });
});

it("an application that writes at the same time finds what it wrote", async () => {
  const [postgresql] = systems;
  const database = await postgresql!.createDatabase("workers_writers");
  const db = await connect(database.url, { applicationName: "test" });
  const rows = numbered(4000);
  const spec = await postgresql!.makeTable(db, { rows });
  const writers = await startWriters(database.url, rows, { seed: 5 });
  const result = await postgresql!.fillTable(database.url, spec, { workers: 3, batch: small });
  expect(await writers.stop()).toEqual([]);
  expect(result.status).toBe("done");
  expect(await writers.findDifferences(db)).toEqual([]);
  await db.close();
  await database.drop();
});
