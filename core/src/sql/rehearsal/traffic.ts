import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { conditionText } from "../../dialect/db/without-values.js";
import type { ShapedTraffic, TrafficStatement } from "../../dialect/rehearsing.js";
import type { StatementStats } from "../../dialect/stats/stats-file.js";
import type { ColumnShape, TableShape, Wanted } from "./shapes.js";

/** So many lists of values: of a statement that finds or changes rows, and of one that adds some. */
const listsOfCalls = 300;
const listsOfInserts = 10_000;
/** Values for new rows begin here: none that is there has one of these. */
const firstNew = 1_500_000_000;
const ofRound = 20_000_000;
/** Of so many rows of a table values are taken. */
export const sampledRows = 20_000;
/** What values of new rows are made to: none comes twice. */
export const ofNewRows: Wanted = { width: 24, distinct: 2 ** 40, numbers: 2 ** 40, isOrdered: true, range: undefined };

type Values = readonly (string | null)[];

/** What a parameter of a statement gets values from. */
export type ParameterSource =
  /** Values of a column. `asArray`: several of them, in one array. */
  | {
      readonly kind: "compared" | "added" | "changed";
      readonly shape: TableShape;
      readonly column: ColumnShape;
      readonly asArray?: (values: readonly string[]) => string;
    }
  /** A column of no table: values of its type are made. */
  | { readonly kind: "made"; readonly column: ColumnShape }
  | { readonly kind: "fixed"; readonly value: string };

export interface StatementToShape {
  /** As it can be run. */
  readonly text: string;
  readonly addsRows: boolean;
  /** In the order of the parameters. */
  readonly parameters: readonly ParameterSource[];
}

/** What a system does about the statements of an application. */
export interface TrafficSystem {
  /** @returns undefined for a statement that cannot be read @throws what the server says against it */
  read(sql: string): Promise<StatementToShape | undefined>;
  /** Values that rows have, as text: so many, of rows whose order `seed` decides. */
  sample(shape: TableShape, column: ColumnShape, seed: string, count: number): Promise<readonly string[]>;
  /** One for each number from `from` on; undefined where nobody knows how. */
  make(column: ColumnShape, from: number, count: number): Promise<readonly string[] | undefined>;
}

/** See `Rehearsing.shapeTraffic`. Each is tried, in a transaction that is rolled back. */
export async function shapeTraffic(
  connection: Connection,
  system: TrafficSystem,
  statements: readonly StatementStats[],
  round: number,
): Promise<ShapedTraffic> {
  const values = new ParameterValues(system, firstNew + round * ofRound);
  const shaped: TrafficStatement[] = [];
  const leftOut = new Map<string, number>();
  const leaveOut = (reason: string) => leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  for (const { text, calls } of statements) {
    try {
      const statement = await shapeOf(await system.read(text), calls, values);
      if (statement === undefined) {
        leaveOut("it cannot be read");
        continue;
      }
      await tryOut(connection, statement);
      shaped.push(statement);
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      const why = /^(22|23|54)/.test(error.code) ? conditionText(error.code) : "the stage refuses it";
      leaveOut(`${why} (SQLSTATE ${error.code})`);
    }
  }
  return { statements: shaped, leftOut: [...leftOut].map(([reason, count]) => ({ reason, statements: count })) };
}

/** @throws what the server says against the statement */
async function tryOut(connection: Connection, { text, parameters }: TrafficStatement): Promise<void> {
  await connection.begin({ limits: { statementTimeoutMs: 5000 } });
  try {
    for (const values of parameters.slice(0, 3)) await connection.query(text, values);
  } finally {
    await connection.rollback();
  }
}

async function shapeOf(
  read: StatementToShape | undefined,
  weight: number,
  values: ParameterValues,
): Promise<TrafficStatement | undefined> {
  if (read === undefined) return undefined;
  const { text, addsRows, parameters: sources } = read;
  const count = addsRows ? listsOfInserts : sources.length === 0 ? 1 : listsOfCalls;
  const columns: Values[] = [];
  for (const source of sources) columns.push(await values.of(source, count));
  // Values for new rows stand in their order: each is there once. Others are not those of one row.
  const parameters = Array.from({ length: count }, (_, call) =>
    columns.map((each, at) => {
      const place = sources[at]?.kind === "added" ? call : call * (at + 1);
      return each[place % Math.max(each.length, 1)] ?? null;
    }),
  );
  return { text, weight, parameters, addsRows };
}

/** Finds values for parameters: of a column always the same ones, for new rows always others. */
class ParameterValues {
  readonly #samples = new Map<string, Promise<readonly string[]>>();
  #new: number;

  constructor(
    private readonly system: TrafficSystem,
    firstOfRound: number,
  ) {
    this.#new = firstOfRound;
  }

  async of(source: ParameterSource, count: number): Promise<Values> {
    if (source.kind === "fixed") return [source.value];
    const { column, kind } = source;
    const make = async (from: number): Promise<Values> => (await this.system.make(column, from, count)) ?? [null];
    if (kind === "made") return make(1);
    const { shape, asArray } = source;
    const isKey = shape.uniqueKeys.some((key) => key.includes(column.name));
    if (kind === "added" && isKey && foreignKeyOf(shape, column) === undefined) {
      this.#new += count;
      return make(this.#new);
    }
    const values = await this.#sample(shape, column);
    if (values.length === 0) return kind === "compared" ? make(1) : [null];
    return asArray ? values.map((value, at) => asArray([value, values[(at * 7 + 1) % values.length]!])) : values;
  }

  #sample(shape: TableShape, column: ColumnShape): Promise<readonly string[]> {
    const key = `${shape.oid} ${column.name}`;
    // Columns of a foreign key are read of the same rows, all others each of their own: new rows are not those that are there.
    const seed = (foreignKeyOf(shape, column) ?? [column.name]).join();
    const known = this.#samples.get(key) ?? this.system.sample(shape, column, seed, listsOfCalls);
    this.#samples.set(key, known);
    return known;
  }
}

/** The columns of the longest foreign key that a column is part of. */
function foreignKeyOf({ foreignKeys }: TableShape, { name }: ColumnShape): readonly string[] | undefined {
  const [longest] = foreignKeys
    .filter(({ columns }) => columns.includes(name))
    .toSorted((one, other) => other.columns.length - one.columns.length);
  return longest?.columns;
}
