import type { Family } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { limitsOf } from "./limits.js";

/** Places that form one list entry with one checkbox. */
export interface Cluster {
  readonly kind: Ranked["kind"];
  /** The strongest first. */
  readonly members: readonly Ranked[];
}

const writes: ReadonlySet<Family> = new Set(["create", "update", "destructuring"]);

/**
 * The places that are included with accepted ones without a question: those built from them, strong ones of the same file, and ones with
 * the same name in other files outside tests. Ids, keys, timestamps, secrets that would be exposed, and fields that another model also has
 * are never included this way.
 *
 * @param accepted keys of the accepted places; the included ones do not include others
 * @returns the keys of the included ones, without the accepted ones
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
    // A row whose values are members of an accepted type also stores the new one. Other payloads may have any target.
    const isStored = writes.has(candidate.family) && candidate.needs?.some((need) => accepted.has(need)) === true;
    const isSure = kind !== "silent" && !candidate.isTest && !needsSilent(candidate);
    if (isStored && isSure && isOnlyTest(candidate, context)) return true;
    const isKin = files.has(candidate.file) || (!candidate.isTest && anchors.has(candidate.anchor));
    return isKin && score >= context.card.kin && isOnlyTest(candidate, context);
  });
}

/**
 * The test places that are preselected once a place outside tests was accepted, with the same threshold as others of their family.
 *
 * @returns their keys, without the accepted ones; empty while only tests were accepted
 */
export function followInTests(
  ranked: readonly Ranked[],
  accepted: ReadonlySet<string>,
  context: RankContext,
): ReadonlySet<string> {
  if (!ranked.some(({ candidate }) => !candidate.isTest && accepted.has(candidate.key))) return new Set();
  return keysOf(ranked, accepted, ({ candidate, kind, score }) => {
    // A new row in a test omits columns that the test is not about.
    const isStrong =
      kind !== "silent" && candidate.family !== "create" && score >= context.card.likely[candidate.family];
    return candidate.isTest && isStrong && isOnlyTest(candidate, context);
  });
}

/**
 * Groups places of one file with the same family and the same fields: people extend all of them or none. Places with only matching names
 * stay separate from those known to belong to the model. A place that may belong to another model is always separate, so it is never
 * selected together with others.
 *
 * @returns in the order of the strongest of each; its kind applies to all
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
