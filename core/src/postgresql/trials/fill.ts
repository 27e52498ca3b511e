import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { CheckFillInput, FillProblem, Timed } from "../../dialect/trials.js";
import { userTypeText } from "../../model/declaration.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel } from "../rows/label.js";
import { findRefusedRows } from "../rows/refused.js";
import { checkLookUps } from "./look-ups.js";
import { reading } from "./reading.js";

/** As `checkFill`: whether it can be assigned to the column, and the values that it gives. */
export async function tryFill(connection: Connection, input: Timed<CheckFillInput>): Promise<readonly FillProblem[]> {
  const { column } = input;
  const sql = checkSql(input);
  const refusal = await checkType(connection, input, sql);
  if (refusal && !("isOfType" in refusal)) return [refusal];
  const scan = await checkLookUps(connection, input);
  if (scan.length > 0) return scan;
  const problems = [
    ...(refusal ? [refusal] : []),
    ...(await named(connection, input, await checkValues(connection, input, sql))),
  ];
  const isNoValue = problems.some((problem) => problem.kind === "fails" && problem.sqlState === "22P02");
  const enumValues = isNoValue ? await enumValuesOf(connection, column.type) : [];
  if (enumValues.length === 0) return problems;
  return problems.map((problem) => (problem.kind === "fails" ? { ...problem, enumValues } : problem));
}

/** PostgreSQL stops at the first row that fails: which rows those are is found row by row. */
async function named(
  connection: Connection,
  { table, column, fill, columnExists, timeoutMs }: Timed<CheckFillInput>,
  problems: readonly FillProblem[],
): Promise<readonly FillProblem[]> {
  if (!problems.some(({ kind }) => kind === "fails")) return problems;
  const found = await findRefusedRows(connection, { table, column, fill, columnExists, timeoutMs });
  if (found.kind === "not-tried" || found.refusals.length === 0) return problems;
  return found.refusals.map(({ why, sqlState, rows, samples }) =>
    sqlState === "" ? { kind: "null", rows, samples } : { kind: "fails", message: why, sqlState, rows, samples },
  );
}

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

/** What an expression may name that the database does not have: a function, table, column, type or schema. */
const missing: ReadonlySet<string> = new Set(["42883", "42P01", "42703", "42704", "3F000"]);

/** Assignment has rules of its own (text from int is fine, enum from text is not): so the database is asked for a real one. */
async function checkType(
  connection: Connection,
  { column, columnExists, enums = [] }: CheckFillInput,
  sql: CheckSql,
): Promise<FillProblem | undefined> {
  const assign = (where: string) => `EXPLAIN UPDATE ${where} SET ${sql.column} = ${sql.fill}`;
  let isPrepared = columnExists;
  let refusal: { readonly message: string; readonly code: string; readonly hint?: string | undefined };
  await connection.begin({ limits: { lockTimeoutMs: 5000 }, settings: { row_security: "off" } });
  try {
    if (!columnExists) {
      await connection.query(`CREATE TEMPORARY TABLE lockstep_check_fill (LIKE ${sql.table}) ON COMMIT DROP`);
      await connection.query(`ALTER TABLE pg_temp.lockstep_check_fill ADD COLUMN ${sql.column} ${column.type}`);
      isPrepared = true;
    }
    // The planner evaluates functions that are called immutable.
    await connection.query("SET TRANSACTION READ ONLY");
    await connection.query(assign(columnExists ? sql.table : "pg_temp.lockstep_check_fill"));
    return undefined;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (!isPrepared) {
      const isForbidden = error.code === "42501" || error.code === "25006";
      return { kind: "not-checked", message: error.message, ...(isForbidden ? { isOfType: true } : {}) };
    }
    // A function that writes, which the planner has called.
    if (error.code === "25006") return { kind: "not-checked", message: error.message };
    if (!/^(22|42|3F)/.test(error.code) || error.code === "42501") throw error;
    refusal = error;
  } finally {
    if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
  }
  const { message, code, hint } = refusal;
  const own = enums.find(({ name }) => userTypeText(name) === column.type.replace(/\[\]$/, ""));
  // A value that the same change adds to an enum: PostgreSQL knows it once expand is applied.
  if (code === "22P02" && own?.values.some((value) => message.includes(`"${value}"`)))
    return { kind: "not-checked", message };
  const enumValues = await enumValuesOf(connection, column.type);
  return {
    kind: "type",
    message,
    ...(hint ? { hint } : {}),
    ...(enumValues.length === 0 ? {} : { enumValues: [...enumValues, ...(own?.values ?? [])] }),
    ...(missing.has(code) ? { isMissing: true } : {}),
  };
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
  input: Timed<CheckFillInput>,
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

function lengthLimit(type: string): number | undefined {
  const match = /^character(?: varying)?\((\d+)\)$/.exec(type);
  return match ? Number(match[1]) : undefined;
}
