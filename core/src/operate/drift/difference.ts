/** What of a database is compared: a part of a table has its table beside it. */
export const objectKinds = [
  "schema",
  "extension",
  "table",
  "column",
  "constraint",
  "index",
  "trigger",
  "policy",
  "view",
  "function",
  "type",
  "sequence",
  "event",
] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** A fact is a text, a list of them, a yes or no, or null. */
export type Facts = Readonly<Record<string, unknown>>;

/** One object that two databases do not have alike. */
export interface Difference {
  readonly kind: ObjectKind;
  /** Absent: it stands in no schema. */
  readonly schema?: string;
  /** The table, or the view, that it is a part of. */
  readonly table?: string;
  /** As the first of the two has it; of one that only the second has, as that does. */
  readonly name: string;
  /** What the first has of it: all of its facts, or those that differ. Absent: it is not there. */
  readonly here?: Facts;
  /** The same of the second. */
  readonly there?: Facts;
}
