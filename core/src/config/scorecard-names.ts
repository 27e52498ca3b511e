/** The evidence that `code.scorecard.weights` can weigh. */
export const scorecardSignals = [
  "similarHere",
  "halfOfCore",
  "previousHere",
  "lastThreeHere",
  "sameTypeHere",
  "fullest",
  "fewPlaces",
  "keptUp",
  "noSameType",
  "notWithEarlier",
  "namesOnly",
  "similarMissing",
] as const;

/** The kinds of places that `code.scorecard.likely` can have a threshold for. */
export const scorecardFamilies = [
  "create",
  "update",
  "select",
  "mapper",
  "zod",
  "dto",
  "type",
  "graphql",
  "schema",
  "names",
  "sql",
] as const;

export type ScorecardSignal = (typeof scorecardSignals)[number];
export type ScorecardFamily = (typeof scorecardFamilies)[number];
