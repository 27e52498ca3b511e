import type { RankedPlaces } from "../../code/candidates/choose.js";
import { Formatting, type Unformatted } from "../../code/formatters/formatting.js";
import type { WrittenEdit } from "../../code/run/code-request.js";
import type { CodeSettings } from "../../config/code-settings.js";
import type { EntityModel, FileChange, MissingTypes, Plan, PlannedEdit, Unchecked } from "../../model/index.js";
import { followNames, namedColumns } from "../../plan/follow-names.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import type { CodePolicy } from "./choices.js";
import { intentsAt, withCode } from "./code-request.js";
import { editCode } from "./edit-code.js";
import type { HandOver } from "./hand-over.js";
import { layOut, withFormatted } from "./layout.js";
import { withMergedEdits } from "./merged-edits.js";
import { planFiles } from "./prepare-phase.js";
import { type NamedLine, readStillNamed } from "./still-named.js";
import type { TypeCheckWait } from "./verified-edits.js";

export interface RefreshResult {
  readonly plan: Plan;
  /** Including the files that store the decisions. */
  readonly changes: readonly FileChange[];
  /** Code that still contains the name of a removed field. */
  readonly named: readonly NamedLine[];
  readonly codeChanges: readonly FileChange[];
  readonly made: readonly PlannedEdit[];
  /** The decided ranked places. */
  readonly questions: readonly RankedPlaces[];
  /** Chosen edits that were not compiled first. */
  readonly unchecked?: Unchecked | undefined;
  /** Why values were identified by name only. Absent if the compiler provided types. */
  readonly missingTypes?: MissingTypes | undefined;
  /** As in `VerifiedEdits`. */
  readonly isUndemanded?: boolean | undefined;
  /** The current models. */
  readonly models?: readonly EntityModel[];
  /** The edits of `made` relative to the texts before them. */
  readonly written?: readonly WrittenEdit[] | undefined;
  readonly handedOver?: HandOver | undefined;
  /** The formatter that should have formatted the files, and did not. */
  readonly unformatted?: Unformatted | undefined;
}

/**
 * Plans the code edits of the released phase again for the current code: edits that waited for uncommitted changes, and new write sites.
 * Edits are idempotent, so existing ones do not change.
 */
export async function refreshCode(request: {
  readonly plan: Plan;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeSettings;
  /** Decides about ranked places. Default: the config, without a person. */
  readonly policy?: CodePolicy;
  readonly signal?: AbortSignal;
  /** As in `CodeRequest`. */
  readonly wait?: TypeCheckWait;
  readonly asksCompiler?: boolean;
  /** Whether to plan the remaining edits too, for others to make. Default: no. */
  readonly handsOver?: { readonly isWritten: boolean; readonly isAll: boolean } | undefined;
  /** The files that store the decisions. Default: those of the plan. */
  readonly keep?: ((plan: Plan, project: Project, models: readonly EntityModel[]) => readonly FileChange[]) | undefined;
}): Promise<RefreshResult> {
  const { released } = request.plan.state;
  if (released === "undone")
    return { plan: request.plan, changes: [], named: [], codeChanges: [], made: [], questions: [] };
  const models = await request.plugin.readModels(request.project);
  // A column without a plan has no file of its own.
  const known = request.keep === undefined ? withMergedEdits(request.plan, request.project.root) : request.plan;
  const plan = followNames(known, namedColumns(models));
  const code = await editCode({ ...request, plan, models }, intentsAt(plan, released));
  const formatting = new Formatting(request.project.root, request.code.format);
  void formatting.warmUp();
  try {
    const laidOut = await layOut(formatting, released, code.changes, code, { earlier: plan.state.formatted ?? [] });
    const after: Plan = {
      ...plan,
      state: withFormatted(withCode(plan.state, laidOut.code.state), laidOut.formatted),
    };
    const named = await readStillNamed(plan, request, laidOut.changes);
    const own = await formatting.apply(
      request.keep?.(after, request.project, models) ?? planFiles(after, request, named),
    );
    const { isWritten = true, isAll = false } = request.handsOver ?? {};
    const handedOver =
      request.handsOver === undefined ? undefined : await code.handOver?.(isWritten ? laidOut.changes : [], isAll);
    return {
      plan: after,
      models,
      written: code.written,
      handedOver,
      changes: [...laidOut.changes, ...own],
      named,
      codeChanges: laidOut.changes,
      made: laidOut.code.made,
      questions: code.questions,
      unchecked: code.unchecked,
      missingTypes: code.missingTypes,
      isUndemanded: code.isUndemanded,
      unformatted: formatting.unformatted,
    };
  } finally {
    formatting.close();
  }
}
