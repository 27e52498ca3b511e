import type { Node, TypeName } from "libpg-query";
import { userTypeText } from "../../model/declaration.js";

/** Maps names in PostgreSQL's grammar and catalog to the output of `format_type`. From the system catalog pg_type. */
const builtIn: Readonly<Record<string, string>> = {
  bool: "boolean",
  boolean: "boolean",
  int2: "smallint",
  smallint: "smallint",
  int4: "integer",
  int: "integer",
  integer: "integer",
  int8: "bigint",
  bigint: "bigint",
  float4: "real",
  real: "real",
  float8: "double precision",
  varchar: "character varying",
  bpchar: "character",
  // PostgreSQL's own one-byte type. The keyword CHAR becomes bpchar(1).
  char: '"char"',
  varbit: "bit varying",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  time: "time without time zone",
  timetz: "time with time zone",
  decimal: "numeric",
};

/** Types that the ORMs emit and that `format_type` prints unchanged. */
const plain = new Set(
  "text uuid json jsonb bytea date numeric xml inet cidr macaddr money oid point bit interval name tsvector".split(" "),
);

const serial: Readonly<Record<string, string>> = {
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
  smallserial: "smallint",
  serial2: "smallint",
};

/** A column type as `format_type` prints it, and whether it is a serial pseudo-type. */
export interface ReadType {
  readonly type: string;
  readonly isSerial: boolean;
  /** The type is not built in: an enum, a domain, an extension's type. */
  readonly isUserDefined: boolean;
}

/**
 * The type of a column as `format_type` prints it (the units' assertions compare with it).
 * User-defined types keep their name, quoted if PostgreSQL would quote it.
 */
export function readType(typeName: TypeName): ReadType {
  const names = strings(typeName.names);
  const last = names.at(-1) ?? "";
  const isCatalog = names.length === 1 || names[0] === "pg_catalog";
  const serialOf = isCatalog ? serial[last] : undefined;
  if (serialOf !== undefined) return { type: serialOf, isSerial: true, isUserDefined: false };
  const base = isCatalog ? (builtIn[last] ?? (plain.has(last) ? last : undefined)) : undefined;
  const suffix = "[]".repeat(typeName.arrayBounds?.length ? 1 : 0);
  if (base === undefined) {
    const [name = "", schema] = [...names].reverse();
    const type =
      userTypeText(schema === undefined ? { name } : { schema, name }) + ownModifiers(name, typeName) + suffix;
    return { type, isSerial: false, isUserDefined: true };
  }
  const type = base === "interval" ? intervalText(typeName) : withModifiers(base, modifiers(typeName));
  return { type: type + suffix, isSerial: false, isUserDefined: false };
}

/** `timestamp without time zone` + [3] → `timestamp(3) without time zone`. */
function withModifiers(base: string, typmods: readonly number[]): string {
  // The keywords come with length 1. Without a length, format_type prints other types.
  if (typmods.length === 0) return base === "bit" ? '"bit"' : base === "character" ? "bpchar" : base;
  const [head = base, ...rest] = base.split(/(?= with(?:out)? time zone)/);
  // As in format_type: numeric(10) is stored as numeric(10,0), timestamp(9) as timestamp(6).
  const shown =
    base === "numeric" && typmods.length === 1 ? [...typmods, 0] : rest.length > 0 ? typmods.map(precision) : typmods;
  return `${head}(${shown.join(",")})${rest.join("")}`;
}

function precision(digits: number): number {
  return Math.min(digits, 6);
}

/** The numbers of PostgreSQL's datetime.h, as bits of the first modifier. All bits: no fields are named. */
const intervalFields = [
  ["year", 1 << 2],
  ["month", 1 << 1],
  ["day", 1 << 3],
  ["hour", 1 << 10],
  ["minute", 1 << 11],
  ["second", 1 << 12],
] as const;
const fullRange = 0x7fff;

/** `interval day to second(3)`. */
function intervalText(typeName: TypeName): string {
  const [range = fullRange, digits] = modifiers(typeName);
  const fields = range === fullRange ? [] : intervalFields.filter(([, bit]) => (range & bit) !== 0);
  const [first, last] = [fields[0]?.[0], fields.at(-1)?.[0]];
  const named = first === undefined ? "" : ` ${first === last ? first : `${first} to ${last}`}`;
  return `interval${named}${digits === undefined ? "" : `(${precision(digits)})`}`;
}

function modifiers(typeName: TypeName): number[] {
  return (typeName.typmods ?? []).flatMap((node) => {
    if (!("A_Const" in node)) return [];
    const constant = node.A_Const;
    return constant.ival === undefined ? [] : [constant.ival.ival ?? 0];
  });
}

/** PostGIS's spelling of the words in `geometry(Point,4326)`, because unquoted names arrive in lower case. */
const shapes = "Geometry Point LineString Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection".split(
  " ",
);

/** The modifiers of an extension's type, as its output function prints them: `vector(3)`, `geometry(Point,4326)`. */
function ownModifiers(type: string, { typmods = [] }: TypeName): string {
  const words = typmods.map((node) => {
    if ("A_Const" in node) return String(node.A_Const.ival?.ival ?? 0);
    const word = "ColumnRef" in node ? (strings(node.ColumnRef.fields)[0] ?? "") : "";
    const [, shape = word, dimensions = ""] = /^(.*?)(zm|z|m)?$/.exec(word) ?? [];
    const known = shapes.find((name) => name.toLowerCase() === shape);
    return known === undefined ? word : known + dimensions.toUpperCase();
  });
  // Without an SRID, a geography is WGS 84.
  if (type === "geography" && words.length === 1) words.push("4326");
  return words.length === 0 ? "" : `(${words.join(",")})`;
}

/** The strings in a list of String nodes. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) =>
    "String" in node && node.String.sval !== undefined ? [node.String.sval] : [],
  );
}
