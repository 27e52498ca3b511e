import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { readFill } from "../../../core/src/mysql/read-fill.js";
import type { FillContext } from "../../../core/src/sql/fill-context.js";

const context: FillContext = {
  kind: "backfill",
  source: "src/user.ts:14",
  table: { name: "User" },
  columns: ["id", "email", "nick", "firstName", "lästig", "od`d", "date", "year", "day", "full", "handle"],
  generatedColumns: ["full"],
  newColumn: "handle",
};
const read = (text: string, over: Partial<FillContext> = {}) => readFill(text, { ...context, ...over });
const failure = (text: string, over: Partial<FillContext> = {}): Promise<LockstepError> =>
  read(text, over).then(
    (fill) => expect.fail(`no error, but ${fill.rowSql}`),
    (error) => error,
  );

describe("readFill", () => {
  it.each([
    { text: "lower(email)", newSql: "lower(NEW.`email`)", reads: ["email"] },
    { text: "'eu'", newSql: "'eu'", reads: [] },
    { text: "  LOWER(Email)  ", newSql: "LOWER(NEW.`email`)", reads: ["email"] },
    { text: "`User`.email", newSql: "NEW.`email`", reads: ["email"] },
    { text: "shop . `User` . firstname", newSql: "NEW.`firstName`", reads: ["firstName"] },
    {
      text: "concat(nick, 'a)b', `od``d`, \n email)",
      newSql: "concat(NEW.`nick`, 'a)b', NEW.`od``d`, \n NEW.`email`)",
      reads: ["nick", "od`d", "email"],
    },
    { text: "'it''s \\' email' 'x'", newSql: "'it''s \\' email' 'x'", reads: [] },
    { text: "email -- the login", newSql: "NEW.`email`", reads: ["email"] },
    { text: "email # the login\n /* nick */ , 1", newSql: "", reads: [], error: "LS2004" },
    { text: "concat(email /* nick */, nick)", newSql: "concat(NEW.`email` , NEW.`nick`)", reads: ["email", "nick"] },
    { text: "id--1", newSql: "NEW.`id`--1", reads: ["id"] },
    { text: "lästig", newSql: "NEW.`lästig`", reads: ["lästig"] },
    {
      text: "CASE WHEN id = 1 THEN 'a' ELSE nick END",
      newSql: "CASE WHEN NEW.`id` = 1 THEN 'a' ELSE NEW.`nick` END",
      reads: ["id", "nick"],
    },
    // Words that are columns as well.
    { text: "CAST(date AS DATE)", newSql: "CAST(NEW.`date` AS DATE)", reads: ["date"] },
    { text: "date + INTERVAL 1 day", newSql: "NEW.`date` + INTERVAL 1 day", reads: ["date"] },
    { text: "date + INTERVAL id YEAR", newSql: "NEW.`date` + INTERVAL NEW.`id` YEAR", reads: ["date", "id"] },
    { text: "YEAR(date) + year", newSql: "YEAR(NEW.`date`) + NEW.`year`", reads: ["date", "year"] },
    { text: "EXTRACT(YEAR FROM date)", newSql: "EXTRACT(YEAR FROM NEW.`date`)", reads: ["date"] },
    { text: "TIMESTAMPDIFF(DAY, date, NOW())", newSql: "TIMESTAMPDIFF(DAY, NEW.`date`, NOW())", reads: ["date"] },
    { text: "DATE '2026-01-01'", newSql: "DATE '2026-01-01'", reads: [] },
    {
      text: "CONVERT(concat(id, day), SIGNED)",
      newSql: "CONVERT(concat(NEW.`id`, NEW.`day`), SIGNED)",
      reads: ["id", "day"],
    },
    { text: "CONVERT(nick USING utf8mb4)", newSql: "CONVERT(NEW.`nick` USING utf8mb4)", reads: ["nick"] },
    {
      text: "nick COLLATE utf8mb4_bin = _utf8mb4'x'",
      newSql: "NEW.`nick` COLLATE utf8mb4_bin = _utf8mb4'x'",
      reads: ["nick"],
    },
    {
      text: "nick IS NOT NULL AND NOT email LIKE '%x'",
      newSql: "NEW.`nick` IS NOT NULL AND NOT NEW.`email` LIKE '%x'",
      reads: ["nick", "email"],
    },
    { text: "shop.slug(nick)", newSql: "shop.slug(NEW.`nick`)", reads: ["nick"] },
    { text: "nick -> '$.a'", newSql: "NEW.`nick` -> '$.a'", reads: ["nick"] },
    { text: "TRIM(BOTH ' ' FROM nick)", newSql: "TRIM(BOTH ' ' FROM NEW.`nick`)", reads: ["nick"] },
    { text: "CURRENT_TIMESTAMP", newSql: "CURRENT_TIMESTAMP", reads: [] },
    { text: "id DIV 2 MOD 3", newSql: "NEW.`id` DIV 2 MOD 3", reads: ["id"] },
    { text: "0x1F + b'1' + 1e3", newSql: "0x1F + b'1' + 1e3", reads: [] },
  ])("$text", async ({ text, newSql, reads, error }) => {
    if (error !== undefined) {
      expect((await failure(text)).code).toBe(error);
      return;
    }
    const fill = await read(text);
    expect(fill).toMatchObject({ sql: text.trim(), newSql, reads, kind: "backfill", source: context.source });
    expect(fill.oldSql).toBe(newSql.replaceAll("NEW.", "OLD."));
    expect(fill.rowSql).toBe(newSql.replaceAll("NEW.", ""));
  });

  it.each([
    ["emial", "LS2003", 'no column "emial" in "User"; did you mean "email"?'],
    ["something", "LS2003", 'no column "something" in "User"'],
    ["other.email", "LS2003", 'no table "other" here'],
    ["(SELECT email FROM x)", "LS2004", "subquery"],
    ["max(id)", "LS2004", "aggregates"],
    ["row_number() OVER ()", "LS2004", "other rows"],
    ["last_insert_id()", "LS2004", "depends on the session"],
    ["?", "LS2004", "parameter"],
    ["@user", "LS2004", "variable"],
    ['"email"', "LS2004", "a string or a name"],
    ["handle", "LS2004", "the column that it fills"],
    ["`User`.HANDLE", "LS2004", "the column that it fills"],
    ["full", "LS2004", "generated column"],
    ["`User`.*", "LS2004", "whole rows"],
    ["email, nick", "LS2004", "list of values"],
    ["DEFAULT", "LS2004", "DEFAULT is not a value"],
    ["", "LS1002", "the fill is empty"],
    ["lower(", "LS1002", "not closed"],
    ["email) + (nick", "LS1002", 'unbalanced ")", character 6'],
    ["email; DROP TABLE x", "LS1002", "semicolon, character 6"],
    ["'open", "LS1002", "unterminated quote"],
    ["/* open", "LS1002", "unterminated comment"],
    ["1 /*!50000 + id */", "LS1002", "a version comment"],
  ])("%s: %s", async (text, code, part) => {
    const error = await failure(text);
    expect(error.code, error.message).toBe(code);
    expect(error.message).toContain(part);
  });

  it("follows no source that changes by itself", async () => {
    for (const text of ["NOW()", "concat(email, RAND())", "CURRENT_TIMESTAMP"])
      expect((await failure(text, { kind: "mirror" })).code).toBe("LS2030");
    expect((await read("lower(email)", { kind: "mirror" })).kind).toBe("mirror");
  });

  it("gives no trigger a number that it would see as 0", async () => {
    const over = { numberedColumns: ["id"] };
    expect((await read("concat('O-', ID)", over)).withoutTrigger).toBe(true);
    expect((await read("lower(email)", over)).withoutTrigger).toBeUndefined();
    expect((await failure("id", { ...over, kind: "mirror" })).message).toContain('"id" gets its number only after');
  });

  it("reads its own output again", async () => {
    const leaf = fc.constantFrom(
      "email",
      "`firstName`",
      "`od``d`",
      "'a)b'",
      "'ä😀'",
      "lästig",
      "`User`.email",
      "now()",
      "date",
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(fc.constantFrom("+", " DIV ", " <=> ", " IS NULL OR "), tie("expression"), tie("expression"))
          .map(([op, a, b]) => `(${a} ${op} /* c */ ${b})`),
        tie("expression").map((inner) => `lower(${inner})`),
        tie("expression").map((inner) => `CAST(${inner} AS CHAR(10))`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const once = await read(text);
        const twice = await read(once.rowSql);
        expect([twice.rowSql, twice.reads]).toEqual([once.rowSql, once.reads]);
      }),
    );
  });
});
