import { type Check, ok, type TargetFacts, warning } from "../../../dialect/check.js";
import { migrationOf } from "../../../plan/migration-of.js";
import { releasesOf } from "../../../plan/releases.js";
import { missingParts } from "../../../target/facts/missing-parts.js";

/** Only the cheap checks: a full comparison of a target needs a server to run its migrations on. */
export default {
  id: "drift",
  title: "objects of plans that were changed outside the plan",
  on: "target",
  async run({ connection, openPlans, applied, target }) {
    const next = `npx lockstep drift --target ${target}`;
    const columns = openPlans.filter((plan) => isExpanded(plan, applied)).flatMap((plan) => plan.columns);
    const lacking = await missingParts(connection, columns);
    if (lacking.length > 0)
      return lacking.map(({ statement }) =>
        warning(statement, {
          why: "The plan's migrations ran here. The object was changed later, or the migrations were recorded without running.",
          next: `npx lockstep status   # shows how to fix it; ${next} compares everything`,
        }),
      );
    const all = `nothing else was compared: ${next}`;
    return [
      ok(`${columns.length === 0 ? "no plan is in progress" : "all objects that open plans created exist"}; ${all}`),
    ];
  },
} satisfies Check;

/** Its expand is in the repository, nothing reverts it, and all of it has run. */
function isExpanded(plan: TargetFacts["plans"][number], applied: readonly string[]): boolean {
  if (plan.state.released === "undone") return false;
  const expand = releasesOf(plan).filter(
    ({ phase, kind, isPast }) => phase === "expand" && kind === "phase" && !isPast,
  );
  return expand.length > 0 && expand.every(({ file }) => applied.includes(migrationOf(file)));
}
