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

/** Forms of statements: the first major version of PostgreSQL that has them, and what its SQL calls them. */
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

/** The first major version of PostgreSQL that has a form, and what its SQL calls it: `uuidv7()`. */
export function newerForm(form: NewerForm): { readonly major: number; readonly label: string } {
  if (isNewerFunction(form)) return { major: functions[form], label: `${form}()` };
  const [major, label] = forms[form];
  return { major, label };
}

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
