import { setTimeout as sleep } from "node:timers/promises";
import type { Functions } from "../../backfill/computer.js";
import { runBackfill } from "../../backfill/runner.js";
import { connect } from "../../databases/connect.js";
import { unitsOf } from "../../databases/units.js";
import type { Connection } from "../../dialect/connection.js";
import { systemClock } from "../../dialect/db/clock.js";
import { errorCode, isDatabaseError } from "../../dialect/db/retry.js";
import { textWithoutValues } from "../../dialect/db/without-values.js";
import type { ExplainedStatement, Rehearsing, TrafficStatement } from "../../dialect/rehearsing.js";
import { type BackfillSpec, inFiles, type Phase, type Plan, strongestLocks, type Verdict } from "../../model/index.js";
import { phasesOf } from "../../plan/phases.js";
import { tablesOf } from "../../plan/tables-of.js";
import { unitsText } from "../../plan/unit-files.js";
import { differencesBetween, statedOf } from "../results/differences.js";
import { figuresOf, pointsOf } from "../results/figures.js";
import type { RehearsedRun, RehearsedStep, Replanned } from "../results/rehearsal.js";
import { worseThan } from "../results/worse-plans.js";
import type { Application, Build } from "./application.js";
import { StepWatch } from "./step-watch.js";
import { TrafficRun } from "./traffic/traffic.js";

export interface WayRequest {
  /** The database reserved for this run: with rows, without the change. */
  readonly url: string;
  /** The same, for the administrator of the server. */
  readonly adminUrl: string;
  readonly plan: Plan;
  readonly rehearsing: Rehearsing;
  /** Statements whose query plans are compared. */
  readonly explained: readonly TrafficStatement[];
  readonly application: Application;
  /** Requests a second. */
  readonly rate: number;
  /** How long the application is observed before the first step, and at least between two steps, in milliseconds. */
  readonly calmMs: number;
  readonly functions: Functions;
  readonly backfillOptions: Readonly<Record<string, string>>;
  /** There is a streaming replica: its lag is measured. */
  readonly hasReplica: boolean;
  readonly signal: AbortSignal;
  onStep(step: Pick<RehearsedStep, "kind" | "title" | "phase">): void;
  onRows(rows: number, total: number): void;
}

export interface WayResult {
  readonly run: RehearsedRun;
  /** Of the plan only. */
  readonly replanned: readonly Replanned[];
  readonly explained: number;
}

/** Runs the ORM's own migration: its statements one by one, in one transaction as its CLI does, if the server has transactional DDL. */
export async function runNaive(request: WayRequest, statements: readonly string[]): Promise<RehearsedRun> {
  return withTraffic(request, "naive", async (way) => {
    const session = await way.connect();
    try {
      const { hasTransactionalDdl } = session.dialect.sql.capabilities;
      await session.query("BEGIN");
      for (const [at, sql] of statements.entries()) {
        const isLast = at === statements.length - 1;
        const step = await way.step(
          { id: `naive-${at + 1}`, kind: "naive", title: inOneLine(sql) },
          session,
          async () => {
            try {
              await session.query(sql);
              // Its locks are released when all statements are done.
              if (isLast) await session.query("COMMIT");
            } catch (error) {
              await session.query("ROLLBACK");
              throw error;
            }
          },
          { isOpen: hasTransactionalDdl && !isLast },
        );
        if (step.error !== undefined) break;
      }
    } finally {
      await session.close();
    }
  });
}

/** Runs the plan: phase by phase, with its backfill. Each phase is reverted once and applied again. */
export async function runPlan(request: WayRequest): Promise<WayResult> {
  const { plan, rehearsing, explained: texts } = request;
  const replanned: Replanned[] = [];
  let explained: readonly ExplainedStatement[] = [];
  const run = await withTraffic(request, "plan", async (way) => {
    explained = await way.ask((connection) => rehearsing.explain(connection, texts));
    for (const phase of phasesOf(plan)) {
      // After expand both builds run. Before contract the old one has ended: the gates ensure it.
      if (phase !== "expand") await way.send(phase === "contract" ? ["new"] : ["old", "new"]);
      if (phase === "backfill") for (const spec of plan.backfills) await way.backfill(spec);
      else {
        const units = plan.units.filter((unit) => unit.phase === phase);
        const undo = phase === "switch" ? [] : plan.undo[phase];
        if (!(await way.units(units, phase, "unit", true))) return;
        if (undo.length > 0) {
          if (!(await way.units(undo, phase, "undo", true))) return;
          if (!(await way.units(units, phase, "unit", false))) return;
        }
      }
      const after = await way.ask((connection) => rehearsing.explain(connection, texts));
      replanned.push(...worseThan(explained, after, phase));
      explained = after;
    }
  });
  return { run, replanned, explained: explained.length };
}

