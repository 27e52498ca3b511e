import { attempt, isNoBug } from "../base/expected-errors.js";
import { committedText, gitOrNothing } from "../base/files/git.js";
import { shellWord } from "../base/shell-word.js";
import type { Plan } from "../model/index.js";
import { planFolder, readPlan } from "./plan-file.js";

/** The files of a plan that git has: its folder, and its migrations. */
export function pathsOf(plans: readonly [Plan, ...Plan[]]): string {
  const written = plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  return [planFolder(plans[0].id), ...new Set(written)].map(shellWord).join(" ");
}

/**
 * How to take a plan, with its migrations, from one side of a merge, rebase or cherry-pick. Undefined if git is not in one, or a side has
 * no plan to read.
 */
export function oneSideHint(root: string, id: string): string | undefined {
  const other = others.find((each) => gitOrNothing(root, ["rev-parse", "--verify", "--quiet", each]) !== undefined);
  if (other === undefined) return undefined;
  const [ours, theirs] = [planAt(root, id, "HEAD"), planAt(root, id, other)];
  if (ours === undefined || theirs === undefined) return undefined;
  // Also removes what only the other side has, and settles git's conflicts in these files.
  const paths = pathsOf([ours, theirs]);
  const take = (commit: string, { state }: Plan) =>
    `   ${commit}, in ${state.released}: git restore --source=${commit} --staged --worktree -- ${paths}`;
  return [
    "Take the plan with its migrations from one side: from the one that was deployed, or else the one in the later phase:",
    take("HEAD", ours),
    take(other, theirs),
    "Resolve the other conflicts: the models and the code of that phase.",
    `npx lockstep code ${shellWord(id)}`,
    "npx lockstep status",
  ].join("\n");
}

const others = ["MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"];

function planAt(root: string, id: string, commit: string): Plan | undefined {
  const file = `${planFolder(id)}/plan.json`;
  const text = committedText(root, file, commit);
  return text === undefined ? undefined : attempt(() => readPlan(text, file), isNoBug);
}
