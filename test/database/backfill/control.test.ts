import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillInput } from "../../../core/src/backfill/runner.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillId } from "../../../core/src/dialect/ledger-store.js";
import { type BackfillSpec, momentText } from "../../../core/src/model/index.js";
import { type BackfillRecord, beginBackfill, readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { type Control, changeControl } from "../../../core/src/target/ledger/control.js";
import { readDeployments, recordDeployment } from "../../../core/src/target/ledger/deployments.js";
import { readFailures } from "../../../core/src/target/ledger/failures.js";
import { readProgressHistories } from "../../../core/src/target/ledger/progress-history.js";
import { ensureLedger } from "../../../core/src/target/ledger/schema.js";
import { enlist, readWorkers } from "../../../core/src/target/ledger/workers.js";
import { plan } from "./fixture.js";
import { numbered, systems, until } from "./systems.js";

const small = { startRows: 10, minRows: 10, maxRows: 10 };

describe.each(systems)("on $name", (system) => {
  let database: Awaited<ReturnType<typeof system.createDatabase>>;
  let db: Connection;
  beforeAll(async () => {
    database = await system.createDatabase("control");
    db = await connect(database.url, { applicationName: "test" });
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });
  let spec: BackfillSpec;
  beforeEach(async () => {
    await system.clear(db);
    spec = await system.makeTable(db, { rows: numbered(200) });
  });

  const fill = (input: Partial<BackfillInput>) => system.fillTable(database.url, spec, { batch: small, ...input });
  const record = async (): Promise<BackfillRecord> => (await readBackfills(db, plan))[0]!;
  const idOf = ({ table, once }: BackfillRecord): BackfillId => ({ plan, table, once });
  const say = async (change: (control: Control) => Control) => {
    const person = await connect(database.url, { applicationName: "test" });
    return changeControl(person, idOf(await record()), change).finally(() => person.close());
  };
  const ann = { who: "ann", at: "2026-11-23T01:00:00.000Z" };

  it("is paused, shows why, and goes on", async () => {
    const run = fill({ options: { pauseMs: "200" } });
    await until(async () => ((await record().catch(() => undefined))?.batches ?? 0) > 2);
    await say((control) => ({ ...control, paused: { ...ann, why: "the shop is slow" } }));
    await until(async () => (await readWorkers(db, plan))[0]?.report.state === "waiting");
    const { rowsDone } = await record();
    const [worker] = await readWorkers(db, plan);
    expect(worker).toMatchObject({
      pid: process.pid,
      report: { waiting: { signal: "paused", reason: `paused by ann on ${momentText(ann.at)}: the shop is slow` } },
    });
    const waited = worker!.report.waiting!.forMs;
    await until(async () => (await readWorkers(db, plan))[0]!.report.waiting!.forMs > waited);
    expect((await record()).rowsDone).toBe(rowsDone);
    await say(({ paused: _, ...control }) => control);
    const { status, events } = await run;
    expect(status).toBe("done");
    expect(events.some(({ kind }) => kind === "released")).toBe(true);
    // Whoever has ended is struck off.
    expect(await readWorkers(db, plan)).toEqual([]);
    // How it went is kept, to the last row.
    const { table, once } = await record();
    const [kept, ...others] = await readProgressHistories(db, plan);
    expect(others).toEqual([]);
    expect(kept).toMatchObject({ table: { ...table }, once });
    const { points } = kept!.history;
    expect(points.reduce((sum, { rows }) => sum + rows, 0)).toBe(200);
    const waits = points.flatMap((point) => point.waits ?? []);
    expect(waits[0]).toMatchObject({ signal: "paused", reason: expect.stringContaining("the shop is slow") });
    // Done again, it goes on behind that.
    await fill({ options: { pauseMs: "200" } });
    expect((await readProgressHistories(db, plan))[0]!.history.points.slice(0, points.length)).toEqual(points);
  });

  it("keeps what was deployed, in a ledger that an older version has made, too", async () => {
    const how = { phases: ["expand"], migrations: ["1_a", "2_b"], attempts: 2, tookMs: 1234.6 } as const;
    const person = await connect(database.url, { applicationName: "test" });
    try {
      expect(await readDeployments(person, plan)).toEqual([]);
      await ensureLedger(person);
      for (const table of ["courses", "deployments"]) await person.query(`DROP TABLE lockstep.${table}`);
      await person.query("UPDATE lockstep.meta SET version = 6");
      expect(await readDeployments(person, plan)).toEqual([]);
      expect(await readProgressHistories(person, plan)).toEqual([]);
      await recordDeployment(person, plan, { ...how, outcome: "failed", code: "LS7020" });
      await recordDeployment(person, plan, { ...how, outcome: "done" });
      await recordDeployment(person, "another", { ...how, outcome: "done" });
      const kept = { phases: ["expand"], migrations: ["1_a", "2_b"], attempts: 2, tookMs: 1235 };
      const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(await readDeployments(person, plan)).toEqual([
        { ...kept, outcome: "failed", code: "LS7020", at },
        { ...kept, outcome: "done", at },
      ]);
    } finally {
      await person.close();
    }
  });

  it("is cleared of workers that were killed long ago", async () => {
    await fill({});
    const enter = async (worker: string) => enlist(db, idOf(await record()), { worker, host: "here", pid: 1 });
    await enter("killed");
    await db.query("UPDATE lockstep.workers SET beat_at = beat_at - INTERVAL '2' DAY");
    await enter("new");
    expect((await readWorkers(db, plan)).map(({ worker }) => worker)).toEqual(["new"]);
  });

  it("waits from the start when it is paused, and ends when it is cancelled meanwhile", async () => {
    expect(await fill({ options: { maxDuration: "0ms" } })).toMatchObject({
      status: "stopped",
      ended: expect.any(String),
    });
    await say((control) => ({ ...control, paused: ann }));
    const run = fill({});
    await until(async () => (await readWorkers(db, plan))[0]?.report.state === "waiting");
    await say((control) => ({ ...control, paused: { ...ann, who: "bob" }, cancelled: ann }));
    expect(await run).toMatchObject({ status: "stopped", ended: "cancelled by ann", batches: 0 });
    // The next run takes the cancellation back, not the pause.
    await say(({ paused: _, ...control }) => control);
    expect(await fill({})).toMatchObject({ status: "done", filled: 200 });
  });

  it("takes back what was cancelled before it came, and nothing later", async () => {
    await fill({ options: { maxDuration: "0ms" } });
    await say((control) => ({ ...control, cancelled: ann }));
    const before = await record();
    const begin = (takesBack: string | null) =>
      beginBackfill(db, idOf(before), { work: before.work, runner: "new", rowsEstimated: 200, takesBack });
    expect((await begin(null)).control.cancelled).toEqual(ann);
    expect((await begin("2026-11-23T00:00:00.000Z")).control.cancelled).toEqual(ann);
    expect((await begin(ann.at)).control.cancelled).toBeUndefined();
  });

  it("leaves rows that are refused to a person, names them, and ends at too many", async () => {
    await system.clear(db);
    const rows = numbered(100).map(([key, email]): [string, string] => [
      key,
      Number(key) % 20 === 0 ? "Same@x.org" : email,
    ]);
    spec = await system.makeTable(db, { rows, isUnique: true });
    await expect(fill({ options: { maxFailures: "2" } })).rejects.toMatchObject({ code: "LS5006" });
    await expect(fill({})).rejects.toMatchObject({ code: "LS5006", details: { rows: 4 } });
    const { failures, total } = await readFailures(db, idOf(await record()), 3);
    expect(total).toBe(4);
    expect(failures.map(({ key, code }) => [key[0], code])).toEqual([
      [expect.stringMatching(/0$/), "23505"],
      [expect.stringMatching(/0$/), "23505"],
      [expect.stringMatching(/0$/), "23505"],
    ]);
    const quote = (name: string) => db.dialect.sql.quote.identifier(name);
    await db.query(`DELETE FROM ${quote("User")} WHERE ${quote("handle")} IS NULL`);
    expect(await fill({})).toMatchObject({ status: "done" });
    expect(await readFailures(db, idOf(await record()), 3)).toEqual({ failures: [], total: 0 });
  });

  it("takes settings while it runs, before what it was started with", async () => {
    const run = fill({ options: { maxRowsPerSecond: "20" } });
    await until(async () => ((await record().catch(() => undefined))?.batches ?? 0) > 0);
    await say((control) => ({ ...control, settings: { maxRowsPerSecond: "100000" } }));
    const { status, events } = await run;
    expect(status).toBe("done");
    expect(events.find(({ kind }) => kind === "waiting")).toMatchObject({ signal: "max-rows-per-second" });
  });
});
