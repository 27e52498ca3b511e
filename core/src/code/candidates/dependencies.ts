import { type Candidate, isWritable } from "../contract/candidate.js";

/** Listed places with their facts. */
type Listed = readonly { readonly candidate: Candidate }[];

/**
 * The places that accepted ones depend on, including indirect dependencies.
 *
 * @param declined keys of places that are not included
 * @returns their keys, each with the key of the place that needs it
 */
export function neededBy(
  listed: Listed,
  accepted: Iterable<string>,
  declined: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const byKey = new Map(listed.map(({ candidate }) => [candidate.key, candidate]));
  const taken = new Set(accepted);
  const added = new Map<string, string>();
  // The loop also visits keys that are added while it runs.
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

/** The places that need a declined one, and so cannot be edited. */
export function withoutNeeds(listed: Listed, declined: ReadonlySet<string>): ReadonlySet<string> {
  if (declined.size === 0) return new Set();
  const without = listed.filter(({ candidate }) =>
    [...needsOf(candidate, listed).keys()].some((need) => declined.has(need)),
  );
  return new Set(without.map(({ candidate }) => candidate.key));
}

/**
 * The chains of places: a request type, the destructuring, the row that takes its value from there, the call that passes it. Each link
 * needs the next one, or is needed by it. Tests have separate chains.
 *
 * @returns for each place with others, the keys of its chain in list order
 */
export function chainsOf(listed: Listed): ReadonlyMap<string, readonly string[]> {
  const links = listed.map(({ candidate }) => candidate);
  const tests = new Set(links.filter(({ isTest }) => isTest).map(({ key }) => key));
  const chains = new Map(links.map(({ key }) => [key, [key]]));
  for (const { key, needs = [] } of links) {
    for (const need of needs) {
      const [own, other] = [chains.get(key), chains.get(need)];
      if (own === undefined || other === undefined || own === other || tests.has(key) !== tests.has(need)) continue;
      own.push(...other);
      for (const each of other) chains.set(each, own);
    }
  }
  const order = new Map(links.map(({ key }, index) => [key, index]));
  const sorted = new Map<readonly string[], readonly string[]>();
  for (const chain of new Set(chains.values()))
    sorted.set(
      chain,
      chain.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
    );
  return new Map([...chains].flatMap(([key, chain]) => (chain.length > 1 ? [[key, sorted.get(chain) ?? chain]] : [])));
}

/** Groups places that need one another: they are edited together or not at all. */
export function inGroups<T extends { readonly candidate: Candidate }>(listed: readonly T[]): readonly (readonly T[])[] {
  const needs = new Map(listed.map(({ candidate }) => [candidate.key, needsOf(candidate, listed)]));
  const groups: T[][] = [];
  for (const each of listed) {
    const { key } = each.candidate;
    // Mutual need is transitive, so any member represents its group.
    const own = groups.find(
      ([first]) => first && needs.get(key)?.has(first.candidate.key) && needs.get(first.candidate.key)?.has(key),
    );
    if (own === undefined) groups.push([each]);
    else own.push(each);
  }
  return groups;
}

/** The places that a place depends on, each with the key of the place that needs it. */
export function needsOf({ key, needs }: Candidate, listed: Listed): ReadonlyMap<string, string> {
  // Most places need nothing, and there may be thousands.
  return needs === undefined ? new Map() : neededBy(listed, [key]);
}
