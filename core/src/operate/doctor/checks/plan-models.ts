import { LockstepError } from "../../../base/errors.js";
import { type Check, type Finding, ok, type ProjectFacts, problem } from "../../../dialect/check.js";
import { followNames, namedColumns } from "../../../plan/follow-names.js";
import { isOpen } from "../../../plan/store.js";

export default {
  id: "plan-models",
  title: "models of open plans",
  on: "project",
  async run(facts) {
    return modelFindings(facts);
  },
} satisfies Check;

/** Whether the models fit the phase of each open plan. */
export function modelFindings({
  plans,
  models,
  closedReads = [],
  modelsError,
  words,
}: Pick<ProjectFacts, "plans" | "models" | "closedReads" | "modelsError" | "words">): readonly Finding[] {
  if (models === undefined) {
    return [
      modelsError === undefined ? problem("the models cannot be read", { next: words.develop }) : unread(modelsError),
    ];
  }
  const declared = namedColumns(models);
  const open = plans.filter(isOpen).map((plan) => followNames(plan, declared));
  const findings = open.flatMap((plan) =>
    plan.columns.flatMap((column) => {
      const field = models
        .find((model) => model.name === column.model)
        ?.fields.find((candidate) => candidate.name === column.field);
      if (field === undefined)
        return [
          problem(`the plan ${plan.id} is stale: the field ${column.model}.${column.field} no longer exists`, {
            why: "The next migration would drop the column, while the plan is still filling it.",
            next: `npx lockstep undo ${plan.id}   # or restore the field`,
          }),
        ];
      if (column.isRelaxed && !field.isOptional && !field.isList)
        return [
          problem(`${column.model}.${column.field} is required, although its plan has not reached contract`, {
            why: "The database still allows rows without a value. Code that treats the field as required fails on them.",
            next: words.develop,
          }),
        ];
      if (closedReads.some(({ model, name }) => model === column.model && name === column.name))
        return [
          problem(`${column.model}.${column.field} is excluded from reads, although its plan is in switch`, {
            why: "Expand excludes it until its rows are filled. Probably a merge restored that: code reads no value.",
            next: `Remove select: false from ${column.model}.${column.field}.`,
          }),
        ];
      return [];
    }),
  );
  return findings.length > 0 ? findings : [ok("every open plan matches its model")];
}

/** In one line, with the location of the error. */
export function unread(error: Error): Finding {
  if (!(error instanceof LockstepError)) return problem(`the models cannot be read: ${error.message}`);
  const { what = error.message, file, line } = error.details as { what?: string; file?: string; line?: number };
  return problem(`the models cannot be read: ${error.code} ${what}${file === undefined ? "" : ` (${file}:${line})`}`, {
    next: error.hint,
    ...(file !== undefined && { file, line }),
  });
}
