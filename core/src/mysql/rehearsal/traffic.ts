import { isDatabaseError } from "../../db/retry.js";
import { conditionText } from "../../db/without-values.js";
import type { Connection } from "../../dialects/connection.js";
import type { ShapedTraffic, TrafficStatement } from "../../dialects/rehearsing.js";
import type { ColumnShape, TableShape } from "../../made-rows/shapes.js";
import type { TableName } from "../../model/index.js";
import type { StatementStats } from "../../stats/stats-file.js";
import { quoteIdentifier, quoteText } from "../quote.js";
import { numbers } from "./number-sql.js";
import { type ParameterUse, readStatement } from "./parameters.js";
import { readShapes } from "./shapes.js";
import { isOfBytes, valueOfType } from "./value-of-type.js";

/** So many lists of values: of a statement that finds or changes rows, and of one that adds some. */
const listsOfCalls = 300;
const listsOfInserts = 10_000;
/** Values for new rows begin here: none that is there has one of these. */
const firstNew = 1_500_000_000;
const ofRound = 20_000_000;
/** Of so many rows values are taken. */
const sampledRows = 20_000;

/** See `Rehearsing.tablesOf`. */
export async function tablesOf(statement: string, tables: readonly TableName[]): Promise<readonly TableName[]> {
  const named = new Set(readStatement(statement)?.tables.map((name) => name.toLowerCase()));
  return tables.filter(({ name }) => named.has(name.toLowerCase()));
}

/** See `Rehearsing.ofNewBuild`. The columns have no place in the statement yet: it is read with them, and stays text. */
export function ofNewBuild(
  statements: readonly StatementStats[],
  table: TableName,
  columns: readonly string[],
): readonly StatementStats[] {
  return statements.flatMap((each) => {
    const read = readStatement(each.text);
    if (read === undefined) return [];
    if (!read.addsRows || read.tables[0] !== table.name) return [each];
    const text = readStatement(each.text, { table: table.name, columns })?.text;
    return text === undefined ? [] : [{ ...each, text }];
  });
}

