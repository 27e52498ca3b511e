/** Tables with keys of all kinds, as a plan finds them. */
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec, KeyColumn, TableName } from "../../../core/src/model/index.js";
import { quoteIdentifier, quoteTable } from "../../../core/src/postgresql/quote.js";
import { fileOf } from "../../support/units.js";
import { fillOf } from "./fixture.js";
import { emailOf } from "./key-writers.js";

export interface KeyInput {
  readonly name?: TableName;
  /** Columns of the key in order: name, type, and what follows the type. */
  readonly key: readonly (readonly [column: string, type: string, extra?: string])[];
  /** The key of the row numbered n: text for each column, and different for different n. */
  readonly keyOf: (n: number) => string[];
  /** Run before; the table is made after it. */
  readonly before?: string;
  /** After the columns of the key: "PRIMARY KEY", or a unique index. Default: primary key. */
  readonly isUniqueOnly?: boolean;
  /** After CREATE TABLE (…), and statements after that. */
  readonly suffix?: string;
  readonly after?: string;
  readonly hasChildren?: true;
}

export interface KeyShape {
  /** Quoted. */
  readonly table: string;
  readonly key: readonly KeyColumn[];
  keyOf(n: number): string[];
  readonly spec: BackfillSpec;
}

/** Makes the table with `count` rows, numbered 0, 2, 4, …, and the planned column "handle" as expand adds it. */
export async function makeShape(connection: Connection, input: KeyInput, count: number): Promise<KeyShape> {
  const { name = { name: "User" }, keyOf, before, isUniqueOnly = false, suffix = "", after, hasChildren } = input;
  if (before !== undefined) await connection.query(before);
  const table = quoteTable(name);
  const key = input.key.map(([column, type]) => ({ column, type }));
  const columns = input.key.map(([column, type, extra = ""]) => `${quoteIdentifier(column)} ${type} ${extra} NOT NULL`);
  const names = key.map(({ column }) => quoteIdentifier(column)).join(", ");
  await connection.query(
    `CREATE TABLE ${table} (${columns.join(", ")}, email text, note text${isUniqueOnly ? "" : `, PRIMARY KEY (${names})`}) ${suffix}`,
  );
  if (isUniqueOnly) await connection.query(`CREATE UNIQUE INDEX ON ${table} (${names})`);
  if (after !== undefined) await connection.query(after);
  const numbers = Array.from({ length: count }, (_, n) => 2 * n);
  const values = key.map(({ type }, at) => `k${at}::${type}`).join(", ");
  await connection.query(
    `INSERT INTO ${table} (${names}, email, note) SELECT ${values}, e, e
       FROM unnest(${key.map((_, at) => `$${at + 2}::text[]`).join(", ")}, $1::text[]) u(${key.map((_, at) => `k${at}`).join(", ")}, e)`,
    [numbers.map(emailOf), ...key.map((_, at) => numbers.map((n) => keyOf(n)[at]))],
  );
  await connection.query(`ANALYZE ${table}`);
  const fill = await fillOf("lower(email)", name, [...key.map(({ column }) => column), "email", "note"]);
  const handle = { name: "handle", type: "text", fill };
  await connection.query(
    fileOf({ kind: "expand", table: name, columns: [handle], ...(hasChildren ? { hasChildren } : {}) }),
  );
  return { table, key, keyOf, spec: { table: name, key, columns: [handle], uniqueKeys: [] } };
}

const pad = (n: number, width: number) => String(n).padStart(width, "0");
const uuidOf = (n: number) => `${pad((n * 7919) % 100_000, 8)}-0000-4000-8000-${pad(n, 12)}`;
const words = [
  "Zoë",
  "zoe",
  "zo e",
  "ZOE",
  "äpfel",
  "ß",
  "ss",
  "_",
  "-a",
  "",
  "'",
  '"',
  "\\",
  "\n",
  "{}",
  "NULL",
  "日本",
];
const timeOf = (n: number) =>
  new Date(Date.UTC(2026, 9, 25, 0, 0, 0, 137 * n)).toISOString().replace("T", " ").replace("Z", "");

