import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import { conditionText } from "../../dialect/db/without-values.js";
import type { ShapedTraffic, TrafficStatement } from "../../dialect/rehearsing.js";
import type { StatementStats } from "../../dialect/stats/stats-file.js";
import type { ColumnShape, TableShape, Wanted } from "./shapes.js";

/** The number of parameter lists for a statement that finds or changes rows, and for one that inserts rows. */
const listsOfCalls = 300;
const listsOfInserts = 10_000;
/** Values for new rows start here: existing rows have none of them. */
const firstNew = 1_500_000_000;
const ofRound = 20_000_000;
/** The number of rows of a table to take values from. */
export const sampledRows = 20_000;
/** The properties of values for new rows: each is unique. */
export const ofNewRows: Wanted = { width: 24, distinct: 2 ** 40, numbers: 2 ** 40, isOrdered: true, range: undefined };

type Values = readonly (string | null)[];

/** Where the values of a parameter come from. */
export type ParameterSource =
  /** Values of a column. `asArray`: several of them, in one array. */
  | {
      readonly kind: "compared" | "added" | "changed";
      readonly shape: TableShape;
      readonly column: ColumnShape;
      readonly asArray?: (values: readonly string[]) => string;
    }
  /** Not a column of a table: generates values of its type. */
  | { readonly kind: "made"; readonly column: ColumnShape }
  | { readonly kind: "fixed"; readonly value: string };

export interface StatementToShape {
  /** The executable text. */
  readonly text: string;
  readonly addsRows: boolean;
  /** In the order of the parameters. */
  readonly parameters: readonly ParameterSource[];
}

/** The system's part in reproducing an application's statements. */
export interface TrafficSystem {
  /** @returns undefined for a statement that cannot be parsed @throws the server's error for it */
  read(sql: string): Promise<StatementToShape | undefined>;
  /** Values of existing rows, as text: `count` of them, from rows in the order of `seed`. */
  sample(shape: TableShape, column: ColumnShape, seed: string, count: number): Promise<readonly string[]>;
  /** One value for each number, starting at `from`; undefined for an unknown type. */
  make(column: ColumnShape, from: number, count: number): Promise<readonly string[] | undefined>;
}

/** See `Rehearsing.shapeTraffic`. Tests each statement in a transaction that is rolled back. */
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

/** @throws the server's error for the statement */
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
  // Values for new rows are used in order, so each is used once. Other values do not come from one row.
  const parameters = Array.from({ length: count }, (_, call) =>
    columns.map((each, at) => {
      const place = sources[at]?.kind === "added" ? call : call * (at + 1);
      return each[place % Math.max(each.length, 1)] ?? null;
    }),
  );
  return { text, weight, parameters, addsRows };
}

/** Provides values for parameters: for a column always the same ones, for new rows always new ones. */
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
    // Columns of one foreign key use the same rows, all other columns use their own: new rows must not equal existing ones.
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
