import type { DialectId } from "./dialect.js";

/** A label, except for functions, and one version per system. */
type Row = readonly string[];
/** With its names as their type. The texts would make the declarations of the package large. */
const rowsOf = <Name extends string>(rows: Readonly<Record<Name, Row>>): Readonly<Record<Name, Row>> => rows;

/** Syntax by the first major version of PostgreSQL that supports it, with its label. */
const postgresqlForms = rowsOf({
  "column-compression": ["COMPRESSION", "14"],
  "detach-concurrently": ["DETACH CONCURRENTLY", "14"],
  "function-body": ["a function body without quotes", "14"],
  "idle-session-timeout": ["idle_session_timeout", "14"],
  multirange: ["a multirange type", "14"],
  "replaced-trigger": ["CREATE OR REPLACE TRIGGER", "14"],
  "statistics-expression": ["CREATE STATISTICS of an expression", "14"],
  merge: ["MERGE", "15"],
  "nulls-not-distinct": ["NULLS NOT DISTINCT", "15"],
  "publication-filter": ["a column list, a row filter or TABLES IN SCHEMA of a publication", "15"],
  "security-invoker": ["security_invoker", "15"],
  "set-null-columns": ["a column list after SET NULL or SET DEFAULT", "15"],
  "access-method": ["SET ACCESS METHOD", "15"],
  "unlogged-sequence": ["an unlogged sequence", "15"],
  "column-storage": ["STORAGE in a declaration", "16"],
  "json-constructor": ["an SQL/JSON constructor or IS JSON", "16"],
  "copy-on-error": ["COPY … ON_ERROR", "17"],
  "json-query": ["JSON_TABLE or another SQL/JSON query function", "17"],
  "maintain-privilege": ["the MAINTAIN privilege", "17"],
  "merge-by-source": ["MERGE … BY SOURCE or RETURNING", "17"],
  "set-expression": ["SET EXPRESSION", "17"],
  "transaction-timeout": ["transaction_timeout", "17"],
  "value-of-new-enum": ["a value that is added to an enum and used in the transaction that creates the enum", "17"],
  "not-enforced": ["NOT ENFORCED", "18"],
  "not-null-constraint": ["ADD NOT NULL as a constraint", "18"],
  "temporal-constraint": ["a temporal constraint", "18"],
  "virtual-column": ["a virtual column", "18"],
});

/** Functions by the first major version of PostgreSQL that has them. */
const postgresqlFunctions = rowsOf({
  gen_random_uuid: ["13"],
  bit_count: ["14"],
  date_bin: ["14"],
  range_agg: ["14"],
  string_to_table: ["14"],
  trim_array: ["14"],
  unistr: ["14"],
  regexp_count: ["15"],
  regexp_instr: ["15"],
  regexp_like: ["15"],
  regexp_substr: ["15"],
  any_value: ["16"],
  array_sample: ["16"],
  array_shuffle: ["16"],
  date_add: ["16"],
  date_subtract: ["16"],
  erf: ["16"],
  erfc: ["16"],
  pg_input_is_valid: ["16"],
  random_normal: ["16"],
  to_bin: ["17"],
  to_oct: ["17"],
  uuid_extract_timestamp: ["17"],
  uuid_extract_version: ["17"],
  array_reverse: ["18"],
  array_sort: ["18"],
  casefold: ["18"],
  crc32: ["18"],
  crc32c: ["18"],
  gamma: ["18"],
  lgamma: ["18"],
  uuidv4: ["18"],
  uuidv7: ["18"],
});

/**
 * Syntax by the first version of MySQL and of MariaDB that supports it, with its label. `always`: since MySQL 8.0.12 or MariaDB 10.2.
 * `never`: not up to MySQL 9.7 or MariaDB 13.1. `ignored`: older versions accept it without effect. The versions come from both manuals and
 * release notes. `test/database/mysql/newer-forms.test.ts` runs each form on a server.
 */
