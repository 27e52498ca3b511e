import type { ColumnShape, Wanted } from "../../sql/rehearsal/shapes.js";
import { quoteLiteral } from "../quote.js";

/** SQL for the value with a number, a bigint from 0. Values are distinct as far as the type allows. */
type ValueOf = (number: string, wanted: Wanted, column: ColumnShape) => string;

const hex = (number: string, digits: number) => `lpad(to_hex(${number}), ${digits}, '0')`;
/** Text of the wanted length. Sorts like its numbers if `isOrdered`, otherwise in another order. */
const text: ValueOf = (number, { width, isOrdered, numbers }, { baseType }) => {
  const limit = Number(/\((\d+)\)/.exec(baseType)?.[1] ?? Number.POSITIVE_INFINITY);
  const digits = Math.max(1, Math.ceil(Math.log(Math.max(numbers, 2)) / Math.log(16)));
  const length = Math.min(limit, Math.max(Math.round(width) - 1, digits));
  // Multiplying a bigint by an odd constant changes the order and keeps the numbers distinct.
  const spread = `(((${number}) * 40503 + 17) % ${16 ** Math.min(digits, 12)})`;
  const head = hex(isOrdered ? number : spread, digits);
  return length <= digits ? `right(${head}, ${length})` : `rpad(${head}, ${length}, ' lorem ipsum dolor sit amet')`;
};
const timestamp =
  (type: string): ValueOf =>
  (number, { distinct }) =>
    // Spread over a year.
    `(timestamptz '2026-01-01 00:00:00+00' - interval '1 second' * ((${distinct}::bigint - (${number})) * ${31_000_000 / Math.max(distinct, 1)}))::${type}`;
/** Starts at 1, or where the range starts. */
const whole =
  (most: number | bigint): ValueOf =>
  (number, { range, distinct }) => {
    if (range === undefined) return `((${number}) % ${most} + 1)`;
    const [least, wanted] = range.map(BigInt) as [bigint, bigint];
    // A check may limit values at one end only.
    const greatest = wanted > BigInt(most) && least < BigInt(most) ? BigInt(most) : wanted;
    const step = distinct > 1 ? (greatest - least) / BigInt(Math.ceil(distinct) - 1) : 1n;
    return `((${number}) * ${step > 0n ? step : 1n} + ${least})`;
  };

/** By the base type of domains, without modifiers. */
const byType: Readonly<Record<string, ValueOf>> = {
  smallint: whole(32_000),
  integer: whole(2_147_483_000),
  bigint: whole(9_007_199_254_740_991),
  numeric: (number, wanted, column) => {
    const [, precision = "18", scale = "2"] = /\((\d+),(\d+)\)/.exec(column.baseType) ?? [];
    const most = 10n ** BigInt(Math.max(0, Math.min(15, Number(precision) - Number(scale))));
    return whole(most > 1n ? most - 1n : 1n)(number, wanted, column);
  },
  real: whole(16_000_000),
  "double precision": whole(9_007_199_254_740_991),
  money: whole(1_000_000_000),
  boolean: (number) => `((${number}) % 2 = 1)`,
  text,
  "character varying": text,
  character: text,
  citext: text,
  '"char"': (number) => `chr((65 + (${number}) % 26)::int)`,
  name: (number) => `('n' || (${number}))`,
  uuid: (number, { isOrdered }) =>
    isOrdered ? `('00000000-0000-7000-8000-' || ${hex(number, 12)})` : `md5((${number})::text)`,
  // Spread over a year, or over as many days as there are values.
  date: (number, { distinct }) =>
    `(date '2026-01-01' - ((${Math.ceil(distinct)}::bigint - (${number})) * ${Math.max(1, Math.floor(365 / Math.max(distinct, 1)))} % 2000000)::int)`,
  "timestamp without time zone": timestamp("timestamp"),
  "timestamp with time zone": timestamp("timestamptz"),
  "time without time zone": (number) => `(time '00:00' + interval '1 millisecond' * ((${number}) % 86399000))`,
  "time with time zone": (number) => `(time '00:00' + interval '1 millisecond' * ((${number}) % 86399000))`,
  interval: (number) => `(interval '1 second' * (${number}))`,
  json: (number, wanted, column) =>
    `json_build_object('k', ${text(number, { ...wanted, width: wanted.width - 12 }, column)})`,
  jsonb: (number, wanted, column) =>
    `jsonb_build_object('k', ${text(number, { ...wanted, width: wanted.width - 16 }, column)})`,
  bytea: (number, { width }) =>
    `decode(rpad(md5((${number})::text), ${Math.max(2, Math.round(width / 2) * 2) * 2}, '0'), 'hex')`,
  inet: (number) => `(inet '10.0.0.0' + (${number}) % 16777215)`,
  cidr: (number) => `(inet '10.0.0.0' + (${number}) % 16777215)::inet::cidr`,
  macaddr: (number) => hex(`(${number}) % 281474976710655`, 12),
  bit: (number, _, { baseType }) => `(${number})::${baseType}`,
  "bit varying": (number, _, { baseType }) => `(${number})::bit(16)::${baseType}`,
  oid: (number) => `((${number}) % 2147483647)`,
  point: (number) => `point((${number}) % 180, (${number}) % 90)`,
  tsvector: (number) => `to_tsvector('simple', ${hex(number, 8)})`,
  xml: (number) => `('<v>' || (${number}) || '</v>')`,
  int4range: (number) => `int4range(((${number}) % 1000000000)::int, ((${number}) % 1000000000 + 1)::int)`,
  int8range: (number) => `int8range(${number}, (${number}) + 1)`,
  numrange: (number) => `numrange(${number}, (${number}) + 1)`,
  daterange: (number) => `daterange(date '2000-01-01' + (${number})::int, date '2000-01-02' + (${number})::int)`,
  tsrange: (number) =>
    `tsrange(timestamp '2000-01-01' + interval '1 minute' * (${number}), timestamp '2000-01-01' + interval '1 minute' * ((${number}) + 1))`,
  tstzrange: (number) =>
    `tstzrange(timestamptz '2000-01-01' + interval '1 minute' * (${number}), timestamptz '2000-01-01' + interval '1 minute' * ((${number}) + 1))`,
};

/** @returns undefined for an unknown type, such as an extension's */
export function valueOfType(column: ColumnShape): ((number: string, wanted: Wanted) => string) | undefined {
  const { labels, elementType, type, baseType } = column;
  const cast = (sql: string) => `(${sql})::${type}`;
  if (labels.length > 0)
    return (number) =>
      cast(`(ARRAY[${labels.map(quoteLiteral).join(", ")}])[1 + ((${number}) % ${labels.length})::int]`);
  if (elementType !== null) {
    const element = valueOfType({ ...column, elementType: null, baseType: elementType, type: elementType });
    return element && ((number, wanted) => cast(`ARRAY[${element(number, { ...wanted, width: wanted.width - 24 })}]`));
  }
  const made = byType[baseType.replace(/\(.*?\)/, "").trim()];
  return made && ((number, wanted) => cast(made(number, wanted, column)));
}
