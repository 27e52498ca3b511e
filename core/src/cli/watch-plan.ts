import { readOption, timeOption } from "../backfill/run-option.js";
import { beQuiet } from "../base/at-work.js";
import { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import { connect } from "../databases/connect.js";
import { systemClock } from "../dialect/db/clock.js";
import { isSameTable, type Plan, type TableName } from "../model/index.js";
import type { WatchContext } from "../operate/watch/probes/probe.js";
import { type Anomaly, type WatchEvent, type WatchOutcome, watchTarget } from "../operate/watch/watch-target.js";
import { nextText } from "../review/terminal.js";
import { anomalyText, eventText, lookedText, quietText, type Reaction, reactionsText } from "../review/watch.js";
import { requireSystem } from "../target/facts/same-system.js";
import { evidenceName } from "../target/ledger/evidence.js";
import { writtenFrom } from "./ask-target.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import { numberOption } from "./number-option.js";
import { pauseBackfills, runOnAnomaly } from "./on-anomaly.js";
import { planOf } from "./plan-of.js";
import { chooseTargets, developmentTarget, type Target } from "./targets.js";
import { undoAfterAnomaly } from "./watch-undo.js";

const leastEveryMs = 1000;
/** A pipeline log that is silent for longer looks like a hang. */
const aliveMs = 5 * 60_000;

interface WatchSettings {
  readonly forMs: number;
  readonly everyMs: number;
  readonly baseline: number;
}

/**
 * Watches all targets of a plan at once until one shows an anomaly, then runs the configured reactions.
 *
 * @throws LS8002 invalid options · LS3008 the plan was undone · LS6601 nothing to watch · LS8004
 */
export async function watchPlan(invocation: Invocation): Promise<CommandResult> {
  const { io } = invocation;
  const { project, config } = await invocation.workspace("act");
  const plan = planOf(invocation, project.root);
  if (plan.state.released === "undone") throw new LockstepError("LS3008", `Plan ${plan.id} was undone.`);
  const settings = settingsOf(invocation, config);
  const name =
    textOption(invocation, "target") ?? (Object.keys(config.targets).length === 0 ? developmentTarget : undefined);
  const targets = await chooseTargets(config, project, io, name, true);
  const outcomes = await watchAll(targets, plan, settings, config, invocation);
  const anomalies = outcomes.flatMap((outcome) => outcome.anomalies);
  const common = {
    plan: plan.id,
    everyMs: settings.everyMs,
    forMs: settings.forMs,
    baseline: settings.baseline,
    targets: outcomes.map(({ anomalies: _, ...outcome }) => outcome),
    anomalies,
  };
  const quiet = outcomes.filter((outcome) => outcome.anomalies.length === 0);
  const lines = quiet.map((outcome) => quietText(outcome, io.colors));
  const [first] = anomalies;
  if (first === undefined) {
    const isStopped = io.signal.aborted;
    const next = `npx lockstep status ${plan.id}`;
    return {
      text: [...lines, ...(isStopped ? ["Ended before its time was over."] : []), nextText(next, io.colors)].join("\n"),
      json: { ...common, isStopped, next },
      // Without a comparison, the watch cannot report success.
      exitCode: isStopped ? 130 : outcomes.some(({ compared }) => compared === 0) ? 2 : 0,
    };
  }
  const found = anomalies.slice(0, mostShown).map((anomaly) => anomalyText(anomaly, io.colors));
  // Print it now, because the reactions can take a while.
  for (const line of found) io.err(line);
  const done = await react(first, { invocation, plan, targets, config });
  const next = done.next ?? nextOf(plan, done.isPaused);
  return {
    text: [
      ...found,
      ...(anomalies.length > found.length ? [`  and ${anomalies.length - found.length} more: --json has them`] : []),
      ...reactionsText(done.reactions, io.colors),
      nextText(next, io.colors),
    ].join("\n"),
    json: { ...common, ...done.json, next },
    exitCode: 5,
  };
}

const mostShown = 5;

/** @throws LS8002 */
function settingsOf(invocation: Invocation, { watch = {} }: LockstepConfig): WatchSettings {
  const time = (name: "for" | "every", initial: string) =>
    readOption(name, timeOption({ description: "" }), textOption(invocation, name) ?? watch[name] ?? initial);
  const forMs = time("for", "30min");
  const everyMs = time("every", "15s");
  const baseline = numberOption(invocation, "baseline", 3) ?? watch.baseline ?? 5;
  if (everyMs < leastEveryMs)
    throw new LockstepError("LS8002", "--every is less than a second, which would itself load the database.", {
      hint: "For example: --every 15s",
    });
  if (forMs < (baseline + 2) * everyMs)
    throw new LockstepError(
      "LS8002",
      `--for is too short: the baseline needs ${baseline} probes, and an anomaly two more.`,
      { hint: `For example: --for ${Math.ceil(((baseline + 2) * everyMs) / 60_000)}min` },
    );
  return { forMs, everyMs, baseline };
}

/** The first anomaly ends the watch on all targets. */
async function watchAll(
  targets: readonly Target[],
  plan: Plan,
  { forMs, everyMs, baseline }: WatchSettings,
  config: LockstepConfig,
  { io }: Invocation,
): Promise<readonly WatchOutcome[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  let saidMs = systemClock.now();
  const show = (target: Target, event: WatchEvent) => {
    const line = eventText(target.name, event, io.colors);
    if (line !== undefined) {
      io.progress.end();
      io.err(line);
      saidMs = systemClock.now();
    }
    if (event.kind !== "looked") return;
    const text = lookedText(target.name, event, baseline, forMs);
    if (io.progress.isLive) io.progress.update(text);
    else if (systemClock.now() - saidMs >= aliveMs) {
      io.err(text);
      saidMs = systemClock.now();
    }
  };
  beQuiet(true);
  const watchOne = async (target: Target) => {
    const open = async () => {
      const connection = await connect(target.url, {
        applicationName: "lockstep watch",
        needsSession: false,
        isReadOnly: true,
        statementTimeoutMs: 10_000,
        silenceMs: Math.max(5000, everyMs),
      });
      requireSystem(connection, plan, target.name);
      return connection;
    };
    const outcome = await watchTarget({
      context: contextOf(target, { plan, everyMs, config, env: io.env, now: io.now, signal }),
      connect: open,
      forMs,
      baseline,
      random: Math.random,
      on: (event) => show(target, event),
    });
    if (outcome.anomalies.length > 0) stop.abort();
    return outcome;
  };
  try {
    return await Promise.all(
      targets.map((target) =>
        watchOne(target).catch((error: unknown) => {
          stop.abort();
          throw error;
        }),
      ),
    );
  } finally {
    io.progress.end();
  }
}

function contextOf(
  target: Target,
  {
    plan,
    config,
    ...shared
  }: Pick<WatchContext, "plan" | "everyMs" | "env" | "now" | "signal"> & { readonly config: LockstepConfig },
): WatchContext {
  const names = (value: string | number | undefined) =>
    value === undefined
      ? []
      : String(value)
          .split(",")
          .map((name) => name.trim());
  return {
    ...shared,
    plan,
    evidence: evidenceName(plan),
    target: target.name,
    tables: tablesOf(plan),
    measures: target.measures ?? {},
    services: target.services ?? [],
    writtenFrom: (step) => writtenFrom(plan, step),
    replicas: {
      ignored: names(config.backfill?.ignoreReplica),
      urlsFrom: names(config.backfill?.replicaUrlFrom),
    },
    clock: systemClock,
    atEnd: () => undefined,
  };
}

function tablesOf({ columns, backfills, units }: Plan): readonly TableName[] {
  const all = [
    ...columns.map(({ table }) => table),
    ...backfills.map(({ table }) => table),
    ...units.flatMap(({ spec }) => ("table" in spec ? [spec.table] : [])),
  ];
  return all.filter((table, at) => all.findIndex((other) => isSameTable(other, table)) === at);
}

async function react(
  anomaly: Anomaly,
  context: {
    readonly invocation: Invocation;
    readonly plan: Plan;
    readonly targets: readonly Target[];
    readonly config: LockstepConfig;
  },
) {
  const { invocation, plan, targets, config } = context;
  const reactions: Reaction[] = [];
  // Run both in parallel: an unresponsive database must not delay the alert.
  const [paused, command] = await Promise.all([
    pauseBackfills(plan, targets, anomaly, invocation.io),
    config.watch?.onAnomaly === undefined
      ? undefined
      : runOnAnomaly(config.watch.onAnomaly, { plan, anomaly, invocation }),
  ]);
  reactions.push(...paused.map(({ reaction }) => reaction), ...(command === undefined ? [] : [command.reaction]));
  const undone = invocation.options.undo === true ? await undoAfterAnomaly(invocation, plan, targets) : undefined;
  if (undone !== undefined) reactions.push(...undone.reactions);
  return {
    reactions,
    isPaused: paused.some(({ isPaused }) => isPaused),
    next: undone?.next,
    json: {
      paused: paused.map(({ reaction: _, ...each }) => each),
      ...(command === undefined ? {} : { onAnomaly: { exitCode: command.exitCode } }),
      ...(undone === undefined ? {} : { undo: undone.json }),
    },
  };
}

function nextOf({ id, state }: Plan, isPaused: boolean): string {
  const lost = state.released === "expand" ? ", and the column's values are lost" : "";
  const undo = `npx lockstep undo ${id}`;
  return isPaused
    ? `Find the cause.\nnpx lockstep backfill resume ${id}   # or ${undo}, which reverts ${state.released}${lost}`
    : `Find the cause.\n${undo}   # if it is the plan: reverts ${state.released}${lost}`;
}
