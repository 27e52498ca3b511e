import { tryPendingFills } from "../../facts/pending-fills.js";
import { type Check, ok, problem, warning } from "../check.js";

export default {
  id: "pending-fills",
  title: "fills on the rows of a target that expand has not reached",
  on: "target",
  isAlone: true,
  async run({ connection, openPlans, target }) {
    const findings = [];
    for (const plan of openPlans)
      for (const { code, statement, isOfExpression } of await tryPendingFills(connection, plan, 15_000))
        findings.push(
          code === undefined
            ? warning(statement)
            : problem(statement, {
                why: "Rows would get no value, and contract would have to wait for them.",
                next: `${isOfExpression ? `npx lockstep explain ${code}` : `correct these rows on ${target}`}, or make another plan: npx lockstep abandon ${plan.id}`,
              }),
        );
    return findings.length > 0 ? findings : [ok("no fill that is pending fails for a row")];
  },
} satisfies Check;
