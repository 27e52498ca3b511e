/** The kinds of objects to compare. A part of a table also names its table. */
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

/** A fact is a text, a list of texts, a boolean, or null. */
export type Facts = Readonly<Record<string, unknown>>;

/** One object that differs between two databases. */
export interface Difference {
  readonly kind: ObjectKind;
  /** Absent: it is in no schema. */
  readonly schema?: string;
  /** The table or view that it is a part of. */
  readonly table?: string;
  /** The name in the first database; if only the second has the object, the name there. */
  readonly name: string;
  /** The facts in the first database: all of them, or those that differ. Absent: it does not exist there. */
  readonly here?: Facts;
  /** The same for the second. */
  readonly there?: Facts;
}
