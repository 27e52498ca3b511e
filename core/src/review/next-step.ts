import type { Plan } from "../model/index.js";
import { phasesOf } from "../plan/build-plan.js";
import type { OrmPlugin } from "../plugin.js";

/** What to do after the files of a phase were written: the `Next` line. */
export function nextStep(plan: Plan, words: OrmPlugin["words"]): string {
  const build = words.generate === undefined ? "" : `${words.generate}, `;
  const phases = phasesOf(plan);
  switch (plan.state.released) {
    case "expand":
      return phases.length === 1
        ? "commit and deploy: this plan has one phase"
        : `${build}review and commit, deploy (${words.deploy} first, then the code).  Then: npx lockstep backfill run`;
    case "switch":
      return `review and commit, deploy the code.  When it has run well for a while: npx lockstep next`;
    case "contract":
      return `${build}review and commit, deploy (${words.deploy} first, then the code).  Then: npx lockstep status`;
    case "undone":
      return `${build}review and commit, deploy the code first (builds that still write the column fail once it is gone), then ${words.deploy}`;
    default:
      return plan.state.released satisfies never;
  }
}
