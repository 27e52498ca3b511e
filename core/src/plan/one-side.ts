import { attempt, isNoBug } from "../base/expected-errors.js";
import { committedText, sidesOfMerge } from "../base/files/git.js";
import { shellWord } from "../base/shell-word.js";
import type { Plan, WrittenUnit } from "../model/index.js";
import { fileHash } from "./hash.js";
import { planFolder, planHash, readPlan } from "./plan-file.js";

/** The folder and the migrations of a plan, for a command line. */
export function pathsOf(id: string, written: Plan["state"]["written"]): string {
  return [planFolder(id), ...written.map(({ file }) => file)].map(shellWord).join(" ");
}

/**
 * How to take a plan, with its migrations, from one side of a merge, rebase or cherry-pick. Undefined if git is not in one, or the sides
 * have no two states of the plan.
 */
export function oneSideHint(root: string, id: string): string | undefined {
  const [other] = sidesOfMerge(root);
  if (other === undefined) return undefined;
  const [ours, theirs] = [planAt(root, id, "HEAD"), planAt(root, id, other)];
  if (ours === undefined || theirs === undefined || planHash(ours) === planHash(theirs)) return undefined;
  const without = ({ state: { written } }: Plan, { state }: Plan) =>
    written.filter(({ file, sha256 }) => !state.written.some((each) => each.file === file && each.sha256 === sha256));
  const onlyOurs = without(ours, theirs);
  const onlyTheirs = without(theirs, ours).filter(({ file }) => onlyOurs.every((each) => each.file !== file));
  const paths = pathsOf(id, [...onlyOurs, ...onlyTheirs]);
  // Also removes what only the other side has, and ends git's conflicts in these files.
  const take = (commit: string, { state }: Plan) =>
    `     ${commit}, in ${state.released}: git restore --source=${commit} --staged --worktree -- ${paths}`;
  return [
    "Take the plan with its migrations from one side. Prefer the side that was deployed, or else the later phase:",
    take("HEAD", ours),
    take(other, theirs),
    "Resolve the other conflicts, and review the models: git may have merged those of the other side.",
    `npx lockstep code ${shellWord(id)}`,
    "npx lockstep check   # compares the models with the plan",
    "npx lockstep status",
  ].join("\n");
}

/** Writes the files of plans again that plan.json describes. */
export const restoreCommand = "npx lockstep repair --files";

/** How to find the branch that has them. */
export function restoreFiles(files: readonly string[]): string {
  return `Restore ${files.length === 1 ? "it" : "them"} from the branch that has ${files.length === 1 ? "it" : "them"}: git log --all -- ${files[0]}.`;
}

/**
 * How to restore a file of a plan.
 *
 * @param isDerived its text follows from plan.json
 */
export function restoreHint(
  root: string,
  id: string,
  { file, sha256 }: Pick<WrittenUnit, "file" | "sha256">,
  isDerived: boolean,
): string {
  const committed = committedText(root, file);
  const isCommitted = committed !== undefined && fileHash(file, committed) === sha256;
  return (
    oneSideHint(root, id) ??
    (isCommitted ? `git checkout HEAD -- ${shellWord(file)}` : isDerived ? restoreCommand : restoreFiles([file]))
  );
}

/** A plan in a commit. Undefined if it is not there, or cannot be read. */
export function planAt(root: string, id: string, commit: string): Plan | undefined {
  const file = `${planFolder(id)}/plan.json`;
  const text = committedText(root, file, commit);
  return text === undefined ? undefined : attempt(() => readPlan(text, file), isNoBug);
}
