import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { translatedValue } from "../../core/src/code/values/translated-value.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import { quoteLiteral } from "../../core/src/postgresql/quote.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { open } from "./backfill/fixture.js";

// What code computes for new rows is what the database computes for the others, for every translation and every value. Letters
// beyond ASCII change their case by the database's locale: those are for the gate translation-agrees, which looks at real rows.

const columns = [
  { name: "a", type: "string" },
  { name: "b", type: "string" },
  { name: "n", type: "int" },
  { name: "big", type: "bigint" },
  { name: "yes", type: "boolean" },
] as const;

const hard = [
  "",
  " ",
  "  x ",
  "\t",
  "a\r\nb",
  `\${n}`,
  "$",
  "{",
  "`",
  "\\",
  "'",
  "\u2028",
  "\u00a0x",
  "ß",
  "ΟΔΟΣ",
  "İ",
  "𝒳",
  "%s",
];
const text = fc.oneof(fc.constantFrom(...hard), fc.string({ unit: "binary", maxLength: 6 })).filter(isText);
const ascii = fc.string({ unit: "binary-ascii", maxLength: 8 }).filter(isText);

/** What PostgreSQL can store. */
function isText(value: string): boolean {
  return !value.includes("\0") && !/\p{Surrogate}/u.test(value);
}

const { expression } = fc.letrec<{ expression: string; part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: "small" },
    { weight: 3, arbitrary: fc.constantFrom("a", "b") },
    text.map(quoteLiteral),
    fc
      .record({ name: fc.constantFrom("lower", "upper", "btrim", "ltrim", "rtrim", "trim"), of: tie("part") })
      .map(({ name, of }) => `${name}(${of})`),
    fc.array(tie("part"), { minLength: 1, maxLength: 3 }).map((items) => `coalesce(${items.join(", ")})`),
    fc
      .array(fc.oneof(tie("part"), fc.constantFrom("n", "big")), { minLength: 1, maxLength: 4 })
      .map((items) => `concat(${items.join(", ")})`),
    fc
      .tuple(tie("part"), fc.oneof(tie("part"), fc.constantFrom("n", "big", "7")))
      .map((items) => `(${items.join(" || ")})`),
    tie("part").map((of) => `${of}::text`),
  ),
  expression: fc.oneof(
    { weight: 6, arbitrary: tie("part") },
    fc.constantFrom("n", "n::int", "big", "coalesce(n, 5)", "coalesce(yes, true)", "coalesce(big, n)"),
  ),
}));

const row = (of: fc.Arbitrary<string>) =>
  fc.record({
    a: fc.option(of),
    b: of,
    n: fc.option(fc.integer().map(String)),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    yes: fc.option(fc.constantFrom("true", "false")),
  });

let database: TestDatabase;
let databases: readonly Connection[];

beforeAll(async () => {
  database = await createDatabase("translations");
  const c = await open(database.url);
  await c.query(`DROP DATABASE IF EXISTS unicode_translations`);
  await c.query(
    `CREATE DATABASE unicode_translations TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'`,
  );
  const url = new URL(database.url);
  url.pathname = "/unicode_translations";
  databases = [c, await open(url.toString())];
});
afterAll(async () => {
  await databases?.[1]?.close();
  await databases?.[0]?.query(`DROP DATABASE IF EXISTS unicode_translations WITH (FORCE)`);
  await databases?.[0]?.close();
  await database?.drop();
});

let compared = 0;
async function compare(sql: string, given: Readonly<Record<(typeof columns)[number]["name"], string | null>>) {
  const inputs = columns.map(({ name }) => given[name]);
  const compute = await translatedValue(sql, columns, "postgresql");
  const own = compute?.(inputs);
  if (own === undefined) return;
  compared++;
  for (const each of databases) {
    const { rows } = await each.query<{ value: string | null }>(
      `SELECT (${sql})::text AS value FROM (SELECT $1::text AS a, $2::text AS b, $3::int AS n, $4::bigint AS big, $5::boolean AS yes) x`,
      inputs,
    );
    expect({ sql, given, value: String(own) }).toEqual({ sql, given, value: rows[0]?.value });
  }
}

it("every translation, for ASCII", async () => {
  await fc.assert(
    fc.asyncProperty(expression, row(ascii), async (sql, given) => {
      // A constant beyond ASCII may be what changes its case.
      fc.pre(/^[\0-\x7f]*$/.test(sql) || !/lower|upper/.test(sql));
      await compare(sql, given);
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(200);
});

it("every translation but those of case, for any text", async () => {
  compared = 0;
  await fc.assert(
    fc.asyncProperty(
      expression.map((sql) => sql.replaceAll(/\b(?:lower|upper)\(/g, "btrim(")),
      row(text),
      compare,
    ),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(200);
});
