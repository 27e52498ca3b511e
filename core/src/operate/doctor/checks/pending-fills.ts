import { type Check, type Finding, ok, problem, warning } from "../../../dialect/check.js";
import { pendingBefore, releasedUnits } from "../../../plan/migration-of.js";
import { type PendingFill, tryPendingFills } from "../../../target/facts/pending-fills.js";

export default {
  id: "pending-fills",
  title: "fills on the rows of a target that expand has not reached",
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
    return findings.length > 0 ? findings : [ok("no fill that is pending fails for a row")];
  },
} satisfies Check;

function findingOf({ code, statement, isOfExpression, isEarly, plan }: PendingFill, target: string): Finding {
  if (code === undefined)
    return warning(statement, isEarly ? { next: `npx lockstep deploy --target ${target} applies that first` } : {});
  const another = `or make another plan: npx lockstep abandon ${plan}`;
  return isOfExpression
    ? problem(statement, {
        why: "npx lockstep deploy refuses the plan on this target.",
        next: `npx lockstep explain ${code}, ${another}`,
      })
    : problem(statement, {
        why: "Rows would get no value, and contract would have to wait for them.",
        next: `correct these rows on ${target}, ${another}`,
      });
}
