import type { ExplainedStatement } from "../../dialect/rehearsing.js";
import type { Phase } from "../../model/index.js";
import type { Replanned } from "./rehearsal.js";

/** When a table has grown, estimates of the same plan differ by up to this factor: the plan did not change. */
const sameWay = 3;
const otherWay = 1.5;
/** Cheaper plans take no noticeable time: an index look-up costs 8, a page read 1. */
const unnoticed = 100;

/** Statements whose plan changed in a phase, or costs much more. */
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

/** Its nodes, without those of parallel queries: a table that has grown is read by more processes, in the same way. */
function wayOf({ nodes }: ExplainedStatement): string {
  const steps = nodes.map((node) => node.trim()).filter((node) => !/^Gather( Merge)?$/.test(node));
  return steps.filter((node, at) => node !== "Aggregate" || steps[at - 1] !== node).join("\n");
}
