import { type DeployedPhase, isFilled, type Plan, type PlannedColumn } from "../../model/index.js";
import { phasesOf } from "../../plan/phases.js";
import type { FieldEdit, ModelEdit, UniqueEdit } from "../../plugin/plugin.js";

/** What a phase does to the models. */
export function modelEdits(plan: Plan, phase: DeployedPhase): ModelEdit[] {
  const relaxed = plan.columns.filter((column) => column.isRelaxed);
  const optional = filledOptionals(plan);
  if (phase === "expand")
    return [
      ...relaxed.map((column) => modelEdit("makeOptional", plan, column)),
      ...optional.map((column) => modelEdit("closeReads", plan, column)),
      ...uniqueEdits("keepUnique", plan),
    ];
  // A brisk contract opens the reads as well. Once they are open, what keeps reads from an optional column is the user's own.
  const opened = phase === "switch" || plan.state.released === "expand" ? [...relaxed, ...optional] : relaxed;
  return [
    ...opened.map((column) => modelEdit("openReads", plan, column)),
    ...(phase === "contract" ? relaxed.map((column) => modelEdit("makeRequired", plan, column)) : []),
    // A column that stays optional is done with the plan's last phase, whichever that is.
    ...(phase === phasesOf(plan).at(-1) ? optional.map((column) => modelEdit("dropAnnotations", plan, column)) : []),
    ...(phase === "contract" ? uniqueEdits("dropUnique", plan) : []),
  ];
}

/** The columns that stay optional and whose rows are filled all the same. */
export function filledOptionals(plan: Plan): PlannedColumn[] {
  return plan.columns.filter((column) => !column.isRelaxed && isFilled(column));
}

/** An edit of one field, with the declarations as the user wrote them: a column may be inherited from another file. */
export function modelEdit(kind: FieldEdit["kind"], plan: Plan, column: PlannedColumn): ModelEdit {
  const texts = plan.originalModels.filter(({ model }) => model === column.model).map(({ text }) => text);
  return { kind, column, original: texts.length === 0 ? undefined : texts.join("\n") };
}

/** The edits of the unique constraints that stay until contract. */
export function uniqueEdits(kind: UniqueEdit["kind"], plan: Plan): ModelEdit[] {
  return (plan.keptUniques ?? []).map((unique) => ({ kind, unique }));
}
