import { isDatabaseError } from "../../db/retry.js";
import { conditionText } from "../../db/without-values.js";
import type { Connection } from "../../dialects/connection.js";
import type { ShapedTraffic, TrafficStatement } from "../../dialects/rehearsing.js";
import type { ColumnShape, TableShape } from "../../made-rows/shapes.js";
import { isSameTable, type TableName } from "../../model/index.js";
import { loadParser } from "../../sql/postgres/parser.js";
import { quoteIdentifier, quoteLiteral } from "../../sql/postgres/quote.js";
import type { StatementStats } from "../../stats/stats-file.js";
import { type ColumnOf, type ParameterUse, readParameters } from "./parameters.js";
import { readShapes } from "./shapes.js";
import { valueOfType } from "./value-of-type.js";

/** So many lists of values: of a statement that finds or changes rows, and of one that adds some. */
const listsOfCalls = 300;
const listsOfInserts = 10_000;
/** Values for new rows begin here: none that is there has one of these. */
const firstNew = 1_500_000_000;
const ofRound = 20_000_000;

/** See `Rehearsing.tablesOf`. */
export async function tablesOf(statement: string, tables: readonly TableName[]): Promise<readonly TableName[]> {
  const parser = await loadParser();
  try {
    const named = new Set(readParameters(parser, statement).tables);
    return tables.filter(({ name }) => named.has(name));
  } catch {
    return [];
  }
}

