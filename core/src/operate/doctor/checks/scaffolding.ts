import { type Check, type Finding, ok, type TargetFacts } from "../../../dialect/check.js";
import { names } from "../../../dialect/format-values.js";
import { migrationOf } from "../../../plan/migration-of.js";
import { isOpen } from "../../../plan/store.js";

export default {
  id: "scaffolding",
  title: "leftovers of plans",
  on: "target",
  async run(facts) {
    const { connection, plans, applied } = facts;
    const leftovers = await connection.dialect.ops.leftovers();
    // Even if the repository no longer has the migration: one that has not run here has not removed anything.
    const unfinished = plans.filter(
      (plan) => isOpen(plan) || plan.state.written.some(({ file }) => !applied.includes(migrationOf(file))),
    );
    const expected = new Set(
      unfinished.flatMap((plan) => plan.columns.flatMap(({ table, name }) => leftovers.scaffolding(table, name))),
    );
    const building = new Set(unfinished.flatMap(indexNames));
    const findings = (await leftovers.find(connection)).flatMap(({ kind, name, finding, planned }) =>
      kind === "index"
        ? [building.has(name) ? (planned ?? finding) : finding]
        : expected.has(name)
          ? []
          : [leftover(finding, doubtOf(facts))],
    );
    return findings.length > 0 ? findings : [ok("no trigger, check or broken index is left over")];
  },
} satisfies Check;

function indexNames(plan: { readonly units: readonly { readonly spec: object }[] }): string[] {
  return plan.units.flatMap(({ spec }) => {
    const { index } = spec as { index?: { name: string } };
    return index === undefined ? [] : [index.name];
  });
}

/** Why the plan that needs the object may not have been read: what to do first. */
function doubtOf({ damagedPlans, applied, migrations, unlisted, plans }: TargetFacts): string | undefined {
  if (damagedPlans.length > 0)
    return `make ${names(damagedPlans.map(({ id }) => `lockstep/${id}/plan.json`))} readable`;
  const known = new Set([
    ...migrations,
    ...[...unlisted, ...plans.flatMap(({ state }) => state.written)].map(({ file }) => migrationOf(file)),
  ]);
  const elsewhere = applied.filter((name) => !known.has(name));
  if (elsewhere.length === 0) return undefined;
  return `run this in a checkout with the migrations that ran here and are missing in this one (${names(elsewhere.toReversed())})`;
}

function leftover(finding: Finding, doubt: string | undefined): Finding {
  if (doubt === undefined) return finding;
  return { ...finding, next: `First ${doubt}: a plan there may need it.\n${finding.next}   -- if no plan needs it` };
}
