import { type Change, required } from "../change.js";

/** A required column of a type, filled from the row: `right` says what every row has in the end. */
function typed(
  name: string,
  typescript: string,
  options: string,
  fill: string,
  writes: string,
  right = `c <=> (${fill})`,
): Change {
  return {
    name: `type ${name}`,
    outcome: "plan",
    after: required("c", typescript, options, fill),
    writes: { c: writes },
    right,
  };
}

/** Every type of column. */
export const types: readonly Change[] = [
  typed("varchar", "string", 'type: "varchar", length: 191', "lower(name)", "'New {k}'"),
  typed("char", "string", 'type: "char", length: 8', "upper(left(name, 8))", "'NEW'"),
  typed("text", "string", 'type: "text"', "concat(name, ' ', coalesce(v, '-'))", "repeat('x', 9000)"),
  typed("mediumtext", "string", 'type: "mediumtext"', "repeat(name, 100)", "repeat('x', 70000)"),
  typed("int", "number", 'type: "int"', "char_length(name)", "-{k}"),
  typed("bigint", "string", 'type: "bigint"', "n * 1000000000", "9223372036854775807"),
  typed("unsigned", "number", 'type: "int", unsigned: true', "abs(n)", "4294967295"),
  typed("smallint", "number", 'type: "smallint"', "n % 100", "-32768"),
  typed(
    "decimal",
    "string",
    'type: "decimal", precision: 14, scale: 3',
    "n / 7",
    "1.5",
    "c = CAST(n / 7 AS DECIMAL(14, 3))",
  ),
  typed("float", "number", 'type: "float"', "n / 4", "0.25", "abs(c - n / 4) <= abs(n) * 0.000001"),
  typed("double", "number", 'type: "double"', "n / 3e0", "0.1", "abs(c - n / 3e0) < 0.001"),
  typed("boolean", "boolean", 'type: "boolean"', "n > 0", "true"),
  typed("date", "string", 'type: "date"', "cast(touchedAt as date)", "'2024-02-29'"),
  typed("datetime 6", "Date", 'type: "datetime", precision: 6', "touchedAt", "'2024-02-29 23:59:59.999999'"),
  typed("time", "string", 'type: "time"', "sec_to_time(abs(n) % 86400)", "'-12:00:00'"),
  typed("year", "number", 'type: "year"', "2000 + abs(n) % 100", "2155"),
  typed("json", "object", 'type: "json"', "json_object('name', name, 'n', n)", `'{"a": [1]}'`),
  typed("simple json", "object", 'type: "simple-json"', "json_array(n)", "'{}'"),
  typed("simple array", "string[]", 'type: "simple-array"', "concat(n, ',', n + 1)", "'a,b'"),
  typed("enum", "string", 'type: "enum", enum: ["up", "down", "side ways"]', "if(n > 0, 'up', 'side ways')", "'down'"),
  typed("set", "string[]", 'type: "set", enum: ["a", "b", "c"]', "if(n > 0, 'a,b', '')", "'c'"),
  typed("binary", "Buffer", 'type: "binary", length: 4', "unhex(lpad(hex(abs(n)), 8, '0'))", "X'00000000'"),
  typed("varbinary", "Buffer", 'type: "varbinary", length: 64', "unhex(sha2(name, 256))", "X''"),
  typed("blob", "Buffer", 'type: "blob"', "cast(name as binary)", "X'FF00'"),
  typed("uuid", "string", 'type: "uuid"', "uuid()", "'6ccd780c-baba-1026-9564-5b8c656024db'", "c IS NOT NULL"),
  {
    name: "type timestamp",
    outcome: "LS2022",
    after: required("c", "Date", 'type: "timestamp"', "'2001-02-03 04:05:06'"),
    says: "ALGORITHM=COPY",
  },
  {
    name: "type timestamp optional",
    outcome: "plan",
    after: required("c", "Date | null", 'type: "timestamp", nullable: true', "'2001-02-03 04:05:06'"),
    writes: { c: "'2024-02-29 23:59:59'" },
    right: "c <=> '2001-02-03 04:05:06' OR name LIKE 'Old %'",
  },
];
