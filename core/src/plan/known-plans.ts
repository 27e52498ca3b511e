import type { KnownPlan } from "../dialect/ledger-store.js";
import { isWaiting, type Plan } from "../model/index.js";

/** What a build that is made of this checkout has of each plan: its phase, and the places that must change and have not. */
export function knownPlans(plans: readonly Plan[]): Readonly<Record<string, KnownPlan>> {
  return Object.fromEntries(
    plans.map(({ id, state }) => {
      const left = state.places.filter(isWaiting).length;
      return [id, { phase: state.released, left }];
    }),
  );
}
