import { LockstepError } from "../base/errors.js";
import { type BackfillSpec, tableLabel } from "../model/index.js";
import type { Control } from "../target/ledger/control.js";
import type { WorkerReport } from "../target/ledger/workers.js";
import type { CommandResult, Invocation } from "./command.js";
import type { TargetBackfill } from "./each-backfill.js";

/** Options of every command that controls running backfills. */
export const controlOptions = [
  { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
] as const;

/**
 * Changes the control state of a plan's backfills, wherever they run.
 *
 * @param change returns the new control state
 * @param verdict describes the change of one backfill for people. `started`: the options that its run started with, if that is known
 * @param next the next command, without the plan. Default: `backfill status`
 * @throws LS5026 no backfill has started
 */
export async function controlBackfill(
  invocation: Invocation,
  change: (control: Control) => Control,
  verdict: (before: Control, after: Control, isRunning: boolean, started: WorkerReport["options"]) => string,
  next: (results: readonly { readonly isRunning: boolean }[]) => string = () => "npx lockstep backfill status",
): Promise<CommandResult> {
  const [{ findRunner }, { silentMs, workersOf }, { changeControl }, { readWorkers }, { eachBackfill }] =
    await Promise.all([
      import("../backfill/runner-lock.js"),
      import("../backfill/state.js"),
      import("../target/ledger/control.js"),
      import("../target/ledger/workers.js"),
      import("./each-backfill.js"),
    ]);
  const visit = async ({ target, spec, connection, id, record }: TargetBackfill) => {
    const isRunning = (await findRunner(connection, id)) !== undefined;
    const isDone = record.status === "done" && !isRunning;
    const of = { target, table: label(spec), isRunning, isDone };
    if (isDone) return { ...of, started: undefined, before: record.control, after: record.control };
    const changed = await changeControl(connection, id, change);
    const workers = isRunning ? workersOf(await readWorkers(connection, id.plan), id) : [];
    // The entry of a killed run remains.
    const [latest] = workers
      .filter((worker) => worker.silentMs < silentMs)
      .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
    return { ...of, started: latest?.report.options, ...changed! };
  };
  const { plan, results, notBegun } = await eachBackfill(invocation, visit, false);
  if (results.length === 0)
    throw new LockstepError("LS5026", `No backfill of ${plan.id} has started on ${targetsOf(notBegun)}.`, {
      hint: `npx lockstep backfill run ${plan.id}`,
    });
  const { colors } = invocation.io;
  const { nextText } = await import("../review/terminal.js");
  return {
    text: [
      ...results.map(
        ({ target, table, before, after, isRunning, isDone, started }) =>
          `${colors.green("✔")} ${target}: ${table} — ${isDone ? "is done, so nothing was changed" : verdict(before, after, isRunning, started)}`,
      ),
      nextText(`${results.every(({ isDone }) => isDone) ? "npx lockstep status" : next(results)} ${plan.id}`, colors),
    ].join("\n"),
    json: {
      plan: plan.id,
      results: results.map(({ target, table, after, isRunning }) => ({ target, table, isRunning, control: after })),
    },
    exitCode: 0,
  };
}

function label({ table, columns }: BackfillSpec): string {
  return `"${tableLabel(table)}".${columns.map(({ name }) => `"${name}"`).join(", ")}`;
}

function targetsOf(each: readonly { readonly target: string }[]): string {
  return [...new Set(each.map(({ target }) => target))].join(", ") || "any target";
}