async function withTraffic(
  request: WayRequest,
  kind: RehearsedRun["way"],
  act: (way: Way) => Promise<void>,
): Promise<RehearsedRun> {
  const { url, adminUrl, rehearsing, application, rate, calmMs, signal } = request;
  const observe = (at: string) => connect(at, { applicationName: "lockstep rehearse observer" });
  const admin = await observe(adminUrl);
  const isComplete = await rehearsing.prepareWatch(admin).finally(() => admin.close());
  const observer = await observe(rehearsing.isSeenByAdmin ? adminUrl : url);
  let run: TrafficRun | undefined;
  try {
    run = new TrafficRun(rate);
    const way = new Way(request, observer, run, isComplete);
    await way.send(["old"]);
    const { began } = way;
    await sleep(calmMs, undefined, { signal });
    const calm = now();
    try {
      await act(way);
    } finally {
      await run.stop();
    }
    const ended = now();
    const { samples } = run;
    const before = figuresOf(samples, began, calm);
    return {
      way: kind,
      ...(before === undefined ? {} : { before }),
      steps: way.steps.map((step) => {
        const from = began + step.startedMs;
        const figures = figuresOf(samples, from, from + step.durationMs);
        return figures === undefined ? step : { ...step, traffic: figures };
      }),
      points: samples.length === 0 ? [] : [...pointsOf(samples, began, ended, (at) => way.at(at))],
    };
  } finally {
    run?.kill();
    await application.close();
    await observer.close();
  }
}

/** A run on the way: executes one step after the other and records the observations. */
class Way {
  readonly steps: RehearsedStep[] = [];
  /** When the first build started. */
  began = now();
  readonly #lag: { readonly at: number; readonly ms: number; readonly bytes: number }[] = [];
  readonly #rows: { readonly at: number; readonly rows: number }[] = [];

  constructor(
    private readonly request: WayRequest,
    private readonly observer: Connection,
    private readonly traffic: TrafficRun,
    private readonly isComplete: boolean,
  ) {}

  connect(): Promise<Connection> {
    return connect(this.request.url, { applicationName: "lockstep rehearse", statementTimeoutMs: 0 });
  }

  async ask<T>(run: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    return run(connection).finally(() => connection.close());
  }

  /** Switches the traffic to these builds. */
  async send(builds: readonly Build[]): Promise<void> {
    await this.request.application.turnTo(builds, (load) => this.traffic.send(load));
    if (this.steps.length === 0) this.began = now();
    // The cost of a change of builds belongs to no step.
    else await sleep(this.request.calmMs / 3, undefined, { signal: this.request.signal });
  }

  /** The measurements of a moment besides requests. */
  at(moment: number) {
    const rows = this.#rows.findLast(({ at }) => at <= moment)?.rows;
    const lag = this.#lag.findLast(({ at }) => at <= moment)?.ms;
    return { ...(rows === undefined ? {} : { rows }), ...(lag === undefined ? {} : { lagMs: lag }) };
  }

  /**
   * Runs the units of a phase, file by file, as they are deployed: each in a session of its own, with retries if other sessions block it.
   * @returns false: the server rejected one
   */
  async units(units: Plan["units"], phase: Phase, kind: "unit" | "undo", isMeasured: boolean): Promise<boolean> {
    const { plan } = this.request;
    for (const file of inFiles(units)) {
      const [first] = file;
      const sql = unitsText(plan, file, kind === "undo" ? "undo" : first.phase);
      const run = () => this.ask((session) => runText(session, sql));
      if (!isMeasured) {
        await untilFree(run);
        continue;
      }
      const title = file.map((unit) => unit.title).join("; ");
      const head = { id: kind === "undo" ? `undo:${first.id}` : first.id, kind, phase, title } as const;
      const session = await this.connect();
      try {
        const verdicts = file.map(({ verdict }) => verdict);
        const step = await this.step(head, session, () => untilFree(() => runText(session, sql)), { verdicts });
        if (step.error !== undefined) return false;
      } finally {
        await session.close();
      }
    }
    return true;
  }

