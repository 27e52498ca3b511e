import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type {
  FillProblem,
  Timed,
  ValidateFillInput,
  ValidateReferenceInput,
  ValidateUniqueInput,
  Validation,
} from "../../dialect/validation.js";
import { tableLabel } from "../../model/names.js";
import { isConstant } from "../../sql/fill-kinds.js";
import { answerOf } from "../../target/facts/validation-answer.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel } from "../rows/label.js";
import { differsOnReplicas } from "../unreplicated.js";
import { refusedByType } from "./refused-by-type.js";

/** For MySQL and MariaDB. */
export const validation: Validation = {
  async fill(connection, input) {
    const what = await differsOnReplicas(connection, input.fill.rowSql);
    if (what !== undefined) return [{ kind: "replicas-differ", what }];
    return reading(connection, input.timeoutMs, "values", () => tryValues(connection, input));
  },
  unique: (connection, input) =>
    reading(connection, input.timeoutMs, "duplicates", () => findDuplicates(connection, input)),
  reference: (connection, input) =>
    reading(connection, input.timeoutMs, "references", () => findMissing(connection, input)),
};

/** Reads in one read-only snapshot. A timeout is a result, not an error. */
async function reading(
  connection: Connection,
  timeoutMs: number,
  what: "values" | "duplicates" | "references",
  run: () => Promise<readonly FillProblem[]>,
): Promise<readonly FillProblem[]> {
  const limits = { statementTimeoutMs: timeoutMs, lockTimeoutMs: 5000 };
  try {
    return await inTransaction(connection, { isReadOnly: true, isRepeatable: true, limits }, run);
  } catch (error) {
    return answerOf(error, what, timeoutMs);
  }
}

async function tryValues(
  connection: Connection,
  { table, column, fill, columnExists }: Timed<ValidateFillInput>,
): Promise<readonly FillProblem[]> {
  const value = `(${fill.rowSql}\n)`;
  const refused = refusedByType("x.v", column.type);
  const { isTooLong, isRefused = "FALSE" } = refused ?? {};
  const rows = `(SELECT ${rowLabel(table)} AS label, ${value} AS v FROM ${quoteTable(table)}${columnExists ? ` WHERE ${quoteIdentifier(column.name)} IS NULL` : ""}) x`;
  const conditions = { empty: "x.v IS NULL", long: isTooLong?.sql ?? "FALSE", wrong: isRefused };
  const counted = Object.entries(conditions).map(
    ([name, sql]) => `COUNT(IF(${sql}, 1, NULL)) AS ${quoteIdentifier(name)}`,
  );
  const { rows: counts } = await connection.query<Record<keyof typeof conditions, string | number>>(
    `SELECT ${counted.join(", ")} FROM ${rows}`,
  );
  const count = (name: keyof typeof conditions) => Number(counts[0]?.[name]);
  const samples = async (name: keyof typeof conditions) => {
    const found = await connection.query<{ label: string; v: unknown }>(
      `SELECT x.label, CAST(x.v AS CHAR) AS v FROM ${rows} WHERE ${conditions[name]} LIMIT 3`,
    );
    return found.rows;
  };
  const labels = async (name: keyof typeof conditions) => (await samples(name)).map(({ label }) => label);
  const problems: FillProblem[] = [];
  if (refused === undefined)
    problems.push({
      kind: "not-checked",
      message: `the server checks values of ${column.type} only when it stores them`,
      isOfType: true,
    });
  if (count("wrong") > 0) {
    const found = await samples("wrong");
    problems.push({
      kind: "fails",
      message: `${column.type} does not support the value '${String(found[0]?.v)}'`,
      sqlState: "22000",
      rows: count("wrong"),
      samples: found.map(({ label }) => label),
    });
  }
  if (count("empty") > 0) problems.push({ kind: "null", rows: count("empty"), samples: await labels("empty") });
  if (isTooLong !== undefined && count("long") > 0)
    problems.push({ kind: "too-long", limit: isTooLong.limit, rows: count("long"), samples: await labels("long") });
  return problems;
}

interface Value {
  readonly sql: string;
  /** The value that every new row gets, if it is the same for all. */
  readonly constantSql?: string | undefined;
}

/** The value that a column has, or will have after the fill. @returns undefined if it will be NULL in every row */
function valueOfColumn(
  name: string,
  { table, columns }: Pick<ValidateUniqueInput, "table" | "columns">,
): Value | undefined {
  const isThere = table.columns.some((column) => column.name === name);
  const planned = columns.find((column) => column.name === name);
  const { fill, defaultSql } = planned ?? {};
  const own = quoteIdentifier(name);
  if (fill !== undefined) {
    const given = `(${fill.rowSql}\n)`;
    return { sql: isThere ? `COALESCE(${own}, ${given})` : given, constantSql: isConstant(fill) ? given : undefined };
  }
  if (isThere) return { sql: own };
  return defaultSql === undefined ? undefined : { sql: `(${defaultSql}\n)`, constantSql: `(${defaultSql}\n)` };
}

