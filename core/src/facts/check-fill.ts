import type { Connection } from "../db/connection.js";
import { refused } from "../db/refused.js";
import { isDatabaseError } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import { isValuesFault } from "../db/value-fault.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import { drawsFromSequence } from "../sql/fill/kinds.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/postgres/quote.js";
import { userTypeText } from "../sql/postgres/read-type.js";
import { checkLookUps } from "./check-look-ups.js";
import { findRefusedRows } from "./refused-rows.js";
import { rowLabel } from "./row-label.js";
import type { TableFacts } from "./table.js";

/** What is wrong with a fill, on the rows of one database. Samples name rows by their key: `tenantId=1, id=5`. */
export type FillProblem =
  | { readonly kind: "missing-columns"; readonly columns: readonly string[] }
  /** PostgreSQL refuses the assignment, in its own words. */
  | {
      readonly kind: "type";
      readonly message: string;
      readonly hint?: string;
      /** The column is of an enum: its values. */
      readonly enumValues?: readonly string[];
    }
  /** Evaluating it fails for some row: a cast, a division. */
  | {
      readonly kind: "fails";
      readonly message: string;
      readonly sqlState: string;
      /** Absent: they could not be counted. */
      readonly rows?: number;
      readonly samples?: readonly string[];
      /** It yields what is no value of the column's enum: its values. */
      readonly enumValues?: readonly string[];
    }
  | { readonly kind: "null"; readonly rows: number; readonly samples: readonly string[] }
  | { readonly kind: "too-long"; readonly limit: number; readonly rows: number; readonly samples: readonly string[] }
  | {
      readonly kind: "duplicates";
      /** The columns of the unique index. */
      readonly key: readonly string[];
      readonly values: number;
      readonly rows: number;
      readonly samples: readonly DuplicateValue[];
    }
  /** A foreign key would refuse the values. */
  | {
      readonly kind: "missing-rows";
      readonly key: readonly string[];
      readonly references: TableName;
      readonly referencedColumns: readonly string[];
      /** 0: no row has the value yet, but every new one gets it. */
      readonly rows: number;
      readonly samples: readonly { readonly value: string; readonly row: string }[];
    }
  /** A subquery reads all of a table for every row. */
  | {
      readonly kind: "scans";
      readonly table: string;
      /** What it looks for, as PostgreSQL prints it. */
      readonly condition: string | undefined;
      /** What would find it. */
      readonly index: string | undefined;
    }
  /** The time ran out: nothing is known about this part. */
  | { readonly kind: "not-finished"; readonly what: "values" | "duplicates" | "references"; readonly afterMs: number }
  /** It cannot be tried here: the column's type is made by the same change, or the role may not make a temporary table. */
  | {
      readonly kind: "not-checked";
      readonly message: string;
      /** The role may not make a temporary table, or the target is read-only: the values can be tried all the same. */
      readonly isOfType?: true;
    };

export interface DuplicateValue {
  /** Of several columns: separated by commas. */
  readonly value: string;
  /** Up to three of the rows that would get it, or have it. */
  readonly rows: readonly string[];
}

