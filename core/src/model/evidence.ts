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
