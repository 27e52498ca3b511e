import type { ColumnShape, Wanted } from "../../sql/rehearsal/shapes.js";
import { quoteLiteral } from "../quote.js";

/** SQL for the value with a number, from 0. Values are distinct as far as the type allows. */
type ValueOf = (number: string, wanted: Wanted, column: ColumnShape) => string;

const lengthOf = ({ baseType }: ColumnShape) => Number(/\((\d+)/.exec(baseType)?.[1] ?? Number.POSITIVE_INFINITY);

const hex = (number: string, digits: number) => `LPAD(LOWER(HEX(${number})), ${digits}, '0')`;

/** Text of the wanted length. Sorts like its numbers if `isOrdered`, otherwise in another order. */
const text: ValueOf = (number, { width, isOrdered, numbers }, column) => {
  const digits = Math.max(1, Math.ceil(Math.log(Math.max(numbers, 2)) / Math.log(16)));
  const length = Math.min(lengthOf(column), Math.max(Math.round(width) - 1, digits));
  // Multiplying by an odd constant changes the order and keeps the numbers distinct.
  const spread = `(((${number}) * 40503 + 17) % ${16 ** Math.min(digits, 11)})`;
  const head = hex(isOrdered ? number : spread, digits);
  return length <= digits ? `RIGHT(${head}, ${length})` : `RPAD(${head}, ${length}, ' lorem ipsum dolor sit amet')`;
};

/** Starts at 1, or where the range starts. */
const whole =
  (most: number | bigint): ValueOf =>
  (number, { range, distinct }) => {
    if (range === undefined) return `((${number}) % ${most} + 1)`;
    const [least, wanted] = range.map(BigInt) as [bigint, bigint];
    // A check may limit values at one end only.
    const greatest = wanted > BigInt(most) && least < BigInt(most) ? BigInt(most) : wanted;
    const step = distinct > 1 ? (greatest - least) / BigInt(Math.ceil(distinct) - 1) : 1n;
    return `((${number}) * ${step > 0n ? step : 1n} % ${greatest - least + 1n} + ${least})`;
  };

/** Spread over a year, or over as many seconds as there are values. */
const moment: ValueOf = (number, { distinct }) =>
  `(TIMESTAMP('2026-01-01 00:00:00') - INTERVAL ((${Math.max(1, Math.ceil(distinct))} - (${number})) * ${Math.max(1, Math.floor(31_000_000 / Math.max(distinct, 1)))} % 1500000000) SECOND)`;

const bytes: ValueOf = (number, { width }, column) => {
  const length = Math.max(1, Math.min(lengthOf(column), Math.max(8, Math.round(width))));
  return `UNHEX(LPAD(HEX(${number}), ${length * 2}, '0'))`;
};

const byType: Readonly<Record<string, ValueOf>> = {
  tinyint: (number, wanted, column) =>
    lengthOf(column) === 1 ? `((${number}) % 2)` : whole(126)(number, wanted, column),
  boolean: (number) => `((${number}) % 2)`,
  smallint: whole(32_000),
  mediumint: whole(8_000_000),
  int: whole(2_147_483_000),
  bigint: whole(9_007_199_254_740_991n),
  decimal: (number, wanted, column) => {
    const [, precision = "10", scale = "0"] = /\((\d+),(\d+)\)/.exec(column.baseType) ?? [];
    const most = 10n ** BigInt(Math.max(0, Math.min(15, Number(precision) - Number(scale))));
    return whole(most > 1n ? most - 1n : 1n)(number, wanted, column);
  },
  float: whole(16_000_000),
  double: whole(9_007_199_254_740_991n),
  bit: (number, _, column) => `((${number}) % ${2 ** Math.min(30, lengthOf(column))})`,
  year: (number) => `(1970 + (${number}) % 80)`,
  date: (number, { distinct }) =>
    `(DATE('2026-01-01') - INTERVAL ((${Math.max(1, Math.ceil(distinct))} - (${number})) * ${Math.max(1, Math.floor(365 / Math.max(distinct, 1)))} % 350000) DAY)`,
  datetime: moment,
  timestamp: moment,
  time: (number) => `SEC_TO_TIME((${number}) % 86399)`,
  char: text,
  varchar: text,
  tinytext: text,
  text,
  mediumtext: text,
  longtext: text,
  binary: bytes,
  varbinary: bytes,
  tinyblob: bytes,
  blob: bytes,
  mediumblob: bytes,
  longblob: bytes,
  json: (number, wanted, column) =>
    `JSON_OBJECT('k', ${text(number, { ...wanted, width: wanted.width - 10 }, { ...column, baseType: "text" })})`,
  uuid: (number, { isOrdered }) =>
    isOrdered
      ? `CONCAT('00000000-0000-7000-8000-', ${hex(number, 12)})`
      : `CONCAT(${hex(`((${number}) * 40503 + 17) % 4294967296`, 8)}, '-0000-4000-8000-', ${hex(number, 12)})`,
  inet4: (number) => `INET_NTOA(167772160 + (${number}) % 16777215)`,
  inet6: (number) =>
    `CONCAT('fd00::', LOWER(HEX((${number}) DIV 65536 % 65536)), ':', LOWER(HEX((${number}) % 65536)))`,
  point: (number) => `ST_GeomFromText(CONCAT('POINT(', (${number}) % 180, ' ', (${number}) % 90, ')'))`,
  geometry: (number) => `ST_GeomFromText(CONCAT('POINT(', (${number}) % 180, ' ', (${number}) % 90, ')'))`,
};

/** @returns undefined for an unknown type */
export function valueOfType(column: ColumnShape): ((number: string, wanted: Wanted) => string) | undefined {
  const { labels, baseType } = column;
  if (labels.length > 0)
    return (number) => `ELT(1 + ((${number}) % ${labels.length}), ${labels.map(quoteLiteral).join(", ")})`;
  const made = byType[/^\w+/.exec(baseType)?.[0] ?? ""];
  return made && ((number, wanted) => made(number, wanted, column));
}

/** Types that hold bytes: their values are sent as hexadecimal text. */
export const isOfBytes = ({ baseType }: ColumnShape) =>
  /^(?:(?:var)?binary|(?:tiny|medium|long)?blob)\b/.test(baseType);
