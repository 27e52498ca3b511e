import type { Connection } from "../../dialect/connection.js";
import type { TableFacts } from "../../dialect/table.js";
import type { FillProblem, Timed, UniqueColumn, ValidateUniqueInput } from "../../dialect/validation.js";
import type { Fill } from "../../model/fill.js";
import { isConstant } from "../../sql/fill-kinds.js";
import { hasChildren } from "../../target/facts/children.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../quote.js";
import { rowLabel } from "../rows/label.js";
import { reading } from "./reading.js";

/** Implements `validateUnique`. */
export async function tryUnique(
  connection: Connection,
  input: Timed<ValidateUniqueInput>,
): Promise<readonly FillProblem[]> {
  const { table, key } = input;
  const parts: Part[] = [];
  for (const name of key) {
    const part = partOf(name, input);
    if (part === undefined) return [];
    parts.push(part);
  }
  return reading(connection, input.timeoutMs, "duplicates", () => findDuplicates(connection, table, key, parts));
}

/** The value that a column has, or will have after the fill. */
export function filledValue({ name, type, fill }: UniqueColumn & { readonly fill: Fill }): string {
  return `coalesce(${quoteIdentifier(name)}, (${fill.rowSql}\n)::${type})`;
}

/** One column of the index: a row's value, and the type to convert it back from text. */
interface Part {
  readonly sql: string;
  readonly type: string;
}

/** @returns undefined if the column will be NULL in every row */
function partOf(name: string, { table, columns }: ValidateUniqueInput): Part | undefined {
  const planned = columns.find((column) => column.name === name);
  const found = table.columns.find((column) => column.name === name);
  if (found !== undefined) {
    const sql = planned?.fill ? filledValue({ ...planned, fill: planned.fill }) : quoteIdentifier(name);
    return { sql, type: found.type };
  }
  // Compares a constant as text, because its type may be an enum of the same change.
  const constant = planned?.fill ? (isConstant(planned.fill) ? planned.fill.sql : undefined) : planned?.defaultSql;
  if (constant !== undefined) return { sql: `${quoteLiteral(literalText(constant))}::text`, type: "text" };
  return planned?.fill && { sql: `(${planned.fill.rowSql}\n)::${planned.type}`, type: planned.type };
}

/** The text of a literal: `main` for `'main'::"Channel"`. */
function literalText(sql: string): string {
  return /^'((?:[^']|'')*)'(::.*)?$/s.exec(sql)?.[1]?.replaceAll("''", "'") ?? sql;
}

async function findDuplicates(
  connection: Connection,
  facts: TableFacts,
  key: readonly string[],
  parts: readonly Part[],
): Promise<readonly FillProblem[]> {
  // An index does not cover the rows of inheriting tables.
  const table = `${hasChildren(facts) ? "ONLY " : ""}${quoteTable(facts)}`;
  const names = parts.map((_, at) => `k${at}`);
  const texts = names.map((name) => `${name}::text`);
  const { rows } = await connection.query<{ values: string; rows: string; samples: string[][] }>(
    `WITH twice AS MATERIALIZED (SELECT ${names.join(", ")}, count(*) AS n
         FROM (SELECT ${parts.map(({ sql }, at) => `${sql} AS k${at}`).join(", ")} FROM ${table}) x
        WHERE ${names.map((name) => `${name} IS NOT NULL`).join(" AND ")} GROUP BY ${names.join(", ")} HAVING count(*) > 1)
     SELECT count(*) AS values, coalesce(sum(n), 0) AS rows,
            ARRAY(SELECT ARRAY[${texts.join(", ")}] FROM twice
                   ORDER BY n DESC, ${texts.map((text) => `${text} COLLATE "C"`).join(", ")} LIMIT 3) AS samples FROM twice`,
  );
  const found = rows[0]!;
  if (Number(found.values) === 0) return [];
  const samples = [];
  for (const values of found.samples) {
    const same = await connection.query<{ row: string }>(
      `SELECT ${rowLabel(facts)} AS row FROM ${table}
        WHERE ${parts.map(({ sql, type }, at) => `${sql} = $${at + 1}::${type}`).join(" AND ")} LIMIT 3`,
      values,
    );
    samples.push({ value: values.join(", "), rows: same.rows.map(({ row }) => row) });
  }
  return [{ kind: "duplicates", key, values: Number(found.values), rows: Number(found.rows), samples }];
}
