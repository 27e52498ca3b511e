import { type Cursor, notUnderstood } from "./cursor.js";

/** A type as a statement spells it, as `information_schema` prints it, and what else its words say. */
export interface ColumnType {
  readonly typeSql: string;
  readonly type: string;
  readonly values?: readonly string[];
  readonly storageSql?: string;
  readonly collationSql?: string;
  /** Of an integer, if `type` lacks it. */
  readonly displayWidth?: number;
  /** SERIAL: bigint unsigned NOT NULL AUTO_INCREMENT UNIQUE. */
  readonly isSerial?: true;
}

const integers = "tinyint smallint mediumint int bigint";
const others = `decimal float double bit date time datetime timestamp year char varchar binary varbinary tinyblob blob mediumblob
  longblob tinytext text mediumtext longtext enum set json geometry point linestring polygon multipoint multilinestring multipolygon
  geometrycollection vector uuid inet4 inet6`;
const known: ReadonlySet<string> = new Set(`${integers} ${others}`.split(/\s+/));
const integer: ReadonlySet<string> = new Set(integers.split(" "));

/** Longer spellings first. */
const synonyms: readonly (readonly [words: string, type: string])[] = [
  ["NATIONAL CHARACTER VARYING", "varchar"],
  ["NATIONAL CHAR VARYING", "varchar"],
  ["NATIONAL VARCHARACTER", "varchar"],
  ["NATIONAL VARCHAR", "varchar"],
  ["NATIONAL CHARACTER", "char"],
  ["NATIONAL CHAR", "char"],
  ["NCHAR VARCHARACTER", "varchar"],
  ["NCHAR VARYING", "varchar"],
  ["NCHAR VARCHAR", "varchar"],
  ["NVARCHAR", "varchar"],
  ["NCHAR", "char"],
  ["CHARACTER VARYING", "varchar"],
  ["CHAR VARYING", "varchar"],
  ["VARCHARACTER", "varchar"],
  ["CHARACTER", "char"],
  ["LONG CHARACTER VARYING", "mediumtext"],
  ["LONG CHAR VARYING", "mediumtext"],
  ["LONG VARCHARACTER", "mediumtext"],
  ["LONG VARCHAR", "mediumtext"],
  ["LONG VARBINARY", "mediumblob"],
  ["LONG", "mediumtext"],
  ["DOUBLE PRECISION", "double"],
  ["FLOAT8", "double"],
  ["FLOAT4", "float"],
  ["REAL", "double"],
  ["DEC", "decimal"],
  ["NUMERIC", "decimal"],
  ["FIXED", "decimal"],
  ["INTEGER", "int"],
  ["MIDDLEINT", "mediumint"],
  ["INT1", "tinyint"],
  ["INT2", "smallint"],
  ["INT3", "mediumint"],
  ["INT4", "int"],
  ["INT8", "bigint"],
  ["BOOLEAN", "tinyint(1)"],
  ["BOOL", "tinyint(1)"],
  ["SERIAL", "bigint unsigned"],
  ["GEOMCOLLECTION", "geometrycollection"],
];
/** The types that begin with a word. */
const byFirst = new Map<string, (typeof synonyms)[number][]>();
for (const synonym of synonyms) {
  const [first = ""] = synonym[0].split(" ");
  byFirst.set(first, [...(byFirst.get(first) ?? []), synonym]);
}

