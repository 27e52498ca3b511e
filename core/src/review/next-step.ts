import type { Plan } from "../model/index.js";
import { phasesOf } from "../plan/phases.js";
import { releasesOf } from "../plan/releases.js";
import type { OrmPlugin } from "../plugin.js";
import { commandFor, stayWords } from "./words.js";

/**
 * What to do after the files of a phase were written: the `Next` line.
 *
 * @param plans of the project: while several are open a command has to name its own
 * @param contractUndo of a plan that was left in contract: the migrations that make its columns optional again, where a database
 * does not have them yet
 */
export function nextStep(
  plan: Plan,
  words: OrmPlugin["words"],
  plans: readonly Plan[],
  contractUndo: readonly string[] = [],
): string {
  const build = words.generate === undefined ? "" : `${words.generate}, `;
  const goOn = `To go on again: ${commandFor("next", plan, plans)}`;
  switch (plan.state.released) {
    case "expand":
      if (phasesOf(plan).length === 1) return "commit and deploy: this plan has one phase";
      if (plan.state.undos !== undefined) return `${build}review and commit, ${afterUndo(plan, words)}.  ${goOn}`;
      return `${build}review and commit, deploy (${words.deploy} first, then the code).  Then: ${commandFor(plan.backfills.length > 0 ? "backfill run" : "next", plan, plans)}`;
    case "switch":
      if (isTakenBack(plan)) return `${build}review and commit, ${afterUndo(plan, words)}.  ${goOn}`;
      if (phasesOf(plan).at(-1) === "switch")
        return `${build}review and commit, deploy the code.  Then: npx lockstep status`;
      return `review and commit, deploy the code.  When it has run well for a while: ${commandFor("next", plan, plans)}`;
    case "contract":
      return `${build}review and commit, deploy (${words.deploy} first, then the code).  Then: npx lockstep status`;
    case "undone": {
      if (plan.state.written.length === 0) {
        const { file } = plan.source;
        if (file !== undefined && plan.units.some(({ spec }) => spec.kind === "original"))
          return `put what else stood in ${file} into a migration of its own: no migration has it any more`;
        // Their migration is gone with the others, and code that runs with this model expects them in the database.
        if (stayWords(plan) !== "")
          return `${words.develop}, for what passed as it stood: the model keeps it, and no migration has it any more`;
        return `${build}review and commit: there is nothing to deploy`;
      }
      const codeFirst = `deploy the code first (builds that still write the column fail once it is gone), then ${words.deploy}`;
      // Code of before the change writes no value: it needs the trigger that contract took away.
      const optional = contractUndo.map((file) => words.execute(file)).join(" && ");
      return `${build}review and commit, ${optional === "" ? codeFirst : `run ${optional} on each database where contract is live, then ${codeFirst}`}`;
    }
    default:
      return plan.state.released satisfies never;
  }
}

/** The files that take a released contract back, which may not have arrived everywhere. */
export function contractUndos(plan: Plan): string[] {
  return releasesOf(plan)
    .filter(({ kind, phase, isPast }) => kind === "undo" && phase === "contract" && !isPast)
    .map(({ file }) => file);
}

function afterUndo(plan: Plan, words: OrmPlugin["words"]): string {
  return isTakenBack(plan) ? `deploy (${words.deploy} first, then the code)` : "deploy the code";
}

/** The contract was released and taken back since: the database has to follow. */
function isTakenBack(plan: Plan): boolean {
  return releasesOf(plan).some(({ kind, isPast }) => kind === "undo" && !isPast);
}
