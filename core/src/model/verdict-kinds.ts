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

/** Forms of statements: the first major version of PostgreSQL that supports them, and their SQL name. */
const forms = {
  "column-compression": [14, "COMPRESSION"],
  "detach-concurrently": [14, "DETACH CONCURRENTLY"],
  "function-body": [14, "a function body without quotes"],
  "idle-session-timeout": [14, "idle_session_timeout"],
  multirange: [14, "a multirange type"],
  "replaced-trigger": [14, "CREATE OR REPLACE TRIGGER"],
  "statistics-expression": [14, "CREATE STATISTICS of an expression"],
  merge: [15, "MERGE"],
  "nulls-not-distinct": [15, "NULLS NOT DISTINCT"],
  "publication-filter": [15, "a column list, a row filter or TABLES IN SCHEMA of a publication"],
  "security-invoker": [15, "security_invoker"],
  "set-null-columns": [15, "a column list after SET NULL or SET DEFAULT"],
  "access-method": [15, "SET ACCESS METHOD"],
  "unlogged-sequence": [15, "an unlogged sequence"],
  "column-storage": [16, "STORAGE in a declaration"],
  "json-constructor": [16, "an SQL/JSON constructor or IS JSON"],
  "copy-on-error": [17, "COPY … ON_ERROR"],
  "json-query": [17, "JSON_TABLE or another SQL/JSON query function"],
  "maintain-privilege": [17, "the MAINTAIN privilege"],
  "merge-by-source": [17, "MERGE … BY SOURCE or RETURNING"],
  "set-expression": [17, "SET EXPRESSION"],
  "transaction-timeout": [17, "transaction_timeout"],
  "value-of-new-enum": [17, "a value that is added to an enum and used in the transaction that creates the enum"],
  "not-enforced": [18, "NOT ENFORCED"],
  "not-null-constraint": [18, "ADD NOT NULL as a constraint"],
  "temporal-constraint": [18, "a temporal constraint"],
  "virtual-column": [18, "a virtual column"],
} as const;

/** Functions of PostgreSQL, and the first major version that has them. */
const functions = {
  gen_random_uuid: 13,
  bit_count: 14,
  date_bin: 14,
  range_agg: 14,
  string_to_table: 14,
  trim_array: 14,
  unistr: 14,
  regexp_count: 15,
  regexp_instr: 15,
  regexp_like: 15,
  regexp_substr: 15,
  any_value: 16,
  array_sample: 16,
  array_shuffle: 16,
  date_add: 16,
  date_subtract: 16,
  erf: 16,
  erfc: 16,
  pg_input_is_valid: 16,
  random_normal: 16,
  to_bin: 17,
  to_oct: 17,
  uuid_extract_timestamp: 17,
  uuid_extract_version: 17,
  array_reverse: 18,
  array_sort: 18,
  casefold: 18,
  crc32: 18,
  crc32c: 18,
  gamma: 18,
  lgamma: 18,
  uuidv4: 18,
  uuidv7: 18,
} as const;

type NewerFunction = keyof typeof functions;
export type NewerForm = keyof typeof forms | NewerFunction;

export const newerFunctions = Object.keys(functions) as NewerFunction[];
export const newerForms: readonly NewerForm[] = [...(Object.keys(forms) as (keyof typeof forms)[]), ...newerFunctions];

export function isNewerFunction(form: string): form is NewerFunction {
  return Object.hasOwn(functions, form);
}

/** The first major version of PostgreSQL that supports a form, and its SQL name: `uuidv7()`. */
export function newerForm(form: NewerForm): { readonly major: number; readonly label: string } {
  if (isNewerFunction(form)) return { major: functions[form], label: `${form}()` };
  const [major, label] = forms[form];
  return { major, label };
}

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
