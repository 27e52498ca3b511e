/** What kind of code lists the fields of a model: each has its own weight of evidence. */
export const families = [
  "create",
  "update",
  "destructuring",
  "select",
  "mapper",
  "zod",
  "dto",
  "type",
  "graphql",
  "schema",
  "names",
  "sql",
  "require",
] as const;

export type Family = (typeof families)[number];

/** What code does with a column: takes it from callers, stores it, shows it, or tests any of that. */
export const purposes = ["accept", "store", "show", "test"] as const;

export type Purpose = (typeof purposes)[number];

/** Who sets and sees a column: nobody outside, the server while responses show it, or callers too. */
export const exposures = ["internal", "shown", "exposed"] as const;

export type Exposure = (typeof exposures)[number];

/** The evidence that a place gets the new column too; `codemods/ranking/signals.ts` says how it is looked for. */
export const signalIds = [
  "similarHere",
  "halfOfCore",
  "nearlyAll",
  "previousHere",
  "lastThreeHere",
  "sameTypeHere",
  "fullest",
  "fewPlaces",
  "keptUp",
  "noSameType",
  "notWithEarlier",
  "oneOff",
  "otherKeys",
  "namesOnly",
  "similarMissing",
] as const;

export type SignalId = (typeof signalIds)[number];
