import { type Candidate, isWritable } from "../contract/candidate.js";

/** Places as they are listed, with what is known about each. */
type Listed = readonly { readonly candidate: Candidate }[];

/**
 * The places that accepted ones cannot do without, and what those need in turn.
 *
 * @param declined keys of places that do not come along
 * @returns their keys, each with that of the place that needs it
 */
export function neededBy(
  listed: Listed,
  accepted: Iterable<string>,
  declined: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const byKey = new Map(listed.map(({ candidate }) => [candidate.key, candidate]));
  const taken = new Set(accepted);
  const added = new Map<string, string>();
  // What is added on the way is visited, too.
  for (const key of taken) {
    for (const need of byKey.get(key)?.needs ?? []) {
      const place = byKey.get(need);
      if (taken.has(need) || declined.has(need) || place === undefined || !isWritable(place)) continue;
      taken.add(need);
      added.set(need, key);
    }
  }
  return added;
}

/** Those of the places that need a declined one: they cannot be made. */
export function withoutNeeds(listed: Listed, declined: ReadonlySet<string>): ReadonlySet<string> {
  if (declined.size === 0) return new Set();
  const without = listed.filter(({ candidate }) =>
    [...needsOf(candidate, listed).keys()].some((need) => declined.has(need)),
  );
  return new Set(without.map(({ candidate }) => candidate.key));
}

/** Puts places together that need one another: they are made together or not at all. */
export function inGroups<T extends { readonly candidate: Candidate }>(listed: readonly T[]): readonly (readonly T[])[] {
  const needs = new Map(listed.map(({ candidate }) => [candidate.key, needsOf(candidate, listed)]));
  const groups: T[][] = [];
  for (const each of listed) {
    const { key } = each.candidate;
    // To need one another goes all the way round: any member stands for its group.
    const own = groups.find(
      ([first]) => first && needs.get(key)?.has(first.candidate.key) && needs.get(first.candidate.key)?.has(key),
    );
    if (own === undefined) groups.push([each]);
    else own.push(each);
  }
  return groups;
}

/** The places that one cannot do without, each with that of the place that needs it. */
export function needsOf({ key, needs }: Candidate, listed: Listed): ReadonlyMap<string, string> {
  // Most need nothing, and there may be thousands.
  return needs === undefined ? new Map() : neededBy(listed, [key]);
}
