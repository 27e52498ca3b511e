// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are the texts that are expected
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluate } from "../../../../core/src/code/sql/constant.js";
import { type ColumnText, translate as translated } from "../../../../core/src/code/values/sql-to-typescript.js";
import { codeSqlOf } from "../../../../core/src/databases/code-sql-of.js";
import { expressions, rows } from "../sql/sql-expressions.js";

const { postgresql } = codeSqlOf;
beforeAll(() => postgresql.load());
const translate = (sql: string, to: (column: string) => ColumnText | undefined) =>
  translated(postgresql.expression(sql, []), to);

const columns: Readonly<Record<string, ColumnText>> = {
  email: { text: "body.email", type: "string", isNullable: false },
  name: { text: "name", type: "string", isNullable: false },
  nick: { text: "body.nick", type: "string", isNullable: true },
  id: { text: "id", type: "int", isNullable: false },
  price: { text: "price", type: "decimal", isNullable: false },
  none: { text: "null", type: "string", isNullable: true, isNull: true },
  chosen: { text: "isOwn ? null : first(body.nick)", type: "string", isNullable: true },
  either: { text: "body.nick || null", type: "string", isNullable: true },
  joined: { text: "a ?? b", type: "string", isNullable: false },
};
const resolve = (column: string) => columns[column];

describe("says the same in TypeScript", () => {
  test.each([
    ["lower(email)", "body.email.toLowerCase()"],
    ["upper(name)", "name.toUpperCase()"],
    ["pg_catalog.lower(email)", "body.email.toLowerCase()"],
    ['"User".email', "body.email"],
    ["lower(lower(email))", "body.email.toLowerCase()"],
    // String.trim() would take off tabs and line breaks too.
    ["trim(email)", 'body.email.replace(/^ +| +$/g, "")'],
    ["btrim(email)", 'body.email.replace(/^ +| +$/g, "")'],
    ["ltrim(email)", 'body.email.replace(/^ +/, "")'],
    ["lower(email::text)", "body.email.toLowerCase()"],
    ["CAST(email AS varchar)", "body.email"],
    ["coalesce(nick, email)", "body.nick ?? body.email"],
    ["coalesce(nick, lower(email), 'x')", "body.nick ?? body.email.toLowerCase()"],
    ["coalesce(email, 'x')", "body.email"],
    ["coalesce(none, nick, lower(none), email)", "body.nick ?? body.email"],
    ["coalesce(none, 'x')", '"x"'],
    ["concat(none, email)", "`${body.email}`"],
    ["coalesce(lower(nick), '')", 'body.nick?.toLowerCase() ?? ""'],
    ["lower(coalesce(nick, email))", "(body.nick ?? body.email).toLowerCase()"],
    ["coalesce(chosen, email)", "(isOwn ? null : first(body.nick)) ?? body.email"],
    ["coalesce(nick, either, 'x')", 'body.nick ?? (body.nick || null) ?? "x"'],
    ["concat(name, chosen)", '`${name}${(isOwn ? null : first(body.nick)) ?? ""}`'],
    ["chosen", "isOwn ? null : first(body.nick)"],
    ["lower(joined)", "(a ?? b).toLowerCase()"],
    ["name || ' <' || email || '>'", "`${name} <${body.email}>`"],
    ["'u' || id", "`u${id}`"],
    ["concat(name, ' ', nick)", '`${name} ${body.nick ?? ""}`'],
    ["'`${x}\\'", '"`${x}\\\\"'],
    ["'`${x}' || name", "`\\`\\${x}${name}`"],
    ["'it''s'", '"it\'s"'],
    ["''", '""'],
    ["5", "5"],
    ["0", "0"],
    ["-1.5", "-1.5"],
    ["true", "true"],
    ["false", "false"],
  ])("%s", (sql, text) => {
    expect(translate(sql, resolve)?.text).toBe(text);
  });
});

test.each([
  ["NULL || text is NULL", "nick || name"],
  ["a cast that changes the value", "id::text"],
  ["a type of the app's may store another value", "lower('A'::citext)"],
  ["a cast with a length", "email::varchar(3)"],
  ["a number from text", "'5'::int"],
  ["another function", "split_part(email, '@', 1)"],
  ["a function of a schema", "app.lower(email)"],
  ["decimals print differently", "'€' || price"],
  ["two numbers", "id || id"],
  ["lower of a number", "lower(id)"],
  ["an unknown column", "lower(missing)"],
  ["mixed types", "coalesce(nick, 5)"],
  ["NULL", "NULL"],
  ["other operators", "id + 1"],
  ["subqueries", "(SELECT 1)"],
  ["several expressions", "email, name"],
  ["no expression", ""],
  ["not SQL", "email email email"],
  ["a second statement", "email; SELECT 1"],
  ["now()", "now()"],
  ["aggregates", "lower(DISTINCT email)"],
])("nothing for %s", (_, sql) => {
  expect(translate(sql, resolve)).toBeUndefined();
});

test("a nullable result says so", () => {
  expect(translate("lower(nick)", resolve)).toEqual({
    text: "body.nick?.toLowerCase()",
    type: "string",
    isNullable: true,
  });
});

test("what is translated gives what is evaluated", () => {
  const texts: Readonly<Record<string, ColumnText>> = {
    email: { text: "row.email", type: "string", isNullable: false },
    name: { text: "row.name", type: "string", isNullable: false },
    nick: { text: "row.nick", type: "string", isNullable: true },
  };
  let compared = 0;
  fc.assert(
    fc.property(expressions, rows, (sql, row) => {
      const text = translate(sql, (column) => texts[column]);
      const parsed = postgresql.expression(sql, []);
      if (text === undefined || parsed === undefined) return;
      compared += 1;
      const run = new Function("row", `return (${text.text});`);
      const expected = evaluate(parsed, (column) => row[column]);
      expect(run(row) ?? null).toBe(expected);
    }),
    { numRuns: 1000 },
  );
  expect(compared).toBeGreaterThan(300);
});