/** See `Rehearsing.probes`. */
export async function probes(connection: Connection, tables: readonly TableName[]): Promise<readonly StatementStats[]> {
  const shapes = await readShapes(connection);
  const { rows: defaults } = await connection.query<{ oid: string; name: string }>(
    "SELECT attrelid::text AS oid, attname::text AS name FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND (atthasdef OR attidentity <> '')",
  );
  return tables.flatMap((table): StatementStats[] => {
    const shape = shapes.find((each) => isSameTable(each, table) || (!table.schema && each.name === table.name));
    const [key] = shape?.uniqueKeys ?? [];
    if (shape === undefined || key === undefined) return [];
    const where = key.map((name, at) => `${quoteIdentifier(name)} = $${at + 1}`).join(" AND ");
    const plain = shape.columns.find(
      ({ name }) =>
        !shape.uniqueKeys.some((each) => each.includes(name)) &&
        !shape.foreignKeys.some(({ columns }) => columns.includes(name)),
    );
    const needed = shape.columns.filter(
      ({ name, isRequired }) => isRequired && !defaults.some((each) => each.oid === shape.oid && each.name === name),
    );
    const statement = (text: string, calls: number): StatementStats => ({ text, calls, meanMs: 0, rows: 1 });
    const names = needed.map(({ name }) => quoteIdentifier(name));
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
        needed.length === 0
          ? `INSERT INTO ${shape.quoted} DEFAULT VALUES`
          : `INSERT INTO ${shape.quoted} (${names.join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
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
      await tryOut(connection, statement);
      shaped.push(statement);
    } catch (error) {
      const reason = isDatabaseError(error)
        ? `${/^(22|23|54)/.test(error.code) ? conditionText(error.code) : "the stage refuses it"} (SQLSTATE ${error.code})`
        : "it cannot be read";
      leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    }
  }
  return { statements: shaped, leftOut: [...leftOut].map(([reason, count]) => ({ reason, statements: count })) };
}

async function tryOut(connection: Connection, { text, parameters }: TrafficStatement): Promise<void> {
  await connection.query("BEGIN");
  try {
    await connection.query("SET LOCAL statement_timeout = '5s'");
    for (const values of parameters.slice(0, 3)) await connection.query(text, values);
  } finally {
    await connection.query("ROLLBACK");
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

  async shape(text: string, calls: number): Promise<TrafficStatement> {
    const { uses, addsRows } = readParameters(await loadParser(), text);
    const types = await this.#types(text);
    const count = types.length === 0 && !addsRows ? 1 : addsRows ? listsOfInserts : listsOfCalls;
    const columns: (readonly (string | null)[])[] = [];
    for (const [at, type] of types.entries())
      columns.push(await this.#values(uses.get(at + 1) ?? { kind: "other" }, type, count));
    const parameters = Array.from({ length: count }, (_, call) =>
      columns.map((values, at) => values[(call * (at + 1)) % Math.max(values.length, 1)] ?? null),
    );
    // Values for new rows stand in their order: each is there once.
    for (const [at] of types.entries())
      if (uses.get(at + 1)?.kind === "added")
        for (const [call, list] of parameters.entries())
          list[at] = columns[at]![call % Math.max(columns[at]!.length, 1)] ?? null;
    return { text, weight: calls, parameters, addsRows };
  }

  /** As the server finds them. @throws what it says against the statement */
  async #types(text: string): Promise<readonly string[]> {
    await this.connection.query(`PREPARE lockstep_shape AS ${text}`);
    const { rows } = await this.connection.query<{ types: string[] }>(
      "SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'lockstep_shape'",
    );
    await this.connection.query("DEALLOCATE lockstep_shape");
    return rows[0]!.types;
  }

  async #values(use: ParameterUse, type: string, count: number): Promise<readonly (string | null)[]> {
    if (use.kind === "limit") return ["20"];
    if (use.kind === "offset") return ["0"];
    const isArray = type.endsWith("[]");
    const found = "column" in use ? this.#columnOf(use.column) : undefined;
    if (found === undefined || !("column" in use)) return this.#made(plainColumn(type), count, 1);
    const { shape, column } = found;
    const isKey = shape.uniqueKeys.some((key) => key.includes(column.name));
    const isReference = shape.foreignKeys.some(({ columns }) => columns.includes(column.name));
    if (use.kind === "added" && isKey && !isReference) {
      this.#new += count;
      return this.#made(column, count, this.#new);
    }
    const values = await this.#sample(shape, column);
    if (values.length === 0) return use.kind === "compared" ? this.#made(column, count, 1) : [null];
    if (use.kind === "compared" && isArray && column.elementType === null)
      return values.map((value, at) => arrayText([value, values[(at * 7 + 1) % values.length]!]));
    return values;
  }

  #columnOf({ tables, column }: ColumnOf) {
    for (const table of tables)
      for (const shape of this.shapes) {
        const own = shape.name === table ? shape.columns.find(({ name }) => name === column) : undefined;
        if (own !== undefined) return { shape, column: own };
      }
    return undefined;
  }

  #sample(shape: TableShape, { name }: ColumnShape): Promise<readonly string[]> {
    const key = `${shape.oid} ${name}`;
    const known = this.#samples.get(key) ?? this.#read(shape, name);
    this.#samples.set(key, known);
    return known;
  }

  async #read({ quoted, oid, foreignKeys }: TableShape, name: string): Promise<readonly string[]> {
    const column = quoteIdentifier(name);
    // Columns of a foreign key are read of the same rows, all others each of their own: new rows are not those that are there.
    const [key] = foreignKeys
      .filter(({ columns }) => columns.includes(name))
      .toSorted((one, other) => other.columns.length - one.columns.length);
    const seed = quoteLiteral((key?.columns ?? [name]).join());
    const { rows: sizes } = await this.connection.query<{ rows: number }>(
      "SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1",
      [oid],
    );
    const percent = Math.min(100, (100 * 20_000) / Math.max(sizes[0]?.rows ?? 0, 1));
    const { rows } = await this.connection.query<{ value: string }>(
      `SELECT value FROM (SELECT ${column}::text AS value, ctid FROM ${quoted} TABLESAMPLE SYSTEM (${percent}) REPEATABLE (1) WHERE ${column} IS NOT NULL LIMIT 20000) s
        ORDER BY hashtext(ctid::text || ${seed}) LIMIT ${listsOfCalls}`,
    );
    return rows.map(({ value }) => value);
  }

  async #made(column: ColumnShape, count: number, from: number): Promise<readonly (string | null)[]> {
    const made = valueOfType(column);
    if (made === undefined) return [null];
    const sql = made("n", { width: 24, distinct: 2 ** 40, numbers: 2 ** 40, isOrdered: true, range: undefined });
    const { rows } = await this.connection.query<{ value: string }>(
      `SELECT (${sql})::text AS value FROM generate_series(${from}::bigint, ${from + count - 1}::bigint) AS n`,
    );
    return rows.map(({ value }) => value);
  }
}

/** A parameter that no column says anything of. */
function plainColumn(type: string): ColumnShape {
  const elementType = type.endsWith("[]") ? type.slice(0, -2) : null;
  return {
    name: "",
    type,
    baseType: type,
    labels: [],
    elementType,
    isRequired: false,
  };
}

const arrayText = (values: readonly string[]) =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
