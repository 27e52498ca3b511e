import { dirtyFiles, mergedFiles } from "../../base/files/git.js";
import type { FileChange, PlanState } from "../../model/index.js";
import { sha256 } from "../../plan/hash.js";
import { listPlans } from "../../plan/store.js";
import type { Project } from "../../plugin/plugin.js";
import { readColumnChoices } from "./column-choices.js";

/** Changes relative to the files on disk, if they were made on top of the model edits. */
export function fromDisk(changes: readonly FileChange[], edited: readonly FileChange[] = []): readonly FileChange[] {
  const before = new Map(edited.map((change) => [change.file, change.before]));
  return changes.map((change) => (before.has(change.file) ? { ...change, before: before.get(change.file) } : change));
}

/** The changes of models and code together; a file with both is changed once. */
export function mergeChanges(models: readonly FileChange[], code: readonly FileChange[]): readonly FileChange[] {
  return [...models.filter(({ file }) => !code.some((change) => change.file === file)), ...code];
}

/**
 * Files whose uncommitted changes are neither Lockstep's own nor those of a merge. Counts edits of any plan, because plans share files, and
 * edits for columns without a plan.
 *
 * @param edited the same phase's model edits: their files are written anyway, so their code is edited too
 */
export function foreignChanges(
  project: Project,
  changes: readonly FileChange[],
  edited: readonly FileChange[] = [],
): ReadonlySet<string> {
  const models = new Set(edited.map(({ file }) => file));
  const own = new Set(
    [...listPlans(project.root).map(({ state }) => state), readColumnChoices(project)].flatMap(({ codeFiles }) =>
      codeFiles.map((entry) => `${entry.file} ${entry.sha256}`),
    ),
  );
  const dirty = dirtyFiles(
    project.root,
    changes.map((change) => change.file),
  );
  const foreign = changes
    .filter(({ file }) => !models.has(file))
    .filter(({ file, before }) => dirty.has(file) && !own.has(`${file} ${sha256(before ?? "")}`))
    .map((change) => change.file);
  const merged = mergedFiles(project.root, foreign);
  return new Set(foreign.filter((file) => !merged.has(file)));
}

/** The files that Lockstep has edited, with their hashes afterwards. */
export function mergeCodeFiles(
  earlier: PlanState["codeFiles"],
  changes: readonly FileChange[],
): PlanState["codeFiles"] {
  const merged = new Map(earlier.map((entry) => [entry.file, entry.sha256]));
  for (const { file, after } of changes) if (after !== undefined) merged.set(file, sha256(after));
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, hash]) => ({ file, sha256: hash }));
}