const mysqlForms = rowsOf({
  "rename-column": ["RENAME COLUMN", "always", "10.5.2"],
  "rename-index": ["RENAME INDEX", "always", "10.5.2"],
  "clause-if-exists": ["IF EXISTS or IF NOT EXISTS of a column, key or index", "never", "always"],
  "table-if-exists": ["IF EXISTS in ALTER TABLE, RENAME TABLE or RENAME COLUMN", "never", "10.5.2"],
  "or-replace": ["OR REPLACE of anything but a view", "never", "always"],
  "routine-if-not-exists": ["IF NOT EXISTS of a routine or trigger", "8.0.29", "always"],
  "view-if-not-exists": ["IF NOT EXISTS of a view", "9.1", "always"],
  "ddl-wait": ["NOWAIT or WAIT of DDL", "never", "10.3"],
  "instant-algorithm": ["ALGORITHM=INSTANT", "8.0.12", "10.3.2"],
  "drop-constraint": ["DROP CONSTRAINT", "8.0.19", "10.2.1"],
  "drop-check": ["DROP CHECK", "8.0.16", "never"],
  "alter-constraint": ["ALTER CONSTRAINT", "8.0.19", "never"],
  enforced: ["ENFORCED or NOT ENFORCED", "8.0.16", "never"],
  check: ["CHECK", "8.0.16", "10.2.1", "ignored"],
  "column-references": ["REFERENCES after a column", "9.0", "10.5", "ignored"],
  "mixed-directions": ["DESC next to an ascending column of an index", "always", "10.8", "ignored"],
  "default-expression": ["a DEFAULT in parentheses", "8.0.13", "10.2.1"],
  "default-function": ["a function as DEFAULT without parentheses", "never", "10.2.1"],
  "default-text": ["a constant as DEFAULT of a TEXT, BLOB or JSON column", "never", "10.2.1"],
  "invisible-column": ["an INVISIBLE column", "8.0.23", "10.3.3"],
  "set-visible": ["SET VISIBLE or SET INVISIBLE", "8.0.23", "never"],
  "invisible-index": ["an INVISIBLE index", "always", "never"],
  "ignored-index": ["an IGNORED index", "never", "10.6"],
  "expression-index": ["an index over an expression", "8.0.13", "never"],
  "multi-valued-index": ["a multi-valued index", "8.0.17", "never"],
  "vector-index": ["a VECTOR index", "never", "11.7"],
  persistent: ["PERSISTENT", "never", "always"],
  "uuid-type": ["the type UUID", "never", "10.7"],
  "inet6-type": ["the type INET6", "never", "10.5"],
  "inet4-type": ["the type INET4", "never", "10.10"],
  "vector-type": ["the type VECTOR", "9.0", "11.7"],
  "collation-0900": ["a utf8mb4_0900 collation", "always", "11.4.5"],
  "collation-uca1400": ["a uca1400 collation", "never", "10.10.1"],
  sequence: ["a sequence", "never", "10.3"],
  "system-versioning": ["SYSTEM VERSIONING", "never", "10.3.4"],
  period: ["PERIOD FOR", "never", "10.4.3"],
  "invisible-primary-key": ["sql_generate_invisible_primary_key", "8.0.30", "never"],
  "set-persist": ["SET PERSIST", "always", "never"],
  "set-statement": ["SET STATEMENT", "never", "always"],
  "not-atomic": ["BEGIN NOT ATOMIC", "never", "always"],
  "row-alias": ["an alias of inserted rows", "8.0.19", "never"],
  "values-row": ["VALUES ROW()", "8.0.19", "never"],
  "insert-returning": ["RETURNING of INSERT or REPLACE", "never", "10.5"],
  "delete-returning": ["RETURNING of DELETE", "never", "always"],
  "with-update": ["WITH before UPDATE or DELETE", "always", "12.3"],
  "skip-locked": ["SKIP LOCKED", "always", "10.6"],
  "for-share": ["FOR SHARE or FOR UPDATE OF", "always", "never"],
  "fetch-first": ["FETCH FIRST or FETCH NEXT", "never", "10.6"],
  intersect: ["INTERSECT or EXCEPT", "8.0.31", "10.3"],
  lateral: ["LATERAL", "8.0.14", "never"],
  "json-table": ["JSON_TABLE", "always", "10.6"],
  "json-arrow": ["-> or ->>", "always", "13.1"],
  "member-of": ["MEMBER OF", "8.0.17", "never"],
});