async function findDuplicates(
  connection: Connection,
  input: Timed<ValidateUniqueInput>,
): Promise<readonly FillProblem[]> {
  const { table, key } = input;
  const values = key.map((name) => valueOfColumn(name, input));
  if (values.includes(undefined)) return [];
  const names = key.map((_, at) => `k${at}`);
  const rows = `(SELECT ${rowLabel(table)} AS label, ${values.map((value, at) => `${value?.sql} AS k${at}`).join(", ")} FROM ${quoteTable(table)}) x`;
  // Names are qualified by x: the table may have a column k0 too.
  const twice = `SELECT ${names.join(", ")}, COUNT(*) AS n, SUBSTRING_INDEX(GROUP_CONCAT(label ORDER BY label SEPARATOR '\\n'), '\\n', 3) AS labels
    FROM ${rows} WHERE ${names.map((name) => `${name} IS NOT NULL`).join(" AND ")} GROUP BY ${names.join(", ")} HAVING COUNT(*) > 1`;
  const { rows: sums } = await connection.query<{ found: string; n: string | null }>(
    `SELECT COUNT(*) AS found, SUM(n) AS n FROM (${twice}) y`,
  );
  if (Number(sums[0]?.found) === 0) return [];
  const { rows: samples } = await connection.query<{ value: string; labels: string }>(
    `SELECT CONCAT_WS(', ', ${names.join(", ")}) AS value, labels FROM (${twice}) y ORDER BY n DESC, value LIMIT 3`,
  );
  return [
    {
      kind: "duplicates",
      key,
      values: Number(sums[0]?.found),
      rows: Number(sums[0]?.n),
      samples: samples.map(({ value, labels }) => ({ value, rows: labels.split("\n") })),
    },
  ];
}

async function findMissing(
  connection: Connection,
  input: Timed<ValidateReferenceInput>,
): Promise<readonly FillProblem[]> {
  const { table, foreignKey } = input;
  const { columns, references, referencedColumns } = foreignKey;
  const values = columns.map((name) => valueOfColumn(name, input));
  if (values.includes(undefined)) return [];
  const { rows: there } = await connection.query(
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?",
    [references.schema ?? null, references.name],
  );
  if (there.length === 0) return [{ kind: "not-checked", message: `"${tableLabel(references)}" does not exist yet` }];
  const names = columns.map((_, at) => `k${at}`);
  const isGiven = names.map((name) => `x.${name} IS NOT NULL`).join(" AND ");
  const isSame = referencedColumns.map((name, at) => `r.${quoteIdentifier(name)} = x.k${at}`).join(" AND ");
  const isMissing = `${isGiven} AND NOT EXISTS (SELECT 1 FROM ${quoteTable(references)} r WHERE ${isSame})`;
  const select = values.map((value, at) => `${value?.sql} AS k${at}`).join(", ");
  const rows = `(SELECT ${rowLabel(table)} AS label, ${select} FROM ${quoteTable(table)}) x`;
  const problem = (count: number, samples: readonly { value: string; row: string }[]) => [
    { kind: "missing-rows" as const, key: columns, references, referencedColumns, rows: count, samples },
  ];
  const { rows: counts } = await connection.query<{ n: string }>(
    `SELECT COUNT(*) AS n FROM ${rows} WHERE ${isMissing}`,
  );
  if (Number(counts[0]?.n) > 0) {
    const { rows: samples } = await connection.query<{ value: string; row: string }>(
      `SELECT CONCAT_WS(', ', ${names.map((name) => `x.${name}`).join(", ")}) AS value, MIN(x.label) AS \`row\` FROM ${rows}
        WHERE ${isMissing} GROUP BY ${names.map((name) => `x.${name}`).join(", ")} ORDER BY COUNT(*) DESC, 1 LIMIT 3`,
    );
    return problem(Number(counts[0]?.n), samples);
  }
  // If the referenced table is empty too, the result is unknown: a database without data.
  const constants = values.flatMap((value) => value?.constantSql ?? []);
  if (constants.length < values.length) return [];
  const { rows: missing } = await connection.query<{ value: string }>(
    `SELECT CONCAT_WS(', ', ${names.map((name) => `x.${name}`).join(", ")}) AS value FROM (SELECT ${constants.map((sql, at) => `${sql} AS k${at}`).join(", ")}) x
      WHERE ${isMissing} AND EXISTS (SELECT 1 FROM ${quoteTable(references)})`,
  );
  const [first] = missing;
  return first === undefined ? [] : problem(0, [{ value: first.value, row: "every new row" }]);
}
