import type { ExplainedStatement } from "../../dialect/rehearsing.js";
import type { Phase } from "../../model/index.js";
import type { Replanned } from "./rehearsal.js";

/** Estimates of the same plan differ by so much when a table has grown: nobody chose another way. */
const sameWay = 3;
const otherWay = 1.5;
/** What costs less is done before anybody notices: an index that is looked up costs 8, a page that is read 1. */
const unnoticed = 100;

/** Statements whose plan is another one than before a phase, or costs much more. */
export function worseThan(
  before: readonly ExplainedStatement[],
  after: readonly ExplainedStatement[],
  phase: Phase,
): readonly Replanned[] {
  return before.flatMap((old): Replanned[] => {
    const now = after.find(({ statement }) => statement === old.statement);
    if (now === undefined) return [];
    const isOther = now.nodes.join("\n") !== old.nodes.join("\n");
    const isOtherWay = wayOf(now) !== wayOf(old);
    const isWorse = now.cost > Math.max(unnoticed, old.cost * (isOtherWay ? otherWay : sameWay));
    if (!isOther && !isWorse) return [];
    return [
      {
        statement: old.statement,
        phase,
        before: [...old.nodes],
        after: [...now.nodes],
        costBefore: old.cost,
        costAfter: now.cost,
        isWorse,
      },
    ];
  });
}

/** Its nodes, but for what only several processes need: a table that has grown is read by more of them, in the same way. */
function wayOf({ nodes }: ExplainedStatement): string {
  const steps = nodes.map((node) => node.trim()).filter((node) => !/^Gather( Merge)?$/.test(node));
  return steps.filter((node, at) => node !== "Aggregate" || steps[at - 1] !== node).join("\n");
}
