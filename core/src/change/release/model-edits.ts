import { annotationTexts } from "../../config/annotations.js";
import { type DeployedPhase, type EntityModel, isFilled, type Plan, type PlannedColumn } from "../../model/index.js";
import { columnName } from "../../plan/follow-names.js";
import { phasesOf } from "../../plan/phases.js";
import type { FieldEdit, ModelEdit, UniqueEdit } from "../../plugin/plugin.js";

/** The model edits of a phase. */
export function modelEdits(plan: Plan, phase: DeployedPhase): ModelEdit[] {
  const relaxed = plan.columns.filter((column) => column.isRelaxed);
  const optional = filledOptionals(plan);
  if (phase === "expand")
    return [
      ...relaxed.map((column) => modelEdit("makeOptional", plan, column)),
      ...optional.map((column) => modelEdit("closeReads", plan, column)),
      ...uniqueEdits("keepUnique", plan),
    ];
  // A brisk contract also opens the reads. Afterwards, an option that keeps reads from an optional column is the user's own.
  const opened = phase === "switch" || plan.state.released === "expand" ? [...relaxed, ...optional] : relaxed;
  const added = opened.filter((column) => !column.becomesRequired);
  return [
    ...added.map((column) => modelEdit("openReads", plan, column)),
    ...(phase === "contract" ? relaxed.map((column) => modelEdit("makeRequired", plan, column)) : []),
    // An optional column is complete in the plan's last phase, whichever that is.
    ...(phase === phasesOf(plan).at(-1) ? optional.map((column) => modelEdit("dropAnnotations", plan, column)) : []),
    ...(phase === "contract" ? uniqueEdits("dropUnique", plan) : []),
  ];
}

/** Columns that stay optional although their rows are filled. */
export function filledOptionals(plan: Plan): PlannedColumn[] {
  return plan.columns.filter((column) => !column.isRelaxed && isFilled(column));
}

/** An edit of one field, with the user's original declarations: a column may be inherited from another file. */
export function modelEdit(kind: FieldEdit["kind"], plan: Plan, column: PlannedColumn): ModelEdit {
  const texts = plan.originalModels.filter(({ model }) => model === column.model).map(({ text }) => text);
  const annotations = kind === "reopen" ? plan.state.annotations?.[columnName(column)] : undefined;
  return {
    kind,
    column,
    original: texts.length === 0 ? undefined : texts.join("\n"),
    ...(annotations && { annotations }),
  };
}

/**
 * The annotations of fields that changed since planning, for the state of a plan whose last phase removes them: an undo restores them.
 *
 * @param models before the phase
 */
export function laterAnnotations(
  plan: Plan,
  phase: DeployedPhase,
  models: readonly EntityModel[],
): Pick<Plan["state"], "annotations"> {
  if (phase !== phasesOf(plan).at(-1)) return {};
  const planned = plan.originalModels.map(({ text }) => bare(text)).join("\n");
  const later = plan.columns.flatMap((column) => {
    const fields = models.find(({ name }) => name === column.model)?.fields ?? [];
    const documentation = fields.find(({ name }) => name === column.field)?.documentation ?? "";
    const texts = annotationTexts(documentation, column.model);
    return texts.every((text) => planned.includes(bare(text))) ? [] : [[columnName(column), texts] as const];
  });
  return later.length === 0 ? {} : { annotations: Object.fromEntries(later) };
}

/** Without the marks of comments and the layout of their lines. */
const bare = (text: string) => text.replace(/[\s*/]+/g, "");

/** The edits of the unique constraints that stay until contract. */
export function uniqueEdits(kind: UniqueEdit["kind"], plan: Plan): ModelEdit[] {
  return (plan.keptUniques ?? []).map((unique) => ({ kind, unique }));
}
