import { LockstepError } from "../../base/errors.js";
import type { ColumnStats, TableStats } from "../../dialect/stats/stats-file.js";
import type { NumberSql } from "./number-sql.js";
import type { ColumnShape, TableShape } from "./shapes.js";

/** SQL for a value of the row with a number; row numbers are integers starting at 0. */
type OfRow = (row: string) => string;

/** A table to fill with rows. */
export interface PlannedRows {
  readonly shape: TableShape;
  readonly rows: number;
  readonly stats: TableStats | undefined;
  /** The number of rows in the table of the statistics. */
  readonly productionRows: number;
  /** By column: the user's expression over the number `n`. */
  readonly given: Readonly<Record<string, string>>;
}

/** Columns that get their values together: those of a foreign key, or a single column. */
interface Unit {
  readonly columns: readonly string[];
  /** The number of available values. */
  readonly most: number;
  readonly distinct: number;
  readonly foreignKey: TableShape["foreignKeys"][number] | undefined;
}

/**
 * Defines every row as a function of its number alone. So each row is reproducible, a foreign key finds its row without reading the other
 * table, and parts of a table can be generated in parallel.
 */
export class RowValues {
  readonly #tables: ReadonlyMap<string, PlannedRows>;
  readonly #drawn = new Map<string, ReadonlyMap<string, OfRow>>();

  constructor(
    tables: readonly PlannedRows[],
    private readonly sql: NumberSql,
  ) {
    this.#tables = new Map(tables.map((each) => [each.shape.oid, each]));
  }

  /** `INSERT` of the rows from `from` to `to`, exclusive. @throws LS6502 a column for which no value can be generated */
  insert(oid: string, from: number, to: number): string {
    const { shape } = this.#tables.get(oid)!;
    const values = shape.columns.map(({ name }) => this.#value(oid, name, 0)("n"));
    return this.sql.insert(shape, values, from, to);
  }

  /** A value of some row of the table, as SQL without a row: for parameters of statements. */
  valueAt(oid: string, column: string, row: number): string | undefined {
    return this.#tables.has(oid) ? this.#value(oid, column, 0)(this.sql.literal(row)) : undefined;
  }

  #value(oid: string, name: string, depth: number): OfRow {
    const table = this.#tables.get(oid)!;
    const { shape, given, rows } = table;
    const column = shape.columns.find((each) => each.name === name)!;
    const own = given[name];
    if (own !== undefined) return (row) => this.sql.given(own, row, column);
    const number = this.#numbers(oid).get(name)!;
    const stats = table.stats?.columns[name];
    const unit = unitOf(table, name, this.#tables, this.sql);
    const key = unit.foreignKey;
    const nulls = column.isRequired || isInKey(shape, name) ? 0 : (stats?.nulls ?? 0);
    const isMissing = unit.most === 0 ? 1 : nulls;
    if (isMissing >= 1 && !column.isRequired) return () => "NULL";
    if (unit.most === 0) throw noValue(shape, column, "the table that it leads to has no rows");
    // Circular foreign keys have no first value.
    if (key !== undefined && depth > 8) throw noValue(shape, column, "its foreign keys lead in a circle");
    const made = key
      ? this.#value(key.to, key.toColumns[key.columns.indexOf(name)]!, depth + 1)
      : this.#plain(table, column, stats, unit.distinct);
    // Each value once. If there are fewer values than rows, the other rows have none.
    if (unit.most < rows && isUnique(shape, unit.columns)) {
      const most = Math.min(unit.most, Math.round(rows * (1 - nulls)));
      return (row) => `CASE WHEN ${number(row)} < ${most} THEN ${made(number(row))} END`;
    }
    if (isMissing === 0 || rows === 0) return (row) => made(number(row));
    const seed = seedOf(`${shape.name} ${unit.columns.join()} null`);
    return (row) => `CASE WHEN ${this.sql.share(row, seed)} >= ${isMissing} THEN ${made(number(row))} END`;
  }

  #plain({ shape, rows }: PlannedRows, column: ColumnShape, stats: ColumnStats | undefined, distinct: number): OfRow {
    const allowed = this.sql.allowed(shape.checks, column.name);
    if (allowed?.kind === "values") return (number) => this.sql.pick(allowed.values, number, column);
    const made = this.sql.valueOf(column);
    if (made === undefined) {
      if (!column.isRequired) return () => "NULL";
      throw noValue(shape, column, `nothing is known of the type ${column.type}`);
    }
    const range = allowed?.kind === "range" ? ([allowed.least, allowed.greatest] as const) : stats?.range;
    const width = stats?.width || 12;
    const isOrdered = Math.abs(stats?.correlation ?? 0) >= 0.9;
    return (number) =>
      made(number, {
        width,
        distinct: Math.max(distinct, 1),
        numbers: numbersOf(distinct, rows * (1 - (stats?.nulls ?? 0)), rows),
        isOrdered,
        range: range && rows > 0 ? range : undefined,
      });
  }

