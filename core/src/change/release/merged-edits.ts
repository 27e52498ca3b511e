import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gitOrNothing, sidesOfMerge } from "../../base/files/git.js";
import { compact } from "../../code/contract/transform.js";
import type { Plan, PlannedEdit } from "../../model/index.js";
import { planAt } from "../../plan/one-side.js";
import { planFolder } from "../../plan/plan-file.js";

/**
 * The plan with the records of code edits that a merge left behind. `plan.json` comes from one side of a merge, and code from both: without
 * their records, the other side's edits would never be reverted or lose their fallbacks. Only takes edits whose text the code has.
 */
export function withMergedEdits(plan: Plan, root: string): Plan {
  const edits = [...plan.state.edits];
  const formatted = [...(plan.state.formatted ?? [])];
  const texts = new Map<string, string>();
  const textOf = (file: string) => {
    const path = join(root, file);
    const text = texts.get(file) ?? (existsSync(path) ? compact(readFileSync(path, "utf8")) : "");
    texts.set(file, text);
    return text;
  };
  const isUnrecorded = ({ file, text }: PlannedEdit) => {
    const wanted = compact(text);
    const records = edits.filter((each) => each.file === file && compact(each.text) === wanted).length;
    return text !== "" && textOf(file).split(wanted).length - 1 > records;
  };
  for (const commit of commitsLeftOut(root, plan.id)) {
    const other = planAt(root, plan.id, commit)?.state;
    const taken: PlannedEdit[] = [];
    // The last edit of a text is in the code. The earlier ones that it replaced belong to it.
    for (const edit of other?.edits.toReversed() ?? []) {
      const isReplaced = taken.some(({ file, replaces }) => file === edit.file && replaces === edit.text);
      if ((edit.text === "" || !isReplaced) && !isUnrecorded(edit)) continue;
      taken.unshift(edit);
      edits.push(edit);
    }
    edits.splice(edits.length - taken.length, taken.length, ...taken);
    // The layout of these files before the edits.
    const files = new Set(taken.map(({ file }) => file));
    const known = new Set(formatted.map(({ file }) => file));
    formatted.push(...(other?.formatted ?? []).filter(({ file }) => files.has(file) && !known.has(file)));
  }
  if (edits.length === plan.state.edits.length) return plan;
  return { ...plan, state: { ...plan.state, edits, ...(formatted.length > 0 && { formatted }) } };
}

/** The commits of the other sides of merges that changed the plan, the newest first. Without git: none. */
function commitsLeftOut(root: string, id: string): readonly string[] {
  const log = (...args: readonly string[]) =>
    gitOrNothing(root, ["log", "--format=%H", ...args, "--", `./${planFolder(id)}/plan.json`])?.split("\n") ?? [];
  const kept = new Set(log("HEAD"));
  return log("--full-history", "HEAD", ...sidesOfMerge(root)).filter((commit) => !kept.has(commit));
}
