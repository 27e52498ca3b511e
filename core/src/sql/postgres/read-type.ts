import type { Node, TypeName } from "libpg-query";
import type { TableName } from "../../model/names.js";

/** Names of PostgreSQL's grammar and catalogue → what `format_type` prints. From the system catalogue pg_type. */
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
  varbit: "bit varying",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  time: "time without time zone",
  timetz: "time with time zone",
  decimal: "numeric",
};

/** Types that the ORMs emit and that `format_type` prints as they are. */
const plain = new Set(
  "text uuid json jsonb bytea date numeric xml inet cidr macaddr money oid point bit interval char name tsvector".split(
    " ",
  ),
);

const serial: Readonly<Record<string, string>> = {
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
  smallserial: "smallint",
  serial2: "smallint",
};

/** A column type: what `format_type` prints for it, and whether it is one of the serial pseudo-types. */
export interface ReadType {
  readonly type: string;
  readonly isSerial: boolean;
  /** The type is not one of PostgreSQL's own: an enum, a domain, an extension's type. */
  readonly isUserDefined: boolean;
}

/**
 * The type of a column as `format_type` prints it (the frame's assertions compare with that).
 * User-defined types keep their name, quoted where PostgreSQL would quote it.
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
  return { type: withModifiers(base, modifiers(typeName)) + suffix, isSerial: false, isUserDefined: false };
}

/** A user-defined type as `ColumnDeclaration.type` names it: quoted where PostgreSQL would quote it. */
export function userTypeText({ schema, name }: TableName): string {
  const quoted = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`);
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

/** `timestamp without time zone` + [3] → `timestamp(3) without time zone`. */
function withModifiers(base: string, typmods: readonly number[]): string {
  if (typmods.length === 0) return base === "bit" || base === "character" ? `${base}(1)` : base;
  const [head = base, ...rest] = base.split(/(?= with(?:out)? time zone)/);
  // numeric(10) is stored as numeric(10,0), and format_type says so.
  const shown = base === "numeric" && typmods.length === 1 ? [...typmods, 0] : typmods;
  return `${head}(${shown.join(",")})${rest.join("")}`;
}

function modifiers(typeName: TypeName): number[] {
  const numbers = (typeName.typmods ?? []).flatMap((node) => {
    if (!("A_Const" in node)) return [];
    const constant = node.A_Const;
    return constant.ival === undefined ? [] : [constant.ival.ival ?? 0];
  });
  // Of an interval the first one says which fields it has; only all of them are described.
  return strings(typeName.names).at(-1) === "interval" ? numbers.slice(1) : numbers;
}

/** PostGIS's own spelling of what may stand in `geometry(Point,4326)`; names without quotes arrive in small letters. */
const shapes = "Geometry Point LineString Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection".split(
  " ",
);

/** The modifiers of an extension's type, as its own function for that prints them: `vector(3)`, `geometry(Point,4326)`. */
function ownModifiers(type: string, { typmods = [] }: TypeName): string {
  const words = typmods.map((node) => {
    if ("A_Const" in node) return String(node.A_Const.ival?.ival ?? 0);
    const word = "ColumnRef" in node ? (strings(node.ColumnRef.fields)[0] ?? "") : "";
    const [, shape = word, dimensions = ""] = /^(.*?)(zm|z|m)?$/.exec(word) ?? [];
    const known = shapes.find((name) => name.toLowerCase() === shape);
    return known === undefined ? word : known + dimensions.toUpperCase();
  });
  // A geography without a number is WGS 84.
  if (type === "geography" && words.length === 1) words.push("4326");
  return words.length === 0 ? "" : `(${words.join(",")})`;
}

/** The strings of a list of String nodes. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) =>
    "String" in node && node.String.sval !== undefined ? [node.String.sval] : [],
  );
}