  /** By column: the number of a row's value, or of the row that its foreign key refers to. */
  #numbers(oid: string): ReadonlyMap<string, OfRow> {
    const known = this.#drawn.get(oid);
    if (known !== undefined) return known;
    const table = this.#tables.get(oid)!;
    const { shape, rows } = table;
    const byColumn = new Map(shape.columns.map(({ name }) => [name, unitOf(table, name, this.#tables, this.sql)]));
    const idOf = (unit: Unit) => unit.columns.join("\0");
    const drawn = new Map<string, OfRow>();
    // Each row has a position in a group: the pair is unique.
    let split: { readonly group: string; readonly place: string; readonly size: number } | undefined;
    for (const key of shape.uniqueKeys) {
      const units = [
        ...new Map(
          key
            .map((name) => byColumn.get(name))
            .filter((unit) => unit !== undefined)
            .map((unit) => [idOf(unit), unit]),
        ).values(),
      ];
      const free = units.filter((unit) => !drawn.has(idOf(unit)));
      const isSplit =
        split !== undefined && [split.group, split.place].every((id) => units.some((unit) => idOf(unit) === id));
      if (
        isSplit ||
        units.some((unit) => drawn.has(idOf(unit)) && idOf(unit) !== split?.group && idOf(unit) !== split?.place)
      )
        continue;
      if (units.length === 1 || free.length === 1) {
        const [unit] = free;
        if (unit !== undefined) drawn.set(idOf(unit), everyRow(table, unit));
      } else if (free.length > 1) {
        const [group, place] = free.toSorted(
          (one, other) => one.distinct - other.distinct || one.most - other.most,
        ) as [Unit, Unit];
        const wanted = Math.max(1, Math.ceil(rows / place.most), Math.round(group.distinct));
        const groups = Math.max(1, Math.min(group.most, wanted));
        const size = Math.max(1, Math.ceil(rows / groups));
        drawn.set(idOf(group), (row) => this.sql.divided(row, size));
        const places = Math.max(size, Math.min(place.most, Math.round(place.distinct)));
        // Spreads the start positions of the groups evenly over all positions, and repeats them as late as possible.
        const step = coprimeTo(places, Math.floor(places * goldenRatio));
        drawn.set(
          idOf(place),
          (row) => `(((${row}) % ${size} + ${this.sql.divided(row, size)} * ${step}) % ${places})`,
        );
        split ??= { group: idOf(group), place: idOf(place), size };
      }
    }
    const numbers = new Map<string, OfRow>();
    for (const [name, unit] of byColumn) {
      const id = idOf(unit);
      if (!drawn.has(id)) drawn.set(id, drawnFrom(table, unit, this.sql));
      numbers.set(name, drawn.get(id)!);
    }
    this.#drawn.set(oid, numbers);
    return numbers;
  }
}

/** The maximum number of rows of a table: unique foreign keys to fewer rows limit it. */
export function mostRows(
  { shape, rows }: PlannedRows,
  tables: ReadonlyMap<string, PlannedRows>,
  sql: NumberSql,
): number {
  const table = { shape, rows, stats: undefined, productionRows: 0, given: {} };
  const isOptional = (name: string) => shape.columns.some((each) => each.name === name && !each.isRequired);
  return shape.uniqueKeys.reduce((most, key) => {
    const units = [
      ...new Map(
        key.map((name) => unitOf(table, name, tables, sql)).map((unit) => [unit.columns.join("\0"), unit]),
      ).values(),
    ];
    // A row with NULL in a key has no duplicates.
    const isFree = ({ columns, most }: Unit) => columns.every(isOptional) && (units.length === 1 || most === 0);
    if (units.some(isFree)) return most;
    // 0 * Infinity is NaN.
    if (units.some((unit) => unit.most === 0)) return 0;
    return Math.min(
      most,
      units.reduce((product, each) => product * each.most, 1),
    );
  }, rows);
}

const isUnique = ({ uniqueKeys }: TableShape, columns: readonly string[]) =>
  uniqueKeys.some((key) => key.every((each) => columns.includes(each)));

function unitOf(table: PlannedRows, name: string, tables: ReadonlyMap<string, PlannedRows>, sql: NumberSql): Unit {
  const { shape, rows, stats, productionRows } = table;
  const foreignKey = shape.foreignKeys
    .filter(({ columns, to }) => columns.includes(name) && tables.has(to))
    .toSorted((one, other) => other.columns.length - one.columns.length)[0];
  const columns = foreignKey?.columns ?? [name];
  const column = shape.columns.find((each) => each.name === name)!;
  const allowed = foreignKey === undefined ? sql.allowed(shape.checks, name) : undefined;
  const ofType =
    allowed?.kind === "values"
      ? allowed.values.length
      : column.labels.length || sql.valuesOfType(column) || Number.POSITIVE_INFINITY;
  const most = foreignKey === undefined ? ofType : tables.get(foreignKey.to)!.rows;
  const found = isUnique(shape, columns)
    ? rows
    : Math.max(...columns.map((each) => distinctOf(stats?.columns[each], rows, productionRows)));
  return { columns, most, distinct: Math.max(1, Math.min(found, most, Math.max(rows, 1))), foreignKey };
}

/** The number of distinct values for this number of rows: it grows with the rows if nearly every row has its own value. */
function distinctOf(stats: ColumnStats | undefined, rows: number, productionRows: number): number {
  const distinct = stats?.distinct ?? 0;
  if (distinct < 0) return -distinct * rows;
  if (distinct === 0) return Math.min(rows, 10_000);
  return distinct > productionRows / 10 ? (distinct * rows) / Math.max(productionRows, 1) : distinct;
}

/** A different value for each row. */
function everyRow({ shape, rows, stats }: PlannedRows, { columns }: Unit): OfRow {
  const correlation = stats?.columns[columns[0]!]?.correlation ?? 1;
  if (correlation > 0.5 || rows < 3) return (row) => `(${row})`;
  if (correlation < -0.5) return (row) => `(${rows - 1} - (${row}))`;
  return permuted(rows, seedOf(`${shape.name} ${columns.join()}`));
}

function drawnFrom(
  { shape, rows, stats }: PlannedRows,
  { columns, distinct, most, foreignKey }: Unit,
  sql: NumberSql,
): OfRow {
  const about = stats?.columns[columns[0]!];
  const wanted = Math.max(1, Math.round(distinct));
  const nulls = about?.nulls ?? 0;
  // Shares refer to all rows; rows without a value were excluded before.
  const common = (about?.common ?? []).slice(0, Math.min(30, wanted)).map((each) => each / Math.max(1 - nulls, 1e-9));
  const rest = Math.max(0, 1 - common.reduce((sum, each) => sum + each, 0));
  const draws = rows * (1 - nulls) * rest;
  const others = Math.min(poolOf(wanted - common.length, draws), Math.max(0, most - common.length));
  const count = common.length + others;
  // Spreads the referenced rows over the whole table.
  const stride = foreignKey === undefined ? 1 : Math.max(1, Math.floor(most / count));
  const spread: (number: string) => string = (number) => (stride === 1 ? number : `(${number} * ${stride})`);
  const seed = seedOf(`${shape.name} ${columns.join()}`);
  const correlation = about?.correlation ?? 0;
  if (Math.abs(correlation) >= 0.9 && common.length === 0 && rows > 0) {
    const inOrder = wanted >= draws * 0.9 ? Math.min(rows, most) : wanted;
    const number: OfRow = (row) => (inOrder >= rows ? `(${row})` : sql.divided(`(${row}) * ${inOrder}`, rows));
    return correlation > 0 ? (row) => spread(number(row)) : (row) => spread(`(${inOrder - 1} - ${number(row)})`);
  }
  if (common.length === 0 && wanted >= draws * 0.9) {
    const other = permuted(Math.max(rows, 1), seed);
    return (row) => spread(`(${other(row)} % ${Math.min(Math.max(rows, 1), most)})`);
  }
  if (common.length === 0) return (row) => spread(sql.floor(`${sql.share(row, seed)} * ${count}`));
  const upTo = common.map((_, at) => common.slice(0, at + 1).reduce((sum, each) => sum + each, 0));
  const least = (share: string) => {
    const cases = upTo.map((sum, at) => `WHEN ${share} < ${sum} THEN ${at}`).join(" ");
    const beyond = `${common.length} + ${sql.floor(`(${share} - ${upTo.at(-1)}) / ${rest} * ${others}`)}`;
    return `least(CASE ${cases} ELSE ${others > 0 && rest > 0 ? beyond : "0"} END, ${count - 1})`;
  };
  return (row) => spread(sql.withShare(sql.share(row, seed), least));
}

/** The upper bound of value numbers: more than rows if nearly every row has its own value, or with ordered values; see `drawnFrom`. */
function numbersOf(distinct: number, draws: number, rows: number): number {
  return distinct < draws / 2 ? distinct * 2 : Math.max(rows, draws * largestPool);
}

/** Per drawn row. */
const largestPool = 25;

/** The size of the pool to draw from to get this many different values: some are drawn twice, and others never. */
function poolOf(wanted: number, draws: number): number {
  if (wanted <= 0) return 0;
  if (wanted >= draws * 0.98) return Math.ceil(Math.max(wanted, draws * largestPool));
  let [least, greatest] = [wanted, wanted * 50];
  for (let step = 0; step < 40; step++) {
    const pool = (least + greatest) / 2;
    if (pool * -Math.expm1(-draws / pool) < wanted) least = pool;
    else greatest = pool;
  }
  return Math.max(wanted, Math.round(greatest));
}

/** Multiples of this part of a whole are spread evenly over it, however many there are. */
const goldenRatio = 0.6180339887498949;

/** Every number below `count` once, in pseudorandom order. */
function permuted(count: number, seed: number): OfRow {
  const factor = coprimeTo(count, Math.floor(count * goldenRatio) + (seed % 97));
  return (row) => `(((${row}) * ${factor}) % ${count})`;
}

/** The first number, starting at `least`, whose multiples reach all numbers below `count`. */
function coprimeTo(count: number, least: number): number {
  let factor = Math.max(1, least);
  while (greatestDivisor(factor, count) !== 1) factor++;
  return factor;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** FNV-1a: the generated rows are the same each time. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return hash;
}

const isInKey = ({ uniqueKeys }: TableShape, name: string) => uniqueKeys[0]?.includes(name) === true;

function noValue({ name }: TableShape, column: ColumnShape, why: string): LockstepError {
  return new LockstepError(
    "LS6502",
    `Lockstep cannot generate rows for "${name}": its column "${column.name}" needs a value, and ${why}.`,
    {
      hint: `Define the value in lockstep.config.ts from the row number n: rehearse: { values: { "${name}.${column.name}": "<sql over n>" } }`,
      details: { table: name, column: column.name, type: column.type },
    },
  );
}
