import { type Check, type Finding, ok, problem, warning } from "../../../dialect/check.js";
import { pendingBefore, releasedUnits } from "../../../plan/migration-of.js";
import { type PendingFill, tryPendingFills } from "../../../target/facts/pending-fills.js";

export default {
  id: "pending-fills",
  title: "fills on targets where expand has not run",
  on: "target",
  isAlone: true,
  async run({ connection, openPlans, target, migrations, applied }) {
    const findings = [];
    const pending = migrations.filter((name) => !applied.includes(name));
    for (const plan of openPlans) {
      const units = releasedUnits([plan]).filter(({ migration }) => pending.includes(migration));
      const before = pendingBefore(plan, { pending, units });
      for (const fill of await tryPendingFills(connection, plan, { before, timeoutMs: 15_000 }))
        findings.push(findingOf(fill, target));
    }
    return findings.length > 0 ? findings : [ok("no pending fill fails for a row")];
  },
} satisfies Check;

function findingOf({ code, statement, isOfExpression, isOfKey, isEarly, plan }: PendingFill, target: string): Finding {
  if (code === undefined)
    return warning(statement, isEarly ? { next: `npx lockstep deploy --target ${target}   # applies that first` } : {});
  const another = `npx lockstep abandon ${plan}`;
  return isOfExpression
    ? problem(statement, {
        why: "npx lockstep deploy rejects the plan on this target.",
        next: `npx lockstep explain ${code}\n${another}   # or start over with another plan`,
      })
    : problem(statement, {
        why: isOfKey
          ? "npx lockstep deploy rejects the plan on this target."
          : "These rows would get no value, and contract would wait for them.",
        next: `Correct these rows on ${target}.\n${another}   # or start over with another plan`,
      });
}
