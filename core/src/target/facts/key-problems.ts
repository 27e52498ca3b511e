import type { ErrorCode } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { errorCode } from "../../dialect/db/retry.js";
import type { TableFacts } from "../../dialect/table.js";
import type { FillProblem } from "../../dialect/validation.js";
import { isSameTable, type TableName, tableLabel } from "../../model/names.js";
import type { Plan, UnitSpec } from "../../model/plan.js";
import { isTemporaryIndex } from "../../model/unit-spec.js";
import { adapted } from "../../sql/unit-words.js";
import { findRows } from "./missing-values.js";
import type { ValidationDatabase } from "./try-columns.js";
import { validateReference } from "./validate-reference.js";
import { validateUnique } from "./validate-unique.js";

/** Rows that prevent a unique index, a foreign key or a check over existing columns, or that such a column becomes required. */
export interface KeyProblem {
  /** Undefined: the rows could not be checked. */
  readonly code: ErrorCode | undefined;
  /** Absent: rows without a value, or that violate a check. */
  readonly problem?: FillProblem;
  /** @param isWithoutValues names rows by key only */
  message(isWithoutValues?: boolean): string;
}

/**
 * Searches for rows that violate the unique indexes, foreign keys, checks and required columns of an expand, if these only have existing columns:
 * those of new ones are tested with their fills. Indexes with an expression or a predicate are not checked; their build reports duplicates. If a statement
 * of the user changes rows before the key is built, the result is uncertain: it may correct them.
 *
 * @param options.timeoutMs for each statement. Default: 30 000
 * @param options.isLeadingDone the user's statements before the plan's first unit have run, or the caller accounts for them
 * @throws LS7002 if the role cannot read a table, or row-level security hides rows from it
 */
export async function keyProblems(
  plan: Pick<Plan, "units" | "columns">,
  database: Database,
  {
    timeoutMs,
    isLeadingDone = false,
  }: { readonly timeoutMs?: number | undefined; readonly isLeadingDone?: boolean } = {},
): Promise<readonly KeyProblem[]> {
  const limits = timeoutMs === undefined ? {} : { timeoutMs };
  const found: KeyProblem[] = [];
  const first = isLeadingDone ? plan.units.findIndex(({ spec }) => spec.kind !== "original") : 0;
  for (const [at, unit] of plan.units.entries()) {
    const { phase, spec } = unit;
    if (spec.kind === "prove" && spec.isExisting && !plan.units.slice(first, at).some(mayCorrectRows))
      found.push(...(await emptyColumns(spec, database, timeoutMs)));
    if (phase === "expand" && !plan.units.slice(first, at).some(mayCorrectRows))
      found.push(...(await violations(unit, database, timeoutMs)));
    if (phase !== "expand" || (spec.kind !== "create-index" && spec.kind !== "add-foreign-key")) continue;
    const key = spec.kind === "create-index" ? spec.index.columns : spec.foreignKey.columns;
    if (spec.kind === "create-index" && !isChecked(spec)) continue;
    const isPlanned = plan.columns.some((column) => isSameTable(column.table, spec.table) && key.includes(column.name));
    const table = isPlanned ? undefined : await database.table(spec.table);
    // Pending migrations may create the table or the columns.
    if (table === undefined || !key.every((name) => table.columns.some((column) => column.name === name))) continue;
    if (plan.units.slice(first, at).some(mayCorrectRows)) continue;
    const connection = await database.connection();
    const problems =
      spec.kind === "create-index"
        ? await validateUnique(connection, { table, key, columns: [], ...limits })
        : await validateReference(connection, { table, foreignKey: spec.foreignKey, columns: [], ...limits });
    for (const problem of problems) {
      const isCertain = problem.kind === "duplicates" || problem.kind === "missing-rows";
      found.push({
        code: isCertain ? (spec.kind === "create-index" ? "LS6001" : "LS6002") : undefined,
        problem,
        message: (isWithoutValues = false) => messageOf(spec, problem, isWithoutValues),
      });
    }
  }
  return found;
}

interface Database {
  connection: ValidationDatabase["connection"];
  table(name: TableName): Promise<TableFacts | undefined>;
}

/** The columns that become required, and have no value in some row. */
async function emptyColumns(
  { table: name, columns }: Extract<UnitSpec, { kind: "prove" }>,
  database: Database,
  timeoutMs?: number,
): Promise<readonly KeyProblem[]> {
  const table = await database.table(name);
  const found: KeyProblem[] = [];
  for (const { name: column } of columns) {
    if (!table?.columns.some((each) => each.name === column && each.isNullable)) continue;
    const connection = await database.connection();
    const what = `"${tableLabel(name)}"."${column}"`;
    found.push(
      ...(await rowsWhere(`${connection.dialect.sql.quote.identifier(column)} IS NULL`, connection, table, {
        code: "LS6003",
        of: what,
        words: (count, verb) => `${count} of ${what} ${verb} no value`,
        timeoutMs,
      })),
    );
  }
  return found;
}

