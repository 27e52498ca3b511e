import type { KnownPlan } from "../dialect/ledger-store.js";
import { isWaiting, type Plan } from "../model/index.js";

/** The state of each plan in a build of this checkout: its phase, and the number of places that still need an edit. */
export function knownPlans(plans: readonly Plan[]): Readonly<Record<string, KnownPlan>> {
  return Object.fromEntries(
    plans.map(({ id, state }) => {
      const left = state.places.filter(isWaiting).length;
      return [id, { phase: state.released, left }];
    }),
  );
}
