import type { Operation, Plan } from "../model/index.js";
import { followNames } from "../plan/follow-names.js";
import { isOpen, listPlans } from "../plan/store.js";
import type { ModelEdit } from "../plugin/plugin.js";
import type { ModelsNow, OpenPlans, OrmChange, Restore } from "./change.js";
import { filledOptionals, modelEdit } from "./release/model-edits.js";
import { refuseEarlierModel, refuseRestored, refuseSecondChange } from "./second-change.js";

/**
 * Reads the plans of the project. They answer a later diff on a planned column: a required field that was restored manually or by a merge
 * is optional until contract.
 *
 * @returns undefined if none is open
 * @throws LS3001, LS3002, LS3007 a plan that cannot be read · LS3004 the models declare again what one drops
 */
export async function openPlans(orm: Pick<OrmChange<unknown>, "root" | "columns">): Promise<OpenPlans | undefined> {
  const open = listPlans(orm.root).filter(isOpen);
  if (open.length === 0) return undefined;
  const declared = await orm.columns();
  refuseRestored(open, declared);
  const plans = open.map((plan) => followNames(plan, declared));
  return {
    plans,
    restoring: (models) => restoring(plans, models),
    refuseSecondChange: (operations) => refuseSecondChange(plans, operations),
  };
}

/** @throws LS3004 a merge brought back the declaration of a column from before contract */
export async function refuseEarlierModels(
  orm: Pick<OrmChange<unknown>, "root" | "columns" | "sources">,
  operations: readonly Operation[],
): Promise<void> {
  const declared = await orm.columns();
  const plans = listPlans(orm.root).map((plan) => followNames(plan, declared));
  refuseEarlierModel(plans, operations, await orm.sources());
}

function restoring(plans: readonly Plan[], models: ModelsNow): Restore | undefined {
  const ahead = plans.flatMap((plan) =>
    plan.columns.filter((column) => column.isRelaxed && models.isRequired(column)).map((column) => ({ plan, column })),
  );
  const gone = plans.flatMap((plan) =>
    (plan.keptUniques ?? []).filter((unique) => models.lacks(unique)).map((unique) => ({ plan, unique })),
  );
  if (ahead.length === 0 && gone.length === 0) return undefined;
  const touched = [...new Set([...ahead, ...gone].map(({ plan }) => plan))];
  // An ORM does not see open reads alone as a difference; the same edit or merge has reverted both.
  const read = touched
    .filter(({ state }) => state.released === "expand")
    .flatMap((plan) => filledOptionals(plan).map((column) => ({ plan, column })))
    .filter(({ column }) => models.isRead?.(column) === true);
  return {
    edits: [
      ...ahead.flatMap(({ plan, column }) => [
        modelEdit("makeOptional", plan, column),
        ...(plan.state.released === "expand" ? [] : [modelEdit("openReads", plan, column)]),
      ]),
      ...read.map(({ plan, column }) => modelEdit("closeReads", plan, column)),
      ...gone.map(({ unique }): ModelEdit => ({ kind: "keepUnique", unique })),
    ],
    names: [
      ...ahead.map(({ plan, column }) => `${column.model}.${column.field} optional until contract ${ofPlan(plan)}`),
      ...read.map(({ plan, column }) => `${column.model}.${column.field} kept from reads ${ofPlan(plan)}`),
      ...gone.map(
        ({ plan, unique }) => `${unique.model} unique on (${unique.fields.join(", ")}) until contract ${ofPlan(plan)}`,
      ),
    ],
    plans: touched,
  };
}

function ofPlan({ id, state }: Plan): string {
  return `(plan ${id}, phase ${state.released})`;
}
