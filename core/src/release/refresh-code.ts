import type { CodeGlobs } from "../config/code-globs.js";
import type { FileChange, Plan, PlannedEdit } from "../model/index.js";
import { followNames, namedColumns } from "../plan/follow-names.js";
import { planFolder, planText } from "../plan/plan-file.js";
import type { OrmPlugin, Project } from "../plugin.js";
import { editCode, intentsAt } from "./edit-code.js";

export interface RefreshResult {
  readonly plan: Plan;
  /** With the plan's own file. */
  readonly changes: readonly FileChange[];
  readonly codeChanges: readonly FileChange[];
  readonly made: readonly PlannedEdit[];
}

/**
 * The code edits of the released phase, once more over the code of today: what waited for uncommitted changes, and write sites
 * that came since. Edits are idempotent, so what stands is left alone.
 */
export async function refreshCode(request: {
  readonly plan: Plan;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeGlobs;
}): Promise<RefreshResult> {
  const { released } = request.plan.state;
  if (released === "undone") return { plan: request.plan, changes: [], codeChanges: [], made: [] };
  const models = await request.plugin.readModels(request.project);
  const plan = followNames(request.plan, namedColumns(models));
  const code = await editCode({ ...request, plan, models }, intentsAt(plan, released));
  const after: Plan = {
    ...plan,
    state: { ...plan.state, edits: code.edits, places: code.places, codeFiles: code.codeFiles },
  };
  const file = `${planFolder(plan.id)}/plan.json`;
  const own: FileChange = { file, before: planText(request.plan), after: planText(after) };
  return { plan: after, changes: [...code.changes, own], codeChanges: code.changes, made: code.made };
}
