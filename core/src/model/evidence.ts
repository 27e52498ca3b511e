/** The kind of code that lists the fields of a model: each has its own weight of evidence. */
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

/** What code does with a column: accepts it from callers, stores it, shows it, or tests any of that. */
export const purposes = ["accept", "store", "show", "test"] as const;

export type Purpose = (typeof purposes)[number];

/** Who sets and reads a column: only the app, the server while responses show it, or callers too. */
export const exposures = ["internal", "shown", "exposed"] as const;

export type Exposure = (typeof exposures)[number];

/** The evidence that a place needs the new column too. `codemods/ranking/signals.ts` implements the detection. */
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
