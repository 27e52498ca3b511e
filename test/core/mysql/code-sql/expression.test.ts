// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are the texts that are expected
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate } from "../../../../core/src/code/sql/constant.js";
import { type ColumnText, translate } from "../../../../core/src/code/values/sql-to-typescript.js";
import { connect } from "../../../../core/src/databases/connect.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import { codeSql } from "../../../../core/src/mysql/code-sql/index.js";
import { quoteText } from "../../../../core/src/mysql/quote.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../../support/mariadb.js";
import { rows } from "../../code/sql/sql-expressions.js";

const columns: Readonly<Record<string, ColumnText>> = {
  email: { text: "body.email", type: "string", isNullable: false },
  name: { text: "name", type: "string", isNullable: false },
  nick: { text: "body.nick", type: "string", isNullable: true },
  left: { text: "left", type: "string", isNullable: false },
  id: { text: "id", type: "int", isNullable: false },
  isAdmin: { text: "isAdmin", type: "boolean", isNullable: false },
};
const told = (sql: string) =>
  translate(codeSql.expression(sql, Object.keys(columns)), (column) => columns[column])?.text;

describe("says the same in TypeScript", () => {
  test.each([
    ["LOWER(`email`)", "body.email.toLowerCase()"],
    ["lcase(EMAIL)", "body.email.toLowerCase()"],
    ["UCASE(`users`.`name`)", "name.toUpperCase()"],
    ["(UPPER( name ))", "name.toUpperCase()"],
    ["TRIM(email)", 'body.email.replace(/^ +| +$/g, "")'],
    ["RTRIM(email)", 'body.email.replace(/ +$/, "")'],
    ["IFNULL(nick, email)", "body.nick ?? body.email"],
    ["COALESCE(nick, LOWER(email), 'x')", "body.nick ?? body.email.toLowerCase()"],
    ["CONCAT(name, ' <', email, '>')", "`${name} <${body.email}>`"],
    ["CONCAT('u', id, -5)", "`u${id}${-5}`"],
    ["CONCAT(name, IFNULL(nick, ''))", '`${name}${body.nick ?? ""}`'],
    ["`left`", "left"],
    ["'it''s'", '"it\'s"'],
    ["-1.5", "-1.5"],
    ["TRUE", "true"],
  ])("%s", (sql, text) => {
    expect(told(sql)).toBe(text);
  });
});

test.each([
  ["|| is OR, unless sql_mode says otherwise", "name || email"],
  ["NULL in CONCAT gives NULL", "CONCAT(name, nick)"],
  ["numbers alone", "CONCAT(id, id)"],
  ["booleans print as numbers", "CONCAT(name, isAdmin)"],
  ["a backslash is an escape, unless sql_mode says otherwise", "'a\\b'"],
  ["a name or a text, as sql_mode has it", '"email"'],
  ["a character set", "_latin1'a'"],
  ["bytes", "0x41"],
  ["texts side by side", "'a' 'b'"],
  ["what TRIM takes off", "TRIM(BOTH 'x' FROM email)"],
  ["a collation", "email COLLATE utf8mb4_bin"],
  ["leading zeros", "007"],
  ["an exponent", "1e3"],
  ["another function", "LEFT(email, 3)"],
  ["NULLs that are left out", "CONCAT_WS(' ', name, nick)"],
  ["a function of a database", "shop.LOWER(email)"],
  ["a comment with a version", "/*!80000 LOWER(*/email/*!80000 )*/"],
  ["several arguments", "LOWER(email, name)"],
  ["lower of a number", "LOWER(id)"],
  ["NULL", "NULL"],
  ["an operator", "id + 1"],
  ["a subquery", "(SELECT 1)"],
  ["several expressions", "email, name"],
  ["a parenthesis too many", "LOWER(email))"],
  ["an open one", "LOWER(email"],
  ["an open quote", "'x"],
  ["nothing", ""],
])("nothing for %s", (_, sql) => {
  expect(told(sql)).toBeUndefined();
});

let database: MariadbDatabase;
let db: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("code-sql");
  db = await connect(database.url, { applicationName: "test" });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const expressions: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom("email", "`name`", "NICK", "'- '", "' $ { `'", "'5'"),
    ...["LOWER", "UPPER", "TRIM", "LTRIM", "RTRIM", "CONCAT"].map((f) => tie("any").map((inner) => `${f}(${inner})`)),
    ...["COALESCE", "IFNULL", "CONCAT"].map((f) =>
      fc.tuple(tie("any"), tie("any")).map(([a, b]) => `${f}(${a}, ${b})`),
    ),
  ),
})).any;

test("what Lockstep evaluates is what MariaDB gives", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(expressions, rows, async (sql, row) => {
      const parsed = codeSql.expression(sql, ["email", "name", "nick"]);
      if (parsed === undefined) return;
      compared += 1;
      const given = Object.entries(row).map(
        ([name, value]) => `${value === null ? "NULL" : quoteText(value)} AS ${name}`,
      );
      const { rows: answers } = await db.query<{ value: string | null }>(
        `SELECT ${sql} AS value FROM (SELECT ${given.join(", ")}) AS t`,
      );
      expect(evaluate(parsed, (column) => row[column as keyof typeof row])).toBe(answers[0]?.value);
    }),
    { numRuns: 500 },
  );
  expect(compared).toBeGreaterThan(300);
});