/** The type of a column, with the words that belong to it. */
export function readType(cursor: Cursor): ColumnType {
  const from = cursor.at;
  const first = cursor.token;
  if (first?.kind !== "word") throw notUnderstood;
  const synonym = byFirst.get(first.text)?.find(([words]) => cursor.take(...words.split(" ")));
  const base = synonym?.[1] ?? first.text.toLowerCase();
  if (synonym === undefined) {
    if (!known.has(base)) throw notUnderstood;
    cursor.at += 1;
  }
  const args = cursor.is("(") ? cursor.listed((each) => each.next()) : [];
  if (/[( ]/.test(base) && args.length > 0) throw notUnderstood;
  const values = base === "enum" || base === "set" ? args.map(({ text }) => text) : undefined;
  if (args.some(({ kind }) => (values === undefined ? kind !== "number" : kind !== "string" && kind !== "quoted")))
    throw notUnderstood;
  const words = new Set<string>();
  let end = cursor.at;
  let storageSql: string | undefined;
  let collationSql: string | undefined;
  for (;;) {
    const word = cursor.one("UNSIGNED", "SIGNED", "ZEROFILL", "BINARY", "ASCII", "UNICODE", "BYTE");
    if (word !== undefined) {
      words.add(word);
      end = cursor.at;
    } else if (cursor.take("CHARSET") || cursor.take("CHARACTER", "SET") || cursor.take("CHAR", "SET")) {
      storageSql = `CHARACTER SET ${nameOrString(cursor)}`;
    } else if (cursor.take("COLLATE")) collationSql = nameOrString(cursor);
    else break;
  }
  const typeEnd = cursor.at;
  cursor.at = end;
  const typeSql = cursor.sliceFrom(from);
  cursor.at = typeEnd;
  const type = printed(
    base,
    args.map(({ text }) => text),
    words,
  );
  const [width] = args;
  return {
    typeSql,
    type,
    ...(width !== undefined && integer.has(base) && !type.includes("(") ? { displayWidth: Number(width.text) } : {}),
    ...(values === undefined ? {} : { values }),
    ...(storageSql === undefined ? {} : { storageSql }),
    ...(collationSql === undefined ? {} : { collationSql }),
    ...(base === "bigint unsigned" ? { isSerial: true } : {}),
  };
}

/** `utf8mb4`, `'utf8mb4'`, `binary`: as it is spelled. */
export function nameOrString(cursor: Cursor): string {
  const from = cursor.at;
  const { kind } = cursor.token ?? {};
  if (kind === "string") cursor.next();
  else if (!cursor.take("BINARY")) cursor.name();
  return cursor.sliceFrom(from);
}

/** As COLUMN_TYPE has it, without the display widths of integers, which MySQL 8 prints no more. */
function printed(base: string, args: readonly string[], words: ReadonlySet<string>): string {
  const isUnsigned = words.has("UNSIGNED") || words.has("ZEROFILL");
  const tail = `${isUnsigned ? " unsigned" : ""}${words.has("ZEROFILL") ? " zerofill" : ""}`;
  const [size] = args;
  const list = args.length === 0 ? "" : `(${args.map(Number).join(",")})`;
  if (integer.has(base)) {
    const isFlag = base === "tinyint" && Number(size) === 1 && !isUnsigned;
    return `${base}${isFlag || words.has("ZEROFILL") ? list : ""}${tail}`;
  }
  switch (base) {
    case "decimal":
      return `decimal(${Number(size ?? 10)},${Number(args[1] ?? 0)})${tail}`;
    case "float":
      // FLOAT(p) is a precision, FLOAT(m,d) a width.
      return `${args.length === 1 ? (Number(size) > 24 ? "double" : "float") : `float${list}`}${tail}`;
    case "double":
      return `double${list}${tail}`;
    case "char":
    case "binary":
    case "bit":
      return `${words.has("BYTE") ? "binary" : base}(${Number(size ?? 1)})`;
    case "varchar":
      return `${words.has("BYTE") ? "varbinary" : base}${list}`;
    case "time":
    case "datetime":
    case "timestamp":
      return Number(size ?? 0) === 0 ? base : base + list;
    case "year":
      return base;
    case "blob": {
      if (size === undefined) return base;
      const borders = [255, 65_535, 16_777_215, Number.POSITIVE_INFINITY];
      return ["tinyblob", "blob", "mediumblob", "longblob"][borders.findIndex((most) => Number(size) <= most)] ?? base;
    }
    case "enum":
    case "set":
      return `${base}(${args.map((value) => `'${value.replaceAll("'", "''")}'`).join(",")})`;
    default:
      return base + list;
  }
}
