import { followNames, namedColumns } from "../../plan/follow-names.js";
import { isOpen } from "../../plan/store.js";
import { type Check, ok, problem } from "../check.js";

export default {
  id: "plan-models",
  title: "models of open plans",
  on: "project",
  async run({ plans, models, modelsError, words }) {
    if (models === undefined) {
      const why = modelsError === undefined ? "" : `: ${modelsError.message}`;
      return [problem(`the models cannot be read${why}`, { next: words.develop })];
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
            problem(`the plan ${plan.id} is stale: there is no field ${column.model}.${column.field} any more`, {
              why: "The next migration would drop the column, while the plan is still filling it.",
              next: `restore the field, or: npx lockstep undo ${plan.id}`,
            }),
          ];
        if (column.isRelaxed && !field.isOptional && !field.isList)
          return [
            problem(`${column.model}.${column.field} is required, although its plan has not come to contract`, {
              why: "Rows without a value are still allowed in the database; code that takes the field for required would fail on them.",
              next: words.develop,
            }),
          ];
        return [];
      }),
    );
    return findings.length > 0 ? findings : [ok("every open plan fits its model")];
  },
} satisfies Check;
