import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { type BackfillRecord, readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { byFunction, makeTable, numbered, open, plan, scalar, seeded, until } from "./fixture.js";
import { startWriters } from "./writers.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("kill");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

const noRunner = async () =>
  (await scalar(
    db,
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockstep%'",
  )) === 0;

/** The key up to which every row was passed: behind it one worker's range begins, or nobody's. */
async function passedUpTo({ cursor }: BackfillRecord, last: number): Promise<number> {
  const { rows } = await db.query<{ after: readonly string[] | null }>("SELECT after FROM lockstep.leases");
  const after = rows.length > 0 ? rows[0]!.after : cursor.phase === "pass" ? cursor.after : [String(last)];
  return Number(after?.[0] ?? -1);
}

interface Ended {
  readonly events: readonly BackfillEvent[];
  readonly isKilled: boolean;
  readonly error: string | undefined;
}

/** @param killAfter progress lines, then SIGKILL; undefined: let it end */
async function runChild(
  input: { spec: BackfillSpec; seed: number; needsFillTrigger?: boolean },
  killAfter?: number,
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      fileURLToPath(new URL("child.ts", import.meta.url)),
      JSON.stringify({ url: database.url, plan, ...input }),
    ],
    { cwd: fileURLToPath(new URL(".", import.meta.url)), stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const events: (BackfillEvent | { kind: "error"; message: string })[] = [];
  let progress = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as (typeof events)[number];
    events.push(event);
    if (event.kind === "progress" && ++progress === killAfter) process.kill(child.pid!, "SIGKILL");
  }
  return {
    events: events.filter((event) => event.kind !== "error"),
    isKilled: (await ended) === "SIGKILL",
    error: events.find((event) => event.kind === "error")?.message,
  };
}

describe("kill -9", () => {
  it("loses nothing, overwrites nothing and goes on at the cursor, while the application writes", async () => {
    const rows = numbered(8000);
    const spec = await makeTable(db, { rows });
    const random = seeded(20261120);
    const writers = await startWriters(database.url, rows, { seed: 7 });
    const all: BackfillEvent[] = [];
    let kills = 0;
    let passed = 0;
    let lost = 0;
    for (let run = 0; kills < 8; run++) {
      expect(run).toBeLessThan(16);
      const { events, isKilled, error } = await runChild({ spec, seed: run }, 1 + Math.floor(random() * 5));
      expect(error).toBeUndefined();
      all.push(...events);
      if (isKilled) kills++;
      const started = events.find((event) => event.kind === "started");
      // The server finishes the statement it was given before it notices that nobody listens.
      await until(noRunner, "the killed runner's session ends");
      const [record] = await readBackfills(db, plan);
      // At the cursor, not at the start: what earlier runs passed is counted once and still counted.
      if (run > 0) expect(started).toMatchObject({ isResumed: true, rows: passed });
      passed = record!.rowsDone;
      lost += await scalar<number>(
        db,
        `SELECT count(*)::int FROM "User" WHERE handle IS NULL AND id BETWEEN 0 AND $1`,
        [await passedUpTo(record!, rows.length - 1)],
      );
    }
    const last = await runChild({ spec, seed: 99 });
    all.push(...last.events);
    expect(last.error).toBeUndefined();
    // With the trigger nothing comes in behind the cursor but rows whose key changes, which leave the range of the first
    // ones: what lacks a value in it was lost by the pass, or was locked for long.
    const wasLocked = all.some((event) => event.kind === "retry" && event.reason === "locked");
    expect(wasLocked ? 0 : lost).toBe(0);
    expect(last.events.at(-1)).toMatchObject({ kind: "finished", status: "done" });
    expect(await writers.stop()).toEqual([]);
    expect(writers.statements()).toBeGreaterThan(500);
    expect(await scalar(db, `SELECT count(*)::int FROM "User" WHERE handle IS NULL`)).toBe(0);
    expect(await writers.findDifferences(db)).toEqual([]);
    const [record] = await readBackfills(db, plan);
    expect(record).toMatchObject({ status: "done", cursor: { phase: "sweep" } });
  });

  it("goes on after a function was interrupted too, and no value is stale", async () => {
    const rows = numbered(3000);
    const spec = byFunction(await makeTable(db, { rows, withTrigger: false }));
    const random = seeded(43);
    const writers = await startWriters(database.url, rows, { seed: 9 });
    let kills = 0;
    for (let run = 0; run < 4; run++) {
      const { error, isKilled } = await runChild({ spec, seed: run }, 1 + Math.floor(random() * 8));
      expect(error).toBeUndefined();
      if (isKilled) kills++;
    }
    expect(kills).toBeGreaterThan(1);
    expect(await writers.stop()).toEqual([]);
    const last = await runChild({ spec, seed: 99 });
    expect(last.events.at(-1)).toMatchObject({ kind: "finished", status: "done" });
    expect(await writers.findDifferences(db)).toEqual([]);
  });

  it("fills the rows that were there without a trigger too, and sweeps up those that came in meanwhile", async () => {
    const rows = numbered(3000);
    const spec = await makeTable(db, { rows, withTrigger: false });
    const random = seeded(42);
    const writers = await startWriters(database.url, rows, { seed: 8 });
    for (let run = 0; run < 3; run++) {
      const { error } = await runChild({ spec, seed: run, needsFillTrigger: false }, 1 + Math.floor(random() * 8));
      expect(error).toBeUndefined();
    }
    expect(await writers.stop()).toEqual([]);
    const last = await runChild({ spec, seed: 99, needsFillTrigger: false });
    expect(last.events.at(-1)).toMatchObject({ kind: "finished", status: "done" });
    expect(await writers.findDifferences(db)).toEqual([]);
  });
});
