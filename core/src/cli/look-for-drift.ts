import { LockstepError } from "../base/errors.js";
import { duringCleanUp } from "../base/expected-errors.js";
import { readPlans } from "../plan/store.js";
import { type DriftReport, driftNext, driftText } from "../review/drift.js";
import { nextText } from "../review/terminal.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import { DriftSearch } from "./find-drift.js";
import { knownError } from "./known-error.js";
import { chooseTargets, developmentTarget, type Target } from "./targets.js";

/**
 * Compares targets one after another. If a target cannot be compared, its entry has the error and the run continues.
 *
 * @returns exit code 0 no difference · 1 a difference · 3 a target could not be compared, so that pipelines can tolerate one of them
 * @throws LS6707 at Ctrl-C · LS8002 and errors of choosing targets
 */
export async function lookForDrift(invocation: Invocation): Promise<CommandResult> {
  const { io } = invocation;
  const { project, plugin, config } = await invocation.workspace("look");
  const name =
    textOption(invocation, "target") ?? (Object.keys(config.targets).length === 0 ? developmentTarget : undefined);
  const reports: DriftReport[] = [];
  const targets: Target[] = [];
  // A group whose server does not list its members cannot be compared either.
  for (const one of name === undefined ? Object.keys(config.targets) : [name])
    try {
      targets.push(...(await chooseTargets(config, project, io, one, true)));
    } catch (error) {
      if (!(error instanceof LockstepError) || error.exitCode !== 3) throw error;
      reports.push(unseen({ name: one }, error));
    }
  const search = new DriftSearch({
    project,
    plugin,
    plans: readPlans(project.root).plans,
    ignore: config.drift?.ignore ?? [],
    stageUrl: textOption(invocation, "stageUrl"),
    onStep: (text) => io.progress.update(text),
    signal: io.signal,
  });
  // Closing a scratch database ends its migrations, so Ctrl-C does not wait for a long history.
  const stop = () => void search.close().catch(duringCleanUp);
  io.signal.addEventListener("abort", stop);
  try {
    for (const target of targets) {
      const report = await search
        .look(target)
        .catch((error) => (io.signal.aborted ? undefined : unseen(target, error)));
      if (report === undefined || io.signal.aborted)
        throw new LockstepError("LS6707", "The comparison was not finished.");
      reports.push(report);
    }
  } finally {
    io.signal.removeEventListener("abort", stop);
    io.progress.end();
    await search.close();
  }
  const next = driftNext(reports);
  return {
    text: [...reports.map((report) => driftText(report, io.colors)), nextText(next, io.colors)].join("\n"),
    json: { targets: reports, next },
    exitCode: reports.some(({ differences }) => differences.length > 0)
      ? 1
      : reports.some(({ error }) => error !== undefined)
        ? 3
        : 0,
  };
}

/** @throws an error that is not about the target: our bug */
function unseen(target: Pick<Target, "name" | "group">, thrown: unknown): DriftReport {
  const error = knownError(thrown);
  if (!(error instanceof LockstepError)) throw error;
  const { code, message, why, hint } = error;
  return {
    target: target.name,
    ...(target.group === undefined ? {} : { group: target.group }),
    differences: [],
    ignored: 0,
    notApplied: [],
    failed: [],
    unknown: [],
    error: { code, message, why, next: hint },
  };
}
