import { type DeployedPhase, isFilled, type Plan, type PlannedColumn } from "../../model/index.js";
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
  return { kind, column, original: texts.length === 0 ? undefined : texts.join("\n") };
}

/** The edits of the unique constraints that stay until contract. */
export function uniqueEdits(kind: UniqueEdit["kind"], plan: Plan): ModelEdit[] {
  return (plan.keptUniques ?? []).map((unique) => ({ kind, unique }));
}
