/** The mapping of PostgreSQL's types to the WASM engine. */
import { type ColumnType, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

const asText = (text: string): string => text;
const asIsoTime = (text: string): string => {
  const time = new Date(/[+-]\d\d$/.test(text) ? `${text}:00` : text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
};
const asIsoTimeUtc = (text: string): string => `${text.replace(" ", "T")}+00:00`;
const asTextArray = pg.types.getTypeParser(1009 as number, "text") as (text: string) => unknown;

/** Type OID → the engine's type, and how to parse the server's text if `pg` would parse it differently. */
const known: Readonly<Record<number, readonly [ColumnType, ((text: string) => unknown)?]>> = {
  16: [ColumnTypeEnum.Boolean],
  17: [ColumnTypeEnum.Bytes],
  // "char", which pg_catalog often uses: the stock adapter does not support it.
  18: [ColumnTypeEnum.Character],
  20: [ColumnTypeEnum.Int64],
  21: [ColumnTypeEnum.Int32],
  23: [ColumnTypeEnum.Int32],
  26: [ColumnTypeEnum.Int64],
  114: [ColumnTypeEnum.Json, asText],
  700: [ColumnTypeEnum.Float],
  701: [ColumnTypeEnum.Double],
  1000: [ColumnTypeEnum.BooleanArray],
  1002: [ColumnTypeEnum.CharacterArray, asTextArray],
  1003: [ColumnTypeEnum.TextArray, asTextArray],
  1005: [ColumnTypeEnum.Int32Array],
  1007: [ColumnTypeEnum.Int32Array],
  1009: [ColumnTypeEnum.TextArray],
  1015: [ColumnTypeEnum.TextArray],
  1016: [ColumnTypeEnum.Int64Array],
  1028: [ColumnTypeEnum.Int64Array],
  1082: [ColumnTypeEnum.Date, asText],
  1083: [ColumnTypeEnum.Time, asText],
  1114: [ColumnTypeEnum.DateTime, asIsoTimeUtc],
  1184: [ColumnTypeEnum.DateTime, asIsoTime],
  1700: [ColumnTypeEnum.Numeric, asText],
  2950: [ColumnTypeEnum.Uuid, asText],
  3802: [ColumnTypeEnum.Json, asText],
};

/** Everything else is text, as PostgreSQL sends it: a type that is only displayed must not stop a migration. */
export function columnType(oid: number): ColumnType {
  return known[oid]?.[0] ?? ColumnTypeEnum.Text;
}

/** For `new pg.Client({ types })`. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    const entry = known[oid];
    if (format === "binary") return pg.types.getTypeParser(oid, "binary");
    if (entry === undefined) return asText;
    return entry[1] ?? pg.types.getTypeParser(oid, "text");
  }) as typeof pg.types.getTypeParser,
};
