import type { Family } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { limitsOf } from "./limits.js";

/** Places that are one entry of a list: one tick for all of them. */
export interface Cluster {
  readonly kind: Ranked["kind"];
  /** The strongest first. */
  readonly members: readonly Ranked[];
}

const writes: ReadonlySet<Family> = new Set(["create", "update", "destructuring"]);

/**
 * The places that follow accepted ones without a question: what is made of them, strong ones of the same file, and of the same name
 * in other files outside tests. Ids, keys, timestamps, secrets that would be shown, and fields that another model has as well
 * follow nobody.
 *
 * @param accepted keys of the places that were accepted; what follows is not followed in turn
 * @returns the keys of those that follow, without the accepted ones
 */
export function followSimilar(
  ranked: readonly Ranked[],
  accepted: ReadonlySet<string>,
  context: RankContext,
): ReadonlySet<string> {
  const leaders = ranked.map(({ candidate }) => candidate).filter(({ key }) => accepted.has(key));
  const files = new Set(leaders.map(({ file }) => file));
  const anchors = new Set(leaders.filter(({ isTest }) => !isTest).map(({ anchor }) => anchor));
  anchors.delete(undefined);
  const silent = new Set(ranked.filter(({ kind }) => kind === "silent").map(({ candidate }) => candidate.key));
  const needsSilent = ({ needs = [] }: Candidate) => needs.some((need) => silent.has(need) && !accepted.has(need));
  return keysOf(ranked, accepted, ({ candidate, kind, score }) => {
    // A row whose values are members of an accepted type stores the new one too. Other payloads may go anywhere.
    const isStored = writes.has(candidate.family) && candidate.needs?.some((need) => accepted.has(need)) === true;
    const isSure = kind !== "silent" && !candidate.isTest && !needsSilent(candidate);
    if (isStored && isSure && isOnlyTest(candidate, context)) return true;
    const isKin = files.has(candidate.file) || (!candidate.isTest && anchors.has(candidate.anchor));
    return isKin && score >= context.card.kin && isOnlyTest(candidate, context);
  });
}

/**
 * The places in tests that are ticked once a place outside of them was accepted: as strong as any other of their family.
 *
 * @returns their keys, without the accepted ones; none as long as only tests were accepted
 */
export function followInTests(
  ranked: readonly Ranked[],
  accepted: ReadonlySet<string>,
  context: RankContext,
): ReadonlySet<string> {
  if (!ranked.some(({ candidate }) => !candidate.isTest && accepted.has(candidate.key))) return new Set();
  return keysOf(ranked, accepted, ({ candidate, kind, score }) => {
    // A new row of a test lacks what the test is not about.
    const isStrong =
      kind !== "silent" && candidate.family !== "create" && score >= context.card.likely[candidate.family];
    return candidate.isTest && isStrong && isOnlyTest(candidate, context);
  });
}

/**
 * Puts places of one file together that are of one family and name the same fields: people extend all of them or none.
 * Those that nothing but names ties to the model stay apart from those that are known to be its own, and what may be another model's
 * is a line of its own: nobody ticks it along with something else.
 *
 * @returns in the order of the strongest of each; its kind counts for all
 */
export function clustersOf(ranked: readonly Ranked[], context: RankContext): readonly Cluster[] {
  const clusters = new Map<string, { kind: Ranked["kind"]; members: Ranked[] }>();
  for (const each of ranked) {
    const { file, family, tie, names, key } = each.candidate;
    const isOfOther = limitsOf(each.candidate, context).some(({ kind }) => kind === "otherModel");
    const shape = JSON.stringify([file, family, tie === "names", [...new Set(names)].sort(), isOfOther && key]);
    const cluster = clusters.get(shape);
    if (cluster === undefined) clusters.set(shape, { kind: each.kind, members: [each] });
    else cluster.members.push(each);
  }
  return [...clusters.values()];
}

function isOnlyTest(candidate: Ranked["candidate"], context: RankContext): boolean {
  return limitsOf(candidate, context).every(({ kind }) => kind === "test");
}

function keysOf(
  ranked: readonly Ranked[],
  accepted: ReadonlySet<string>,
  follows: (each: Ranked) => boolean,
): ReadonlySet<string> {
  const keys = ranked.filter(follows).map(({ candidate }) => candidate.key);
  return new Set(keys.filter((key) => !accepted.has(key)));
}
