import { blocksWrites, durations, lockModes, strongestLocks, type Verdict } from "../../model/index.js";
import type { LockDifference, RehearsedStep } from "./rehearsal.js";

type Stated = Pick<Verdict, "locks" | "held" | "doubts">;
type Observed = NonNullable<RehearsedStep["observed"]>;

/**
 * Compares the observed effect of a step with the stated one.
 *
 * @param isComplete all locks were observed: a stated lock that was not observed is then a difference, unless the verdict has doubts and
 *   states the worst case
 */
export function differencesBetween(stated: Stated, observed: Observed, isComplete: boolean): readonly LockDifference[] {
  const strength = (mode: (typeof lockModes)[number] | undefined) => (mode ? lockModes.indexOf(mode) : -1);
  const stronger = observed.locks.flatMap(({ table, mode }): LockDifference[] => {
    const of = stated.locks.find((each) => isSame(each.table, table));
    if (strength(of?.mode) >= strength(mode)) return [];
    return [{ kind: "stronger-lock", table, mode, ...(of === undefined ? {} : { stated: of.mode }) }];
  });
  const weaker = stated.locks.flatMap(({ table, mode }): LockDifference[] => {
    // A lock that blocks nothing may be released before a probe sees it: a build in several transactions holds it for its session.
    if (!isComplete || stated.doubts.length > 0 || !blocksWrites(mode)) return [];
    const seen = observed.locks.find((each) => isSame(each.table, table));
    if (strength(seen?.mode) >= strength(mode)) return [];
    return [{ kind: "weaker-lock", table, mode, ...(seen === undefined ? {} : { seen: seen.mode }) }];
  });
  const { held } = observed;
  return [
    ...stronger,
    ...weaker,
    ...(held !== undefined && durations.indexOf(held) > durations.indexOf(stated.held)
      ? [{ kind: "held-longer" as const, stated: stated.held, seen: held }]
      : []),
  ];
}

/** A schema that only one side names is no difference. */
function isSame(one: Named, other: Named): boolean {
  return one.name === other.name && (one.schema === other.schema || !one.schema || !other.schema);
}

type Named = Observed["locks"][number]["table"];

/** The combined statement of the units in one file. */
export function statedOf(verdicts: readonly Verdict[]): Stated {
  return {
    locks: strongestLocks(verdicts.flatMap(({ locks }) => locks)),
    held: durations.findLast((held) => verdicts.some((verdict) => verdict.held === held)) ?? "instant",
    doubts: [...new Set(verdicts.flatMap(({ doubts }) => doubts))],
  };
}