/** A check that the plan adds as NOT VALID, in the user's own words. */
const addedCheck =
  /\bADD\s+CONSTRAINT\s+("(?:[^"]|"")+"|\w+)\s+CHECK\s*(\([\s\S]*\))(?:\s+NO\s+INHERIT)?\s+NOT\s+VALID;/i;

/** The rows that violate a check that the plan splits. Its expression may name what only pending migrations create. */
async function violations(
  { spec, verdict }: Plan["units"][number],
  database: Database,
  timeoutMs?: number,
): Promise<readonly KeyProblem[]> {
  const [, name, expression] =
    (spec.kind === "original" && spec.sql.includes(adapted) && addedCheck.exec(spec.sql)) || [];
  const [lock] = verdict.locks;
  if (lock === undefined || name === undefined) return [];
  const table = await database.table(lock.table);
  if (table === undefined) return [];
  const label = `"${tableLabel(lock.table)}"`;
  return rowsWhere(`NOT ${expression}`, await database.connection(), table, {
    code: "LS6004",
    of: `${label} for the check ${name}`,
    words: (count) => `${count} of ${label} ${count === "1 row" ? "violates" : "violate"} the check ${name}`,
    timeoutMs,
  });
}

async function rowsWhere(
  condition: string,
  connection: Connection,
  table: TableFacts,
  {
    code,
    of,
    words,
    timeoutMs = 30_000,
  }: {
    readonly code: ErrorCode;
    readonly of: string;
    words(count: string, verb: "has" | "have"): string;
    readonly timeoutMs: number | undefined;
  },
): Promise<readonly KeyProblem[]> {
  try {
    const rows = await findRows(connection, table, condition, timeoutMs);
    if (rows === undefined) return [];
    const { count, sample } = rows;
    return [{ code, message: () => `${words(count, count === "1 row" ? "has" : "have")}, for example ${sample}` }];
  } catch (error) {
    const isLate = errorCode(error) === "57014" || errorCode(error) === "55P03";
    // A column, type or function of its own expression may be pending.
    const isMissing = /^42(?:703|704|883|P01)$/.test(errorCode(error) ?? "");
    if (!isLate && !isMissing) throw refused(error, `Counting the rows of ${of}`);
    const why = isLate ? `not within ${timeoutMs / 1000} s` : "what they need is not there yet";
    const message = `The rows of ${of} could not be counted (${why}): the migration itself checks them`;
    return [{ code: undefined, message: () => message }];
  }
}

/** Whether a statement of the user may change which rows or values a table has. */
function mayCorrectRows({ spec, verdict: { locks, concerns, doubts } }: Plan["units"][number]): boolean {
  if (spec.kind !== "original") return false;
  return (
    doubts.includes("statement") ||
    locks.some(({ mode }) => mode === "ROW EXCLUSIVE") ||
    concerns.some((each) => each.kind === "rewrites" || (each.kind === "loses-data" && each.what === "rows"))
  );
}

type Checked = Extract<UnitSpec, { kind: "create-index" | "add-foreign-key" }>;

function isChecked({ index }: Extract<UnitSpec, { kind: "create-index" }>): boolean {
  return index.isUnique && index.definition === undefined && !isTemporaryIndex(index.name);
}

function messageOf(spec: Checked, problem: FillProblem, isWithoutValues: boolean): string {
  const table = `"${tableLabel(spec.table)}"`;
  const what =
    spec.kind === "create-index"
      ? `the unique index "${spec.index.name}" on ${table}`
      : `the foreign key "${spec.foreignKey.name}" of ${table}`;
  if (problem.kind === "duplicates") {
    const samples = problem.samples.map(({ value, rows }) =>
      [...(isWithoutValues || value === undefined ? [] : [`'${value}' in`]), rows.join(" and ")].join(" "),
    );
    return `${counted(problem.rows)} of ${table} ${problem.rows === 1 ? "violates" : "violate"} ${what}, with the same ${problem.key.map(quoted).join(", ")}: ${samples.join("; ")}`;
  }
  if (problem.kind === "missing-rows") {
    const samples = problem.samples.map(({ value, row }) =>
      isWithoutValues || value === undefined ? row : `${problem.key.map(quoted).join(", ")} = ${value} in ${row}`,
    );
    return `${counted(problem.rows)} of ${table} ${problem.rows === 1 ? "violates" : "violate"} ${what}, without a row in "${tableLabel(problem.references)}": ${samples.join("; ")}`;
  }
  const why = problem.kind === "not-finished" ? `not within ${problem.afterMs / 1000} s` : "not possible";
  return `The rows for ${what} could not be checked (${why}): the migration itself checks them`;
}

const quoted = (name: string) => `"${name}"`;
const counted = (rows: number) => (rows === 1 ? "1 row" : `${rows} rows`);