/** See `Rehearsing.probes`. */
export async function probes(connection: Connection, tables: readonly TableName[]): Promise<readonly StatementStats[]> {
  const shapes = await readShapes(connection);
  const { rows: defaults } = await connection.query<{ table: string; name: string }>(
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND (COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%')`,
  );
  return tables.flatMap((table): StatementStats[] => {
    const shape = shapes.find(({ name }) => name === table.name);
    const [key] = shape?.uniqueKeys ?? [];
    if (shape === undefined || key === undefined) return [];
    const where = key.map((name) => `${quoteIdentifier(name)} = ?`).join(" AND ");
    const plain = shape.columns.find(
      ({ name }) => ![...shape.uniqueKeys, ...shape.foreignKeys.map(({ columns }) => columns)].flat().includes(name),
    );
    const needed = shape.columns.filter(
      ({ name, isRequired }) => isRequired && !defaults.some((each) => each.table === shape.name && each.name === name),
    );
    const [free] = needed.length === 0 ? shape.columns : needed;
    const added = needed.length === 0 && free !== undefined ? [free] : needed;
    const statement = (text: string, calls: number): StatementStats => ({ text, calls, meanMs: 0, rows: 1 });
    return [
      statement(`SELECT * FROM ${shape.quoted} WHERE ${where}`, 60),
      ...(plain === undefined
        ? []
        : [
            statement(
              `UPDATE ${shape.quoted} SET ${quoteIdentifier(plain.name)} = ${quoteIdentifier(plain.name)} WHERE ${where}`,
              25,
            ),
          ]),
      statement(
        `INSERT INTO ${shape.quoted} (${added.map(({ name }) => quoteIdentifier(name)).join(", ")}) VALUES (${added.map(() => "?").join(", ")})`,
        15,
      ),
    ];
  });
}

/** See `Rehearsing.shapeTraffic`. Each is tried, in a transaction that is rolled back. */
export async function shapeTraffic(
  connection: Connection,
  statements: readonly StatementStats[],
  round: number,
): Promise<ShapedTraffic> {
  const shaper = new Shaper(connection, await readShapes(connection), firstNew + round * ofRound);
  const shaped: TrafficStatement[] = [];
  const leftOut = new Map<string, number>();
  for (const { text, calls } of statements) {
    try {
      const statement = await shaper.shape(text, calls);
      if (statement !== undefined) await tryOut(connection, statement);
      if (statement !== undefined) shaped.push(statement);
      else leftOut.set("it cannot be read", (leftOut.get("it cannot be read") ?? 0) + 1);
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      const why = /^(22|23|54)/.test(error.code) ? conditionText(error.code) : "the stage refuses it";
      const reason = `${why} (SQLSTATE ${error.code})`;
      leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    }
  }
  return { statements: shaped, leftOut: [...leftOut].map(([reason, count]) => ({ reason, statements: count })) };
}

async function tryOut(connection: Connection, { text, parameters }: TrafficStatement): Promise<void> {
  await connection.begin({ limits: { statementTimeoutMs: 5000 } });
  try {
    for (const values of parameters.slice(0, 3)) await connection.query(text, values);
  } finally {
    await connection.rollback();
  }
}

/** Finds values for parameters: of a column always the same ones. */
class Shaper {
  readonly #samples = new Map<string, Promise<readonly string[]>>();
  #new: number;

  constructor(
    private readonly connection: Connection,
    private readonly shapes: readonly TableShape[],
    firstOfRound: number,
  ) {
    this.#new = firstOfRound;
  }

  /** @returns undefined for a statement that cannot be read */
  async shape(sql: string, calls: number): Promise<TrafficStatement | undefined> {
    const read = readStatement(sql);
    if (read === undefined) return undefined;
    const { addsRows, uses, tables } = read;
    const count = uses.length === 0 ? 1 : addsRows ? listsOfInserts : listsOfCalls;
    const columns: (readonly (string | null)[])[] = [];
    for (const use of uses) columns.push(await this.#values(use, tables, count));
    // Values for new rows stand in their order: each is there once. Others are not those of one row.
    const parameters = Array.from({ length: count }, (_, call) =>
      columns.map((values, at) => {
        const place = uses[at]?.kind === "added" ? call : call * (at + 1);
        return values[place % Math.max(values.length, 1)] ?? null;
      }),
    );
    return {
      text: withBytes(
        read.text,
        uses.map((use) => this.#isOfBytes(use, tables)),
      ),
      weight: calls,
      parameters,
      addsRows,
    };
  }

  #isOfBytes(use: ParameterUse, tables: readonly string[]): boolean {
    const found = this.#columnOf(use, tables);
    return found !== undefined && isOfBytes(found.column);
  }

  async #values(use: ParameterUse, tables: readonly string[], count: number): Promise<readonly (string | null)[]> {
    const found = this.#columnOf(use, tables);
    if (found === undefined) return ["1"];
    const { shape, column } = found;
    const isKey = shape.uniqueKeys.some((key) => key.includes(column.name));
    const isReference = shape.foreignKeys.some(({ columns }) => columns.includes(column.name));
    if (use.kind === "added" && isKey && !isReference) {
      this.#new += count;
      return this.#made(column, count, this.#new);
    }
    const values = await this.#sample(shape, column);
    if (values.length > 0) return values;
    return use.kind === "compared" ? this.#made(column, count, 1) : [null];
  }

  #columnOf(use: ParameterUse, tables: readonly string[]) {
    if (use.kind === "other") return undefined;
    const isNamed = ({ name }: ColumnShape) => name.toLowerCase() === use.column.toLowerCase();
    for (const table of use.table === undefined ? tables : [use.table])
      for (const shape of this.shapes) {
        const own = shape.name === table ? shape.columns.find(isNamed) : undefined;
        if (own !== undefined) return { shape, column: own };
      }
    return undefined;
  }

  #sample(shape: TableShape, column: ColumnShape): Promise<readonly string[]> {
    const key = `${shape.oid} ${column.name}`;
    const known = this.#samples.get(key) ?? this.#read(shape, column);
    this.#samples.set(key, known);
    return known;
  }

  async #read({ quoted, uniqueKeys, foreignKeys, name: table }: TableShape, column: ColumnShape) {
    const name = quoteIdentifier(column.name);
    // Columns of a foreign key are read of the same rows, all others each of their own: new rows are not those that are there.
    const [reference] = foreignKeys
      .filter(({ columns }) => columns.includes(column.name))
      .toSorted((one, other) => other.columns.length - one.columns.length);
    const seed = quoteText((reference?.columns ?? [column.name]).join());
    const key = (uniqueKeys[0] ?? [column.name]).map(quoteIdentifier).join(", ");
    const { rows: sizes } = await this.connection.query<{ rows: string }>(
      "SELECT TABLE_ROWS + 0e0 AS `rows` FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?",
      [table],
    );
    const part = Math.min(1, sampledRows / Math.max(Number(sizes[0]?.rows ?? 0), 1));
    const { rows } = await this.connection.query<{ value: string }>(
      `SELECT value FROM (SELECT ${printed(name, column)} AS value, CONCAT_WS(',', ${seed}, ${key}) AS place FROM ${quoted}
          WHERE ${name} IS NOT NULL AND RAND(1) <= ${part} LIMIT ${sampledRows}) s
        ORDER BY SHA2(place, 256) LIMIT ${listsOfCalls}`,
    );
    return rows.map(({ value }) => value);
  }

  async #made(column: ColumnShape, count: number, from: number): Promise<readonly (string | null)[]> {
    const made = valueOfType(column);
    if (made === undefined) return [null];
    const sql = made("n", { width: 24, distinct: 2 ** 40, numbers: 2 ** 40, isOrdered: true, range: undefined });
    const { rows } = await this.connection.query<{ value: string }>(
      `SELECT ${printed(sql, column)} AS value FROM ${numbers(from, from + count)} ORDER BY n`,
    );
    return rows.map(({ value }) => value);
  }
}

/** As text that the column takes again. */
function printed(sql: string, column: ColumnShape): string {
  if (isOfBytes(column)) return `HEX(${sql})`;
  if (/^bit\b/.test(column.baseType)) return `CAST(${sql} + 0 AS CHAR)`;
  return `CAST(${sql} AS CHAR)`;
}

/** Parameters of columns that hold bytes are sent in hexadecimal. */
function withBytes(text: string, areBytes: readonly boolean[]): string {
  let at = 0;
  return text.replace(/\?/g, () => (areBytes[at++] ? "UNHEX(?)" : "?"));
}
