import { duringCleanUp } from "../../base/expected-errors.js";
import { patternOf } from "../../base/pattern-of.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { FillProblem, Timed, ValidateFillInput } from "../../dialect/validation.js";
import { userTypeText } from "../../model/declaration.js";
import { answerOf } from "../../target/facts/validation-answer.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel } from "../rows/label.js";
import { findRefusedRows } from "../rows/refused.js";
import { reading } from "./reading.js";

/** Implements `validateFill`: whether the fill can be assigned to the column, and its values. */
export async function tryFill(
  connection: Connection,
  input: Timed<ValidateFillInput>,
): Promise<readonly FillProblem[]> {
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

/** PostgreSQL stops at the first failing row, so this tests row by row. */
async function named(
  connection: Connection,
  { table, column, fill, columnExists, timeoutMs }: Timed<ValidateFillInput>,
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
  /** The fill's expression, and its value as the column stores it. */
  readonly fill: string;
  readonly value: string;
  /** A condition: the rows to fill. */
  readonly unfilled: string;
  /** Identifies a row. */
  readonly label: string;
}

function checkSql({ table, column, fill, columnExists }: ValidateFillInput): CheckSql {
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

/** Errors for an object that the database lacks: a function, table, column, type or schema. */
const missing: ReadonlySet<string> = new Set(["42883", "42P01", "42703", "42704", "3F000"]);

/** Assignment has its own rules (text from int is allowed, enum from text is not), so this runs a real one. */
async function checkType(
  connection: Connection,
  { column, columnExists, enums = [] }: ValidateFillInput,
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
    // The planner evaluates functions that are marked immutable.
    await connection.query("SET TRANSACTION READ ONLY");
    await connection.query(assign(columnExists ? sql.table : "pg_temp.lockstep_check_fill"));
    return undefined;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (!isPrepared) {
      const isForbidden = error.code === "42501" || error.code === "25006";
      return { kind: "not-checked", message: error.message, ...(isForbidden ? { isOfType: true } : {}) };
    }
    // The planner called a function that writes.
    if (error.code === "25006") return { kind: "not-checked", message: error.message };
    if (!/^(22|42|3F)/.test(error.code) || error.code === "42501") throw error;
    refusal = error;
  } finally {
    if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
  }
  const { message, code, hint } = refusal;
  const own = enums.find(({ name }) => userTypeText(name) === column.type.replace(/\[\]$/, ""));
  // A value that the same change adds to an enum: it exists after expand.
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

/** The values of an enum, or of an array's enum; none for other types. */
async function enumValuesOf(connection: Connection, type: string): Promise<readonly string[]> {
  const { rows } = await connection.query<{ value: string }>(
    "SELECT enumlabel AS value FROM pg_enum WHERE enumtypid = to_regtype($1) ORDER BY enumsortorder",
    [type.replace(/\[\]$/, "")],
  );
  return rows.map(({ value }) => value);
}

async function checkValues(
  connection: Connection,
  input: Timed<ValidateFillInput>,
  sql: CheckSql,
): Promise<readonly FillProblem[]> {
  const limit = lengthLimit(input.column.type);
  // PostgreSQL silently truncates blanks beyond the length, as the SQL standard requires.
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

/** A plan node of EXPLAIN. */
interface PlanNode {
  readonly "Node Type": string;
  readonly "Parent Relationship"?: string;
  readonly "Relation Name"?: string;
  readonly Schema?: string;
  readonly Alias?: string;
  readonly "Index Cond"?: string;
  readonly Filter?: string;
  readonly "Join Filter"?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Whether the subqueries of a fill use an index. Plans without sequential scans, so the result is the same for a development database with
 * three rows.
 */
async function checkLookUps(
  connection: Connection,
  { table, fill, timeoutMs }: Timed<ValidateFillInput>,
): Promise<readonly FillProblem[]> {
  if (fill.lookUps === undefined) return [];
  const settings = { statement_timeout: timeoutMs, lock_timeout: 5000, enable_seqscan: "off", row_security: "off" };
  // One row: for many rows, the planner may read a small table once and keep it in memory.
  const row = quoteIdentifier(table.name);
  const one = `SELECT (${fill.rowSql}\n) FROM (SELECT * FROM ${quoteTable(table)} LIMIT 1) ${row}`;
  let plan: PlanNode | undefined;
  try {
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) ${one}`),
    );
    plan = rows[0]?.["QUERY PLAN"][0].Plan;
  } catch (error) {
    return answerOf(error, "values", timeoutMs);
  }
  const scan = plan && subplans(plan).flatMap((node) => scans(node, undefined))[0];
  if (scan === undefined) return [];
  const { Filter: condition, Alias: alias = "" } = scan;
  const name = scan["Relation Name"] ?? "";
  const place = scan.Schema === undefined || scan.Schema === "public" ? { name } : { schema: scan.Schema, name };
  const column = condition === undefined ? undefined : comparedColumn(condition, alias);
  const index = column === undefined ? undefined : `CREATE INDEX CONCURRENTLY ON ${quoteTable(place)} (${column})`;
  return [{ kind: "scans", table: name, condition, index }];
}

/** `"userId"` in `(a."userId" = "User".id)`, on either side. */
function comparedColumn(condition: string, alias: string): string | undefined {
  const identifier = '(?:"(?:[^"]|"")+"|[a-z_][\\w$]*)';
  const own = `(?:${patternOf(alias)}|${patternOf(quoteIdentifier(alias))})\\.(${identifier})`;
  const found = new RegExp(`\\(${own} = |= ${own}\\)`).exec(condition);
  return found?.[1] ?? found?.[2];
}

/** The plan nodes that run for each row. */
function subplans(node: PlanNode): PlanNode[] {
  const isOwn = node["Parent Relationship"] === "SubPlan" || node["Parent Relationship"] === "InitPlan";
  return isOwn ? [node] : (node.Plans ?? []).flatMap(subplans);
}

/** The nodes that read a whole table or index. Reading only the first row is fast. */
function scans(node: PlanNode, parent: PlanNode | undefined): PlanNode[] {
  const isScan = node["Relation Name"] !== undefined && node["Node Type"] !== "Bitmap Heap Scan";
  const isFirst = parent?.["Node Type"] === "Limit" && node.Filter === undefined;
  const own = isScan && node["Index Cond"] === undefined && !isFirst ? [join(node, parent)] : [];
  return [...own, ...(node.Plans ?? []).flatMap((each) => scans(each, node))];
}

/** A join's condition is listed at the join node. */
function join(node: PlanNode, parent: PlanNode | undefined): PlanNode {
  const filter = node.Filter ?? parent?.["Join Filter"];
  return filter === undefined ? node : { ...node, Filter: filter };
}
