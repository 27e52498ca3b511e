import type { Connection } from "../../dialect/connection.js";
import type { TableFacts } from "../../dialect/table.js";
import type { FillProblem, Timed, ValidateReferenceInput } from "../../dialect/validation.js";
import { type TableName, tableLabel } from "../../model/names.js";
import type { ForeignKey } from "../../model/plan.js";
import { isConstant } from "../../sql/fill-kinds.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel } from "../rows/label.js";
import { reading } from "./reading.js";
import { filledValue } from "./unique.js";

/** Implements `validateReference`. */
export async function tryReference(
  connection: Connection,
  input: Timed<ValidateReferenceInput>,
): Promise<readonly FillProblem[]> {
  const { table, foreignKey } = input;
  const values: Value[] = [];
  for (const name of foreignKey.columns) {
    const value = leadsTo(name, input);
    if (value === undefined) return [];
    values.push(value);
  }
  return reading(connection, input.timeoutMs, "references", () => findMissing(connection, table, foreignKey, values));
}

/** A row's value for one column of the key. */
interface Value {
  readonly sql: string;
  /** The value, if it is the same for every new row. */
  readonly constant: string | undefined;
}

/** @returns undefined if the column will be NULL in every row */
function leadsTo(name: string, { table, columns }: ValidateReferenceInput): Value | undefined {
  const planned = columns.find((column) => column.name === name);
  const isThere = table.columns.some((column) => column.name === name);
  if (planned === undefined) return { sql: quoteIdentifier(name), constant: undefined };
  const { fill, defaultSql, type } = planned;
  if (fill === undefined && defaultSql === undefined) return undefined;
  const given = fill === undefined ? `(${defaultSql}\n)::${type}` : `(${fill.rowSql}\n)::${type}`;
  const constant = fill === undefined || isConstant(fill) ? given : undefined;
  if (!isThere) return { sql: given, constant };
  return { sql: fill === undefined ? quoteIdentifier(name) : filledValue({ ...planned, fill }), constant };
}

async function findMissing(
  connection: Connection,
  facts: TableFacts,
  { columns, references, referencedColumns }: ForeignKey,
  values: readonly Value[],
): Promise<readonly FillProblem[]> {
  if (!(await exists(connection, references)))
    return [{ kind: "not-checked", message: `"${tableLabel(references)}" does not exist yet` }];
  const table = quoteTable(facts);
  const keys = columns.map((_, at) => `k${at}`);
  const there = `EXISTS (SELECT FROM ${quoteTable(references)} r WHERE ${referencedColumns
    .map((name, at) => `r.${quoteIdentifier(name)} = x.${keys[at]}`)
    .join(" AND ")})`;
  const isGiven = keys.map((key) => `${key} IS NOT NULL`).join(" AND ");
  const select = (sql: readonly string[]) => `SELECT ${sql.map((value, at) => `${value} AS ${keys[at]}`).join(", ")}`;
  const { rows } = await connection.query<{ n: string; samples: string[][] }>(
    `WITH lost AS MATERIALIZED (SELECT * FROM (${select(values.map(({ sql }) => sql))}, ${rowLabel(facts)} AS label FROM ${table}) x WHERE ${isGiven} AND NOT ${there})
     SELECT (SELECT count(*) FROM lost) AS n,
            ARRAY(SELECT ARRAY[concat_ws(', ', ${keys.join(", ")}), min(label)] FROM lost GROUP BY ${keys.join(", ")}
                   ORDER BY count(*) DESC, 1 LIMIT 3) AS samples`,
  );
  const found = rows[0]!;
  const problem = (count: number, samples: readonly MissingRow[]) => [
    { kind: "missing-rows" as const, key: columns, references, referencedColumns, rows: count, samples },
  ];
  if (Number(found.n) > 0)
    return problem(
      Number(found.n),
      found.samples.map(([value = "", row = ""]) => ({ value, row })),
    );
  // If the referenced table is empty too, the result is unknown: a database without data.
  const constants = values.flatMap(({ constant: each }) => (each === undefined ? [] : [each]));
  if (constants.length < values.length) return [];
  const constant = await connection.query<{ value: string }>(
    `SELECT concat_ws(', ', ${keys.join(", ")}) AS value FROM (${select(constants)}) x
      WHERE ${isGiven} AND NOT ${there} AND EXISTS (SELECT FROM ${quoteTable(references)})`,
  );
  const [missing] = constant.rows;
  return missing === undefined ? [] : problem(0, [{ value: missing.value, row: "every new row" }]);
}

async function exists(connection: Connection, table: TableName): Promise<boolean> {
  const { rows } = await connection.query<{ is: boolean }>("SELECT to_regclass($1) IS NOT NULL AS is", [
    quoteTable(table),
  ]);
  return rows[0]!.is;
}

type MissingRow = Extract<FillProblem, { kind: "missing-rows" }>["samples"][number];