  async backfill(spec: BackfillSpec): Promise<void> {
    const { plan, url, functions, backfillOptions, signal, onRows } = this.request;
    let done: { readonly rows: number; readonly batches: number } | undefined;
    const head = {
      id: `backfill:${spec.table.name}`,
      kind: "backfill",
      phase: "backfill",
      title: `Fill ${spec.columns.map(({ name }) => `"${name}"`).join(", ")} of "${spec.table.name}"`,
    } as const;
    const step = await this.step(head, undefined, async () => {
      done = await runBackfill({
        url,
        plan: plan.id,
        target: "stage",
        spec,
        clock: systemClock,
        random: Math.random,
        signal,
        options: backfillOptions,
        functions,
        allowTriggers: true,
        nulls: "fill",
        onEvent: (event) => {
          if (event.kind !== "progress") return;
          this.#rows.push({ at: now(), rows: event.rows });
          onRows(event.rows, event.total);
        },
      });
    });
    if (done !== undefined) this.steps[this.steps.indexOf(step)] = { ...step, rows: done.rows, batches: done.batches };
  }

  /**
   * Executes one step under traffic, and records its result.
   *
   * @param isOpen its transaction stays open: requests that it blocks are not awaited, and a probe of its tables would block as well
   */
  async step(
    head: Pick<RehearsedStep, "id" | "kind" | "title" | "phase">,
    session: Connection | undefined,
    run: () => Promise<unknown>,
    { verdicts, isOpen = false }: { readonly verdicts?: readonly Verdict[]; readonly isOpen?: boolean } = {},
  ): Promise<RehearsedStep> {
    const { rehearsing, plan, signal, onStep, hasReplica, calmMs } = this.request;
    onStep(head);
    const tables = tablesOf(plan);
    const { observer } = this;
    if (this.isComplete) await rehearsing.takeSeen(observer);
    // In an open transaction only the session itself can probe.
    const isOwnLook = head.kind === "naive" && session?.dialect.sql.capabilities.hasTransactionalDdl;
    const before = await rehearsing.sizes(isOwnLook ? session : observer, tables);
    const watch = new StepWatch(observer, rehearsing, session?.pid, hasReplica);
    const from = now();
    const error = await run().then(
      () => undefined,
      (reason: unknown) => {
        if (signal.aborted || !isDatabaseError(reason)) throw reason;
        return textWithoutValues(reason);
      },
    );
    const to = now();
    const isStillOpen = isOpen && error === undefined;
    if (!isStillOpen) await this.traffic.settled(signal);
    const seen = await watch.end();
    this.#lag.push(...seen.lag);
    const looking = (isStillOpen && session) || observer;
    const after = await rehearsing.sizes(looking, tables);
    const told = this.isComplete ? await rehearsing.takeSeen(looking) : undefined;
    const stated = verdicts && statedOf(verdicts);
    const observed = session && {
      locks: [...strongestLocks([...seen.locks, ...(told?.locks ?? [])])],
      ...(told && { held: told.held }),
    };
    const step: RehearsedStep = {
      ...head,
      startedMs: from - this.began,
      durationMs: to - from,
      ...(stated === undefined
        ? {}
        : { stated: { locks: [...stated.locks], held: stated.held, doubts: [...stated.doubts] } }),
      ...(observed === undefined || error !== undefined ? {} : { observed }),
      differences:
        stated === undefined || observed === undefined || error !== undefined
          ? []
          : [...differencesBetween(stated, observed, this.isComplete)],
      waits: [...seen.waits],
      walBytes: after.walBytes - before.walBytes,
      growthBytes: after.bytes - before.bytes,
      ...(after.deadRows === undefined ? {} : { deadRows: after.deadRows }),
      ...(seen.lag.length === 0
        ? {}
        : {
            lag: {
              ms: Math.max(...seen.lag.map(({ ms }) => ms)),
              bytes: Math.max(...seen.lag.map(({ bytes }) => bytes)),
            },
          }),
      ...(error === undefined ? {} : { error }),
    };
    this.steps.push(step);
    if (!isStillOpen) await sleep(calmMs / 3, undefined, { signal });
    return step;
  }
}

/** The statements of a file, as a driver sends them. */
async function runText(session: Connection, sql: string): Promise<void> {
  for (const statement of unitsOf(session.dialect.id).autocommitted(sql) ?? [sql]) await session.query(statement);
}

/** As a deployment does: a unit that timed out waiting for others is retried. */
async function untilFree(run: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      await run();
      return;
    } catch (error) {
      if (errorCode(error) !== "55P03" || attempt === 5) throw error;
      await sleep(1000);
    }
}

const inOneLine = (sql: string) =>
  sql
    .replace(/^\s*--.*$/gm, "")
    .replace(/\s+/g, " ")
    .replace(/;? *$/, "")
    .trim();

const now = () => performance.timeOrigin + performance.now();