export interface CheckFillInput {
  readonly table: TableFacts;
  readonly column: { readonly name: string; readonly type: string };
  readonly fill: Fill;
  /** False on the development database while the change is being planned. */
  readonly columnExists: boolean;
  /** Enums that the change makes, and values that it adds to those that exist: the database does not know them yet. */
  readonly enums?: readonly PlannedEnum[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** An enum that a change makes, or one that exists and gets values. */
export interface PlannedEnum {
  readonly name: TableName;
  readonly values: readonly string[];
  readonly isNew: boolean;
}

/**
 * Tries a fill on the rows of a database that lack their value, without changing anything: does it have the column's type,
 * does it yield NULL.
 *
 * @example
 * const problems = await checkFill(dev, { table, column: { name: "handle", type: "text" }, fill, columnExists: false });
 * @returns what is wrong, as data; empty when all is well
 * @throws LS7002 when the role may not read the table, or row-level security hides rows from it
 */
export async function checkFill(connection: Connection, input: CheckFillInput): Promise<readonly FillProblem[]> {
  const { table, column, fill } = input;
  // To take a number is to change the sequence, which may not even be there yet; a number fits always.
  if (drawsFromSequence(fill)) return [];
  const known = new Set(table.columns.map(({ name }) => name));
  const missing = fill.reads.filter((name) => !known.has(name));
  if (missing.length > 0) return [{ kind: "missing-columns", columns: missing }];
  const sql = checkSql(input);
  try {
    const refusal = await checkType(connection, input, sql);
    if (refusal && !("isOfType" in refusal)) return [refusal];
    const scan = await checkLookUps(connection, input);
    if (scan) return [scan];
    const problems = [
      ...(refusal ? [refusal] : []),
      ...(await named(connection, input, await checkValues(connection, input, sql))),
    ];
    const isNoValue = problems.some((problem) => problem.kind === "fails" && problem.sqlState === "22P02");
    const enumValues = isNoValue ? await enumValuesOf(connection, column.type) : [];
    if (enumValues.length === 0) return problems;
    return problems.map((problem) => (problem.kind === "fails" ? { ...problem, enumValues } : problem));
  } catch (error) {
    throw refused(error, `Trying the fill of "${table.name}"."${column.name}" on ${connection.label}`);
  }
}

/** PostgreSQL stops at the first row that fails: which rows those are is found row by row. */
async function named(
  connection: Connection,
  { table, column, fill, columnExists, timeoutMs = defaultTimeoutMs }: CheckFillInput,
  problems: readonly FillProblem[],
): Promise<readonly FillProblem[]> {
  if (!problems.some(({ kind }) => kind === "fails")) return problems;
  const found = await findRefusedRows(connection, { table, column, fill, columnExists, timeoutMs });
  if (found.kind === "not-tried" || found.refusals.length === 0) return problems;
  return found.refusals.map(({ why, sqlState, rows, samples }) =>
    sqlState === "" ? { kind: "null", rows, samples } : { kind: "fails", message: why, sqlState, rows, samples },
  );
}

const defaultTimeoutMs = 30_000;

interface CheckSql {
  readonly table: string;
  readonly column: string;
  /** The fill as it is, and as the column would hold it. */
  readonly fill: string;
  readonly value: string;
  /** The rows that the fill is for. */
  readonly unfilled: string;
  /** What names a row. */
  readonly label: string;
}

function checkSql({ table, column, fill, columnExists }: CheckFillInput): CheckSql {
  const name = quoteIdentifier(column.name);
  return {
    table: quoteTable(table),
    column: name,
    fill: `(${fill.rowSql}\n)`,
    value: `(${fill.rowSql}\n)::${column.type}`,
    unfilled: columnExists ? `${name} IS NULL` : "true",
    label: rowLabel(table),
  };
}

/** Assignment has rules of its own (text from int is fine, enum from text is not): so the database is asked for a real one. */
async function checkType(
  connection: Connection,
  { column, columnExists, enums = [] }: CheckFillInput,
  sql: CheckSql,
): Promise<FillProblem | undefined> {
  const assign = (where: string) => `EXPLAIN UPDATE ${where} SET ${sql.column} = ${sql.fill}`;
  const own = enums.find(({ name }) => userTypeText(name) === column.type.replace(/\[\]$/, ""));
  let isPrepared = columnExists;
  let refusal: { readonly message: string; readonly code: string; readonly hint?: string | undefined };
  await connection.query("BEGIN; SET LOCAL lock_timeout = 5000; SET LOCAL row_security = off");
  try {
    if (!columnExists) {
      // In pg_temp, where names of types are looked for first, and gone with this transaction.
      for (const { name, values } of enums.filter((each) => each.isNew))
        await connection.query(
          `CREATE TYPE pg_temp.${quoteIdentifier(name.name)} AS ENUM (${values.map(quoteLiteral).join(", ")})`,
        );
      await connection.query(
        `CREATE TEMPORARY TABLE lockstep_check_fill (LIKE ${sql.table}) ON COMMIT DROP;
         ALTER TABLE pg_temp.lockstep_check_fill ADD COLUMN ${sql.column} ${own?.isNew ? temporary(own.name, column.type) : column.type}`,
      );
      isPrepared = true;
    }
    await connection.query(assign(columnExists ? sql.table : "pg_temp.lockstep_check_fill"));
    return undefined;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (!isPrepared) {
      const isForbidden = error.code === "42501" || error.code === "25006";
      return { kind: "not-checked", message: error.message, ...(isForbidden ? { isOfType: true } : {}) };
    }
    if (!/^(22|42)/.test(error.code) || error.code === "42501") throw error;
    refusal = error;
  } finally {
    if (!connection.isLost) await connection.query("ROLLBACK").catch(() => undefined);
  }
  const { message, code, hint } = refusal;
  // A cast names the type with its schema, where it is not yet.
  if (code === "42704" && own?.isNew === true && own.name.schema !== undefined) return { kind: "not-checked", message };
  // A value that the same change adds to an enum: PostgreSQL knows it once expand is applied.
  if (code === "22P02" && own?.isNew === false && own.values.some((value) => message.includes(`"${value}"`)))
    return { kind: "not-checked", message };
  const enumValues = own?.isNew ? own.values : await enumValuesOf(connection, column.type);
  return {
    kind: "type",
    message,
    ...(hint ? { hint } : {}),
    ...(enumValues.length === 0 ? {} : { enumValues: [...enumValues, ...(own?.isNew === false ? own.values : [])] }),
  };
}

/** The type that stands in for one that the change makes; `type` may be a list of it. */
function temporary({ name }: TableName, type: string): string {
  return `pg_temp.${quoteIdentifier(name)}${type.endsWith("[]") ? "[]" : ""}`;
}

/** The values of an enum, or of the enum in a list; none for other types. */
async function enumValuesOf(connection: Connection, type: string): Promise<readonly string[]> {
  const { rows } = await connection.query<{ value: string }>(
    "SELECT enumlabel AS value FROM pg_enum WHERE enumtypid = to_regtype($1) ORDER BY enumsortorder",
    [type.replace(/\[\]$/, "")],
  );
  return rows.map(({ value }) => value);
}

async function checkValues(
  connection: Connection,
  input: CheckFillInput,
  sql: CheckSql,
): Promise<readonly FillProblem[]> {
  const limit = lengthLimit(input.column.type);
  // Blanks beyond the length are cut silently, as the SQL standard wants it.
  const tooLong = limit === undefined ? "false" : `length(rtrim(${sql.fill}::text, ' ')) > ${limit}`;
  const sample = (condition: string) =>
    `ARRAY(SELECT ${sql.label} FROM ${sql.table} WHERE ${sql.unfilled} AND ${condition} LIMIT 3)`;
  return reading(connection, input.timeoutMs, "values", async () => {
    const { rows } = await connection.query<{ empty: string; long: string }>(
      `SELECT count(*) FILTER (WHERE is_empty) AS empty, count(*) FILTER (WHERE is_long) AS long
         FROM (SELECT ${sql.value} IS NULL AS is_empty, ${tooLong} AS is_long FROM ${sql.table} WHERE ${sql.unfilled}) x`,
    );
    const empty = Number(rows[0]!.empty);
    const long = Number(rows[0]!.long);
    const samples = async (condition: string) =>
      (await connection.query<{ rows: string[] }>(`SELECT ${sample(condition)} AS rows`)).rows[0]!.rows;
    return [
      ...(empty > 0 ? [{ kind: "null" as const, rows: empty, samples: await samples(`${sql.value} IS NULL`) }] : []),
      ...(long > 0 ? [{ kind: "too-long" as const, limit: limit!, rows: long, samples: await samples(tooLong) }] : []),
    ];
  });
}

/** Reads in one snapshot that cannot change anything; running out of time is an answer. */
export async function reading(
  connection: Connection,
  timeoutMs = defaultTimeoutMs,
  what: "values" | "duplicates" | "references",
  run: () => Promise<readonly FillProblem[]>,
): Promise<readonly FillProblem[]> {
  // row_security off: an error instead of rows that are silently left out.
  const settings = { statement_timeout: timeoutMs, lock_timeout: 5000, row_security: "off" };
  try {
    return await inTransaction(connection, { isReadOnly: true, isRepeatable: true, settings }, run);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (error.code === "57014" || error.code === "55P03") return [{ kind: "not-finished", what, afterMs: timeoutMs }];
    // A type that the same change makes.
    if (error.code === "42704") return [{ kind: "not-checked", message: error.message }];
    // Data exceptions, domain checks, and what the user's own functions raise: the fill's fault, not the connection's.
    // A function that writes cannot be tried without changing something.
    if (error.code === "25006") return [{ kind: "not-checked", message: error.message }];
    if (isValuesFault(error) || error.code.startsWith("0A") || error.code === "42883")
      return [{ kind: "fails", message: error.message, sqlState: error.code }];
    throw error;
  }
}

function lengthLimit(type: string): number | undefined {
  const match = /^character(?: varying)?\((\d+)\)$/.exec(type);
  return match ? Number(match[1]) : undefined;
}