/** Many rows have the same first column; and wherever a text of one session could mean something else in another, there is one. */
export const shapes: Readonly<Record<string, KeyInput>> = {
  "tenant and number": {
    key: [
      ["tenantId", "integer"],
      ["id", "integer"],
    ],
    keyOf: (n) => [String((n % 3) - 1), String(n * 5)],
  },
  "text of a language, and uuid": {
    key: [
      ["word", "text", 'COLLATE "de-x-icu"'],
      ["id", "uuid"],
    ],
    keyOf: (n) => [words[n % words.length]!, uuidOf(n)],
  },
  "bigint beyond 2^53, boolean, padded char": {
    key: [
      ["big", "bigint"],
      ["flag", "boolean"],
      ["code", "character(4)"],
    ],
    keyOf: (n) => [String(9_007_199_254_740_993n + BigInt(n >> 2)), n & 1 ? "true" : "false", n & 2 ? "b" : "a c"],
  },
  "enum, date, bytea": {
    before: `CREATE TYPE "Level" AS ENUM ('zero', 'a b', '''', 'last')`,
    key: [
      ["level", '"Level"'],
      ["day", "date"],
      ["raw", "bytea"],
    ],
    keyOf: (n) => [
      ["zero", "a b", "'", "last"][n % 4]!,
      `2026-${pad(1 + (n % 12), 2)}-${pad(1 + (n % 9), 2)}`,
      `\\x5c${pad(n, 6)}`,
    ],
  },
  "timestamptz around the end of summer time, numeric": {
    key: [
      ["at", "timestamp with time zone"],
      ["amount", "numeric(20,6)"],
    ],
    keyOf: (n) => [`${timeOf((n >> 2) * 50_000)}+00`, `${(n % 4) - 2}.000001`],
  },
  "timestamp, interval, double precision": {
    key: [
      ["at", "timestamp(3) without time zone"],
      ["span", "interval"],
      ["ratio", "double precision"],
    ],
    // Not the same in fewer digits; a leading minus reads differently in SQL's own style.
    keyOf: (n) => [timeOf(n >> 4), `-${n % 4} days +02:03:04`, String(0.1 + 0.2 + ((n % 16) >> 2) * 1e-15)],
  },
  "inet, smallint, time": {
    key: [
      ["net", "inet"],
      ["port", "smallint"],
      ["at", "time without time zone"],
    ],
    keyOf: (n) => [
      `10.0.${n % 5}.0/24`,
      String((n % 7) - 3),
      `00:00:${pad(Math.floor(n / 100) % 60, 2)}.${pad(n % 100, 2)}`,
    ],
  },
  "array, range, json, domain": {
    before: `CREATE DOMAIN "Short" AS varchar(9) CHECK (VALUE <> 'no')`,
    key: [
      ["path", "integer[]"],
      ["days", "daterange"],
      ["doc", "jsonb"],
      ["short", '"Short"'],
    ],
    keyOf: (n) => [`{${n % 3},NULL}`, `[2026-01-01,2026-02-0${1 + (n % 2)})`, `{"a": ${n % 5}}`, `s${n}`],
  },
  "a unique index, no primary key": {
    isUniqueOnly: true,
    key: [
      ["slug", "character varying(20)", 'COLLATE "en-x-icu"'],
      ["locale", "text"],
    ],
    keyOf: (n) => [`${n & 4 ? "Slug" : "sLUG"}-${n >> 1}`, n & 1 ? "de" : "en-GB"],
  },
  "names that need quotes, in a schema of that kind": {
    before: `CREATE SCHEMA "s t%s"`,
    name: { schema: "s t%s", name: `Us"er's ${"ü".repeat(27)}` },
    key: [
      ["select", "integer"],
      [`a"b''c %I`, "text"],
      ["t", "integer"],
      ["k".repeat(63), "integer"],
    ],
    keyOf: (n) => [String(n % 2), `x${n % 3}`, "7", String(n)],
  },
  "partitions and partitions of those": {
    suffix: 'PARTITION BY LIST ("region")',
    after: `CREATE TABLE eu PARTITION OF "User" FOR VALUES IN ('eu'); CREATE TABLE rest PARTITION OF "User" DEFAULT PARTITION BY HASH ("id");
      CREATE TABLE rest_0 PARTITION OF rest FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE rest_1 PARTITION OF rest FOR VALUES WITH (MODULUS 2, REMAINDER 1)`,
    key: [
      ["region", "text"],
      ["id", "bigint"],
    ],
    keyOf: (n) => [["eu", "us", "mars"][n % 3]!, String(n)],
  },
};
