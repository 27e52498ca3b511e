/** Table locks that stop something of the application; those of a SELECT and of a foreign key's look-up stop nothing. Weakest first. */
export const lockModes = [
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof lockModes)[number];

/** How long locks are held: for an instant, while rows are read (or changed one by one), while the table is written again. */
export const durations = ["instant", "scan", "rewrite"] as const;
export type Held = (typeof durations)[number];

/** Why a statement that works on one database may fail on another. */
export const rowFailures = [
  /** A row lacks a value. */
  "null",
  /** Two rows have the same values. */
  "duplicates",
  /** There are two rows. */
  "two-rows",
  /** Two rows exclude each other. */
  "exclusion",
  "check",
  "foreign-key",
  /** A value cannot be converted. */
  "cast",
  /** A value is not among those of the enum any more. */
  "lost-value",
  /** There is a row. */
  "any-row",
] as const;
export type RowFailure = (typeof rowFailures)[number];

/** What code names, and what may go or get another name. `value`: of an enum. */
export const goneKinds = ["column", "table", "view", "type", "value", "function", "schema", "extension"] as const;
export type GoneKind = (typeof goneKinds)[number];

/** What keeps a column, table, view or type from being changed or dropped: it uses it. */
export const userKinds = [
  "view",
  "generated column",
  "policy",
  "trigger",
  "foreign key",
  "column",
  "check",
  "index",
] as const;
export type UserKind = (typeof userKinds)[number];

/** What a verdict rests on and nobody has looked at; then it says the worst that is possible. */
export const doubts = [
  /** The statement is not understood: it may do more than is said. */
  "statement",
  /** The type of the column before the change. */
  "former-type",
  /** What the type of a column is: a domain may have checks of its own. */
  "type",
  /** What the constraints that are there before the change say. */
  "former-constraints",
  /** Tables that are joined to the named ones by foreign keys, or the one that an index is of: they are locked as well. */
  "other-tables",
  /** Which system it is: MySQL or MariaDB, and of which version. */
  "server",
  /** Whether the statements of a migration run in one transaction. */
  "transaction",
] as const;
export type Doubt = (typeof doubts)[number];
