import type { Family, SignalId } from "../../model/index.js";

/** The weight of each signal, and the thresholds. A team can change them in `code.scorecard`. */
export interface Scorecard {
  readonly weights: Readonly<Record<SignalId, number>>;
  /** Minimum score to preselect a place. */
  readonly likely: Readonly<Record<Family, number>>;
  /** Minimum score to show a place. */
  readonly possible: number;
  readonly possibleInTests: number;
  /** Minimum score to preselect a place that names the columns which the new one behaves like. */
  readonly like: number;
  /** Minimum score to include a place of the same file or class as one that a person accepted. */
  readonly kin: number;
}

/** Trained on the histories of some repositories and tested on others: precision .84 at 8, .64 at 5. */
export const defaultScorecard: Scorecard = {
  weights: {
    similarHere: 3,
    halfOfCore: 2,
    nearlyAll: 1,
    previousHere: 2,
    lastThreeHere: 2,
    sameTypeHere: 2,
    fullest: 2,
    fewPlaces: 2,
    keptUp: 2,
    noSameType: -1,
    notWithEarlier: -3,
    oneOff: -5,
    otherKeys: -1,
    namesOnly: -2,
    similarMissing: -2,
  },
  likely: {
    graphql: 3,
    zod: 5,
    dto: 5,
    create: 5,
    mapper: 5,
    select: 8,
    schema: 5,
    update: 7,
    destructuring: 5,
    type: 7,
    names: 7,
    sql: 7,
    require: 7,
  },
  possible: 1,
  possibleInTests: 3,
  like: 3,
  kin: 8,
};
