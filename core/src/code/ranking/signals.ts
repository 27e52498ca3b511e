import type { SignalId } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { RankContext } from "../contract/ranked.js";
import { heldOf, type Measures } from "./measures.js";

/** A signal that applies to a place, with the values for its message. */
export type Evidence = { readonly [Id in SignalId]: { readonly signal: Id } & Details[Id] }[SignalId];

interface Details {
  readonly similarHere: { readonly names: readonly string[] };
  readonly halfOfCore: { readonly held: number; readonly of: number };
  readonly nearlyAll: object;
  readonly previousHere: { readonly name: string; readonly isFromGit: boolean };
  readonly lastThreeHere: { readonly isFromGit: boolean };
  readonly sameTypeHere: { readonly names: readonly string[] };
  readonly fullest: { readonly isAlone: boolean };
  readonly fewPlaces: { readonly places: number };
  readonly keptUp: { readonly columns: number };
  readonly noSameType: object;
  readonly notWithEarlier: { readonly columns: number; readonly hasSome: boolean };
  readonly oneOff: object;
  readonly otherKeys: { readonly keys: number };
  readonly namesOnly: object;
  readonly similarMissing: { readonly names: readonly string[] };
}

/** Above this number of places, a model is listed for many purposes, so one place is weaker evidence for another. */
const few = 30;
/** How many of the newest column additions are checked for changes to the file; fewer than two are no evidence. */
const recent = { most: 3, least: 2 };
/** With at least this many columns, this share is no coincidence. */
const long = { least: 6, share: 0.9 };
/** A place with fewer added columns may have got them by coincidence. */
const leastKept = 3;

type Signal<Id extends SignalId> = (place: RankingPlace) => Details[Id] | undefined;

interface RankingPlace {
  readonly candidate: Candidate;
  readonly measures: Measures;
  readonly context: RankContext;
  has(name: string): boolean;
}

const signals: { readonly [Id in SignalId]: Signal<Id> } = {
  similarHere: ({ measures: { similar }, has }) =>
    similar.length > 0 && similar.every(has) ? { names: similar } : undefined,
  similarMissing: ({ measures: { similar }, has }) =>
    similar.length > 0 && !similar.some(has) ? { names: similar } : undefined,

  halfOfCore({ candidate, measures: { measured } }) {
    const held = heldOf(candidate, measured);
    return held > 0 && held * 2 >= measured.length ? { held, of: measured.length } : undefined;
  },
  nearlyAll({ candidate, measures: { measured } }) {
    const isLong = measured.length >= long.least;
    return isLong && heldOf(candidate, measured) >= measured.length * long.share ? {} : undefined;
  },
  fullest({ candidate, measures }) {
    const { held, places } = candidate.isTest ? measures.fullest : measures.fullestOutsideTests;
    const isFullest = held > 1 && heldOf(candidate, measures.measured) === held;
    return isFullest ? { isAlone: places === 1 } : undefined;
  },
  fewPlaces: ({ measures: { places } }) => (places <= few ? { places } : undefined),

  previousHere: ({ measures: { previous }, has }) =>
    previous !== undefined && has(previous.name) ? previous : undefined,
  lastThreeHere: ({ measures: { lastThree }, has }) => (lastThree?.names.every(has) ? lastThree : undefined),

  sameTypeHere: ({ measures: { sameType }, has }) =>
    sameType.length > 0 && sameType.every(has) ? { names: sameType } : undefined,
  noSameType: ({ measures: { sameType }, has }) => (sameType.length > 0 && !sameType.some(has) ? {} : undefined),

  namesOnly: ({ candidate: { tie } }) => (tie === "names" || tie === "doubtful" ? {} : undefined),

  oneOff: ({ candidate: { file, isTest } }) => (!isTest && isOneOff(file) ? {} : undefined),
  otherKeys({ candidate: { names, tie, otherKeys = 0 } }) {
    const isKnown = tie === "orm" || tie === "type";
    return !isKnown && otherKeys > names.length ? { keys: otherKeys } : undefined;
  },

  keptUp(place) {
    const { measures, has } = place;
    let columns = 0;
    for (const { field, commit } of measures.added) {
      if (!wasThere(place, commit)) continue;
      // Most places lack one of the newest columns; git is not queried for the others.
      if (!has(field)) return undefined;
      columns++;
    }
    return columns >= leastKept ? { columns } : undefined;
  },
  notWithEarlier(place) {
    const { candidate, measures, has } = place;
    const commits = [...new Set(measures.added.map(({ commit }) => commit))];
    const asked = firstOf(commits, recent.most, (commit) => wasThere(place, commit));
    const columns = measures.added.filter(({ commit }) => asked.includes(commit));
    if (asked.length < recent.least || columns.some(({ files }) => files.has(candidate.file))) return undefined;
    return { columns: columns.length, hasSome: columns.some(({ field }) => has(field)) };
  },
};

/** All evidence for and against a place. */
export function evidenceOf(candidate: Candidate, measures: Measures, context: RankContext): readonly Evidence[] {
  const held = new Set(candidate.names);
  const place: RankingPlace = { candidate, measures, context, has: (name) => held.has(name) };
  return Object.entries(signals).flatMap(([signal, see]) => {
    const seen = see(place);
    return seen === undefined ? [] : [{ signal, ...seen } as Evidence];
  });
}

/** Scripts that ran once, and reports: people do not update them. */
function isOneOff(file: string): boolean {
  return /(?:^|\/)(?:scripts?|one-?offs?|backfills?|reports?|reporting)\/|(?:^|\/)(?:backfill|one-?off|migrate)[-_.][^/]*$/i.test(
    file,
  );
}

/** A place without a name cannot be identified in an earlier version of the file, so git has no evidence for it. */
function wasThere({ candidate: { file, anchor }, context: { history } }: RankingPlace, commit: string): boolean {
  return anchor !== undefined && history?.existed(file, anchor, commit) === true;
}

/** The first matching items. Limits the number of git queries. */
function firstOf<T>(items: readonly T[], count: number, holds: (item: T) => boolean): readonly T[] {
  const found: T[] = [];
  for (const item of items) {
    if (found.length === count) break;
    if (holds(item)) found.push(item);
  }
  return found;
}