/** Functions by the first version of MySQL and of MariaDB that has them. */
const mysqlFunctions = rowsOf({
  any_value: ["always", "never"],
  bin_to_uuid: ["always", "never"],
  chr: ["never", "10.3.1"],
  crc32c: ["never", "10.8"],
  format_bytes: ["8.0.16", "11.8"],
  is_uuid: ["always", "never"],
  json_arrayagg: ["always", "10.5"],
  json_detailed: ["never", "10.2.4"],
  json_equals: ["never", "10.7"],
  json_exists: ["never", "10.2.3"],
  json_normalize: ["never", "10.7"],
  json_objectagg: ["always", "10.5"],
  json_overlaps: ["8.0.17", "10.9"],
  json_query: ["never", "10.2.3"],
  json_schema_valid: ["8.0.17", "11.1"],
  json_storage_size: ["always", "never"],
  json_value: ["8.0.21", "10.2.3"],
  lastval: ["never", "10.3"],
  natural_sort_key: ["never", "10.7"],
  nextval: ["never", "10.3"],
  random_bytes: ["always", "10.10"],
  regexp_like: ["always", "never"],
  setval: ["never", "10.3"],
  sformat: ["never", "10.7"],
  string_to_vector: ["9.0", "never"],
  sys_guid: ["never", "10.6.1"],
  to_char: ["never", "10.6.1"],
  uuid_to_bin: ["always", "never"],
  uuid_v4: ["never", "11.7"],
  uuid_v7: ["never", "11.7"],
  vec_distance_cosine: ["never", "11.7"],
  vec_distance_euclidean: ["never", "11.7"],
  vec_fromtext: ["never", "11.7"],
  vec_totext: ["never", "11.7"],
  vector_to_string: ["9.0", "never"],
});

export type PostgresqlForm = keyof typeof postgresqlForms;
export type MysqlForm = keyof typeof mysqlForms;
export interface NewerFunctions {
  readonly postgresql: keyof typeof postgresqlFunctions;
  readonly mysql: keyof typeof mysqlFunctions;
}
export type NewerForm = PostgresqlForm | MysqlForm | NewerFunctions[Family];

type Rows = Readonly<Record<string, Row>>;
/** One family per SQL reader. `systems` has the order of the versions in the rows. */
const families = {
  postgresql: { forms: postgresqlForms as Rows, functions: postgresqlFunctions as Rows, systems: ["postgresql"] },
  mysql: { forms: mysqlForms as Rows, functions: mysqlFunctions as Rows, systems: ["mysql", "mariadb"] },
} as const;
type Family = keyof typeof families;

export function newerFunctions<F extends Family>(family: F): readonly NewerFunctions[F][] {
  return Object.keys(families[family].functions) as NewerFunctions[F][];
}

/** All forms and functions of a family. */
export function newerFormsOf(family: Family): readonly NewerForm[] {
  return [...(Object.keys(families[family].forms) as NewerForm[]), ...newerFunctions(family)];
}

export const newerForms: readonly NewerForm[] = [...new Set([...newerFormsOf("postgresql"), ...newerFormsOf("mysql")])];

export function isNewerFunction<F extends Family>(form: string, family: F): form is NewerFunctions[F] {
  return Object.hasOwn(families[family].functions, form);
}

/** How a system supports a form. */
export interface Since {
  /** `uuidv7()` */
  readonly label: string;
  /** In the format of `Environment.server`. Undefined: no version supports it. */
  readonly since: number | undefined;
  /** Older versions accept it without effect. */
  readonly isIgnored: boolean;
}

/** The label of a form, and the first version of a system that supports it. */
export function newerForm(form: NewerForm, system: DialectId): Since {
  const { forms, functions, systems } = families[system === "postgresql" ? system : "mysql"];
  const [label = form, ...versions] = functions[form] ? [`${form}()`, ...functions[form]] : (forms[form] ?? []);
  const version = versions[(systems as readonly DialectId[]).indexOf(system)] ?? "never";
  return { label, since: versionIn(version, system), isIgnored: versions.at(-1) === "ignored" };
}

function versionIn(text: string, system: DialectId): number | undefined {
  if (text === "always") return 0;
  if (text === "never") return undefined;
  return system === "postgresql" ? Number(text) : versionNumber(text);
}

/** Converts `8.0.13` to 80013, as versioned comments have it. Missing parts are 0. */
export function versionNumber(text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return major * 10_000 + minor * 100 + patch;
}

/** A version as people write it: `18`, `8.0.13`, `10.6`. @param version in the format of `Environment.server` */
export function versionText(version: number, system: DialectId): string {
  if (system === "postgresql") return String(version);
  const patch = version % 100;
  return [Math.floor(version / 10_000), Math.floor(version / 100) % 100, ...(patch === 0 ? [] : [patch])].join(".");
}
