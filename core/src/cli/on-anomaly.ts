import { LockstepError } from "../base/errors.js";
import { runShell } from "../base/run-tool.js";
import { withoutPasswords } from "../base/url-text.js";
import { connect } from "../databases/connect.js";
import { type Plan, tableLabel } from "../model/index.js";
import type { Anomaly } from "../operate/watch/watch-target.js";
import { anomalySentence, type Reaction } from "../review/watch.js";
import { recordOf } from "../target/facts/record-of.js";
import { readBackfills } from "../target/ledger/backfills.js";
import { changeControl } from "../target/ledger/control.js";
import { atOnce } from "./at-once.js";
import type { Invocation } from "./command.js";
import type { Io } from "./io.js";
import type { Target } from "./targets.js";
import { whoAsks } from "./who.js";

/** Timeout for the command: sending a message must not take longer. */
const longestCommandMs = 60_000;

interface Paused {
  readonly target: string;
  readonly table: string;
  readonly isPaused: boolean;
  readonly reaction: Reaction;
}

/** Pauses the plan's backfills on all watched targets until a person resumes them. Skips backfills that have not started or are done. */
export async function pauseBackfills(
  plan: Plan,
  targets: readonly Target[],
  anomaly: Anomaly,
  io: Pick<Io, "env">,
): Promise<readonly Paused[]> {
  const paused = {
    who: `lockstep watch (${whoAsks(io)})`,
    at: new Date().toISOString(),
    why: anomalySentence(anomaly),
  };
  const all: Paused[] = [];
  if (plan.backfills.length === 0) return all;
  await atOnce(targets, async (target) => {
    const note = (table: string, isPaused: boolean, text: string) =>
      all.push({
        target: target.name,
        table,
        isPaused,
        reaction: { isDone: isPaused, text: `${target.name}: ${text}` },
      });
    const whole = plan.backfills.map(({ table }) => `"${tableLabel(table)}"`).join(", ");
    try {
      const connection = await connect(target.url, { applicationName: "lockstep", needsSession: false });
      try {
        const records = await readBackfills(connection, plan.id);
        for (const spec of plan.backfills) {
          const record = await recordOf(connection, records, spec);
          if (record === undefined || record.status === "done") continue;
          const { table, once } = record;
          // Keep the record of who paused it first.
          await changeControl(connection, { plan: plan.id, table, once }, (control) => ({
            ...control,
            paused: control.paused ?? paused,
          }));
          note(tableLabel(spec.table), true, `the backfill of "${tableLabel(spec.table)}" is paused`);
        }
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      note(whole, false, `the backfill of ${whole} could not be paused: ${error.message}`);
    }
  });
  return all;
}

/** Runs the config's command with the anomaly in its environment. Its output goes to stderr. */
export async function runOnAnomaly(
  command: string,
  { plan, anomaly, invocation }: { readonly plan: Plan; readonly anomaly: Anomaly; readonly invocation: Invocation },
): Promise<{ readonly exitCode: number; readonly reaction: Reaction }> {
  const { io } = invocation;
  const { project } = await invocation.workspace();
  const run = await runShell(command, {
    cwd: project.root,
    env: { ...io.env, ...factsOf(plan, anomaly, io.env) },
    onLine: (line) => io.err(`  ${io.colors.dim(line)}`),
    signal: AbortSignal.timeout(longestCommandMs),
    // Other reactions to the anomaly must not wait for it.
    killAfterMs: 5000,
  }).catch((error: Error) => ({ exitCode: 127, output: error.message }));
  const isDone = run.exitCode === 0;
  return {
    exitCode: run.exitCode,
    reaction: { isDone, text: `the command of watch.onAnomaly ended with ${run.exitCode}` },
  };
}

function factsOf(plan: Plan, anomaly: Anomaly, env: Invocation["io"]["env"]): Record<string, string> {
  const facts: Record<string, string> = {
    LOCKSTEP_PLAN: plan.id,
    LOCKSTEP_PHASE: plan.state.released,
    LOCKSTEP_TARGET: anomaly.target,
    LOCKSTEP_ANOMALY: anomaly.kind === "lost" ? "lost" : anomaly.measure,
    LOCKSTEP_TEXT: withoutPasswords(anomalySentence(anomaly), env),
    LOCKSTEP_SINCE: anomaly.since,
  };
  if (anomaly.kind === "lost") return facts;
  return {
    ...facts,
    LOCKSTEP_SUBJECT: anomaly.subject,
    LOCKSTEP_UNIT: anomaly.unit,
    LOCKSTEP_BASELINE: String(anomaly.baseline),
    LOCKSTEP_VALUE: String(anomaly.value),
  };
}
