/** Table locks that block statements of the application; those of a SELECT and of a foreign key's look-up block none. Weakest first. */
export const lockModes = [
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof lockModes)[number];

/** How long locks are held: for an instant, while rows are read (or changed one by one), while the table is rewritten. */
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
  /** The enum no longer contains a value. */
  "lost-value",
  /** There is a row. */
  "any-row",
] as const;
export type RowFailure = (typeof rowFailures)[number];

/** Objects that code names, and that a change can drop or rename. `value`: of an enum. */
export const goneKinds = ["column", "table", "view", "type", "value", "function", "schema", "extension"] as const;
export type GoneKind = (typeof goneKinds)[number];

/** Objects whose use of a column, table, view or type prevents changing or dropping it. */
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

/** Unchecked facts that a verdict depends on; it then assumes the worst case. */
export const doubts = [
  /** The statement is not understood: it may do more than is reported. */
  "statement",
  /** The type of the column before the change. */
  "former-type",
  /** The type of a column: a domain may have checks of its own. */
  "type",
  /** The existing constraints before the change. */
  "former-constraints",
  /** Tables that foreign keys join to the named ones, or the table of an index: they are locked as well. */
  "other-tables",
  /** The system, MySQL or MariaDB, and its version. */
  "server",
  /** Whether the statements of a migration run in one transaction. */
  "transaction",
] as const;
export type Doubt = (typeof doubts)[number];
