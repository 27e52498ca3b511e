import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LockstepError } from "../../../core/src/base/errors.js";
import { readFill } from "../../../core/src/postgresql/fill/read.js";
import type { FillContext, LookedUpTable } from "../../../core/src/sql/fill-context.js";

const context: FillContext = {
  kind: "backfill",
  source: "prisma/schema.prisma:14",
  table: { name: "User" },
  columns: ["id", "email", "nick", "firstName", "lästig", "user", 'od"d', "full", "handle"],
  generatedColumns: ["full"],
  newColumn: "handle",
};
const read = (text: string, over: Partial<FillContext> = {}) => readFill(text, { ...context, ...over });
const failure = async (text: string, over: Partial<FillContext> = {}): Promise<LockstepError> =>
  read(text, over).then(
    (fill) => expect.fail(`no error, but ${fill.rowSql}`),
    (error) => error,
  );

describe("readFill", () => {
  it.each([
    { text: "lower(email)", newSql: 'lower(NEW."email")', reads: ["email"] },
    { text: "'eu'", newSql: "'eu'", reads: [] },
    { text: "  LOWER(Email)  ", newSql: 'LOWER(NEW."email")', reads: ["email"] },
    { text: `"User".email`, newSql: 'NEW."email"', reads: ["email"] },
    { text: `"User" /* ! */ . "firstName" || 'x'`, newSql: `NEW."firstName" || 'x'`, reads: ["firstName"] },
    { text: `public."User".email`, newSql: 'NEW."email"', reads: ["email"] },
    {
      text: `coalesce(nick, 'a)b', "firstName") || email || nick`,
      newSql: `coalesce(NEW."nick", 'a)b', NEW."firstName") || NEW."email" || NEW."nick"`,
      reads: ["nick", "firstName", "email"],
    },
    {
      text: `'äöü😀' || lästig || email`,
      newSql: `'äöü😀' || NEW."lästig" || NEW."email"`,
      reads: ["lästig", "email"],
    },
    { text: `email -- the login`, newSql: 'NEW."email"', reads: ["email"] },
    { text: "email /* a */ || nick", newSql: 'NEW."email"   || NEW."nick"', reads: ["email", "nick"] },
    { text: "lower(\n  email\n)", newSql: 'lower(\n  NEW."email"\n)', reads: ["email"] },
    { text: `"od""d"`, newSql: 'NEW."od""d"', reads: ['od"d'] },
    { text: `U&"\\0065mail" || nick`, newSql: 'NEW."email" || NEW."nick"', reads: ["email", "nick"] },
    { text: `U&"!0065mail" UESCAPE '!' || nick`, newSql: 'NEW."email" || NEW."nick"', reads: ["email", "nick"] },
    { text: `"user"`, newSql: 'NEW."user"', reads: ["user"] },
    {
      text: "CASE WHEN id = 1 THEN 'a' ELSE nick END",
      newSql: `CASE WHEN NEW."id" = 1 THEN 'a' ELSE NEW."nick" END`,
      reads: ["id", "nick"],
    },
    { text: "$$it's$$ || nick", newSql: `$$it's$$ || NEW."nick"`, reads: ["nick"] },
  ])("$text", async ({ text, newSql, reads }) => {
    const fill = await read(text);
    expect(fill).toMatchObject({ sql: text.trim(), newSql, reads, kind: "backfill", source: context.source });
    expect(fill.oldSql).toBe(newSql.replaceAll("NEW.", "OLD."));
    expect(fill.rowSql).toBe(newSql.replaceAll("NEW.", ""));
  });

  it.each([
    ["lower(email)", true],
    ["coalesce(nick, email) || '!'", true],
    ["trim(both from email)", true],
    ["email::text", true],
    ["id::int8", true],
    ["id::bigint", true],
    ["extract(year from now())", true],
    ["slugify(email)", false],
    ["public.lower(email)", false],
    ["pg_catalog.lower(email)", true],
    ["email::citext", false],
    ["'PAID'::\"Status\"", false],
    ["gen_random_uuid()", false],
    ["CASE WHEN email = 'x' THEN 'a' ELSE 'b' END", false],
    ["nick -> 'a'", false],
  ])("%s: built-ins only: %s", async (text, isBuiltinOnly) => {
    expect((await read(text)).isBuiltinOnly).toBe(isBuiltinOnly);
  });

  it.each([
    [
      "firstname",
      'prisma/schema.prisma:14: no column "firstname" in "User"; did you mean "firstName"? Write it with quotes',
    ],
    [
      "firstName",
      'prisma/schema.prisma:14: no column "firstname" in "User"; did you mean "firstName"? Write it with quotes',
    ],
    ["emial", 'prisma/schema.prisma:14: no column "emial" in "User"; did you mean "email"?'],
    ['"Email"', 'prisma/schema.prisma:14: no column "Email" in "User"; did you mean "email"?'],
    ["something", 'prisma/schema.prisma:14: no column "something" in "User"'],
    ["NEW.email", 'prisma/schema.prisma:14: no table "new" here: the expression uses the row of "User"'],
    ["other.email", 'prisma/schema.prisma:14: no table "other" here: the expression uses the row of "User"'],
    ['a.b."User".email', 'prisma/schema.prisma:14: no table "a.b.User" here: the expression uses the row of "User"'],
    ["lower(user)", 'prisma/schema.prisma:14: user is an SQL keyword here, not the column of "User"'],
  ])("unknown: %s", async (text, message) => {
    expect(await failure(text)).toMatchObject({ code: "LS2003", message });
  });

  it("lists the columns when none is close, quoted as they must be written", async () => {
    expect((await failure("something")).hint).toBe('Columns: id, email, nick, "firstName", "lästig", "user", "od""d"');
  });

  it.each([
    ["(SELECT email FROM x)", "subquery"],
    ["SELECT email", "subquery"],
    ["EXISTS (SELECT 1)", "subquery"],
    ["count(*)", "aggregates"],
    ["max(id)", "aggregates"],
    ["mode() WITHIN GROUP (ORDER BY id)", "aggregates"],
    ["row_number() OVER ()", "other rows"],
    ["unnest(ARRAY[1])", "several rows"],
    ["$1", "parameter"],
    ["handle", "the column that it fills"],
    ['lower("User".handle)', "the column that it fills"],
    ['lower("full")', "generated column"],
    ['"User".*', "whole rows"],
    ['"User"', "whole row"],
    ["email, nick", "list of values"],
  ])("not over its row: %s", async (text, why) => {
    const error = await failure(text);
    expect(error.code, error.message).toBe("LS2004");
    expect(error.message).toContain(why);
  });

  it.each([
    ["", "the fill is empty"],
    ["lower(", "ends too early"],
    ["lower(email))", "ends too early, or has one parenthesis"],
    ["email;", 'syntax error at or near ";", character 6'],
    ["email nick", 'syntax error at or near "nick", character 7'],
    ["'😀é' nick", 'syntax error at or near "nick", character 7'],
    ["email) + (nick", 'unbalanced ")", character 6'],
    ["email), (nick", 'unbalanced ")", character 6'],
    ['email) FROM "User" WHERE (true', 'unbalanced ")", character 6'],
    ["'open", "unterminated"],
    ["a \0 b", "0x00"],
  ])("syntax: %s", async (text, part) => {
    const error = await failure(text);
    expect(error.code, error.message).toBe("LS1002");
    expect(error.message).toContain(part);
  });

  it("reads its own output again: quoting is stable", async () => {
    const leaf = fc.constantFrom("email", '"firstName"', "nick", "'a)b'", "'ä😀'", "lästig", '"User".email', "now()");
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(fc.constantFrom("||", "+", " IS NOT DISTINCT FROM "), tie("expression"), tie("expression"))
          .map(([op, a, b]) => `(${a} ${op} /* c */ ${b})`),
        tie("expression").map((inner) => `lower(${inner})`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `coalesce(${a}, -- x\n ${b})`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const once = await read(text);
        const twice = await read(once.rowSql);
        expect(twice.rowSql).toBe(once.rowSql);
        expect(twice.newSql).toBe(once.newSql);
        expect(twice.reads).toEqual(once.reads);
      }),
      { numRuns: 200 },
    );
  });
});

describe("look-ups", () => {
  const tables: Readonly<Record<string, LookedUpTable>> = {
    Team: { columns: ["id", "name", "plan", "email"], uniqueKeys: [["id"], ["name"]] },
    Post: { columns: ["id", "userId", "title"], uniqueKeys: [["id"]] },
    Seat: { columns: ["teamId", "no", "label"], uniqueKeys: [["teamId", "no"]] },
  };
  const over = {
    columns: [...context.columns, "teamId", "no"],
    key: ["id"],
    lookedUp: async ({ name }: { name: string }) => tables[name],
  };

  // An unqualified name is the innermost table's that has it, then the row's.
  it.each([
    [`(SELECT plan FROM "Team" WHERE id = "teamId")`, `(SELECT plan FROM "Team" WHERE id = NEW."teamId")`, true],
    [
      `(SELECT email FROM "Team" t WHERE t.id = "teamId")`,
      `(SELECT email FROM "Team" t WHERE t.id = NEW."teamId")`,
      true,
    ],
    [
      `(SELECT "User".email FROM "Team" t WHERE t.id = "teamId")`,
      `(SELECT NEW."email" FROM "Team" t WHERE t.id = NEW."teamId")`,
      true,
    ],
    [
      `(SELECT "User".name FROM "Team" AS "User" WHERE "User".id = "teamId")`,
      `(SELECT "User".name FROM "Team" AS "User" WHERE "User".id = NEW."teamId")`,
      true,
    ],
    [
      `lower(email) || (SELECT plan FROM "Team" WHERE name = nick)`,
      `lower(NEW."email") || (SELECT plan FROM "Team" WHERE name = NEW."nick")`,
      true,
    ],
    [
      `(SELECT label FROM "Seat" s WHERE (s."teamId", 1) = ("User"."teamId", 1) AND s."teamId" = "User"."teamId" AND s.no = "User".no)`,
      undefined,
      true,
    ],
    [
      `(SELECT t.plan FROM "Seat" s JOIN "Team" t ON t.id = s."teamId" WHERE s."teamId" = 1 AND s.no = "User".no)`,
      undefined,
      true,
    ],
    [`(SELECT count(*) FROM "Post" WHERE "userId" = "User".id)`, undefined, false],
    [`(SELECT title FROM "Post" p WHERE p."userId" = "User".id ORDER BY id LIMIT 1)`, undefined, false],
    [`EXISTS (SELECT * FROM "Post" p WHERE p.title = email)`, undefined, false],
    [`email IN (SELECT name FROM "Team")`, undefined, false],
    [
      `(SELECT n FROM (SELECT "userId" AS u, count(*) AS n FROM "Post" GROUP BY u) s WHERE s.u = "User".id)`,
      undefined,
      false,
    ],
    [
      `(SELECT s.title FROM (SELECT DISTINCT ON (p."userId") p.* FROM "Post" p ORDER BY p."userId", id) s WHERE s."userId" = "User".id)`,
      undefined,
      false,
    ],
    [`(SELECT s.plan FROM (SELECT * FROM "Team") s WHERE s.id = "teamId")`, undefined, true],
    [`(SELECT title FROM "Post" p WHERE p.id = "User".id)`, undefined, false],
  ])("%s", async (text, newSql, hasTrigger) => {
    const fill = await read(text, over);
    if (newSql !== undefined) expect(fill.newSql).toBe(newSql);
    expect(fill.withoutTrigger === undefined).toBe(hasTrigger);
    expect(fill.isBuiltinOnly).toBe(false);
    // Wherever the row is called what it is called: its columns come from a name of our own.
    expect(fill.rowSql.replaceAll("lockstep_row.", "NEW.")).toContain(fill.newSql);
  });

  it("says what it reads of which table", async () => {
    const fill = await read(`(SELECT p.title FROM "Team" t JOIN public."Post" p ON p.id = t.id WHERE t.name = nick)`, {
      ...over,
    });
    expect(fill).toMatchObject({
      reads: ["nick"],
      lookUps: [
        { table: { name: "Team" }, columns: ["id", "name"] },
        { table: { schema: "public", name: "Post" }, columns: ["id", "title"] },
      ],
    });
  });

  it.each([
    ["LS2071", `(SELECT title FROM "Post" p WHERE p."userId" = "User".id)`],
    ["LS2071", `(SELECT label FROM "Seat" s WHERE s."teamId" = "User"."teamId")`],
    ["LS2071", `(SELECT t.plan FROM "Team" t LEFT JOIN "Post" p ON p."userId" = "User".id WHERE t.id = 1)`],
    ["LS2071", `(SELECT t.plan FROM "Post" p LEFT JOIN "Team" t ON t.id = 1 AND p.id = 1)`],
    ["LS2071", `(SELECT plan FROM "Team" WHERE id = "teamId" OR name = nick)`],
    ["LS2003", `(SELECT t.plam FROM "Team" t WHERE t.id = "teamId")`],
    ["LS2003", `(SELECT x.plan FROM "Team" t WHERE t.id = "teamId")`],
    ["LS2004", `(SELECT plan FROM "Nowhere" WHERE id = "teamId")`],
    ["LS2004", `(SELECT plan FROM "Team" WHERE id = "teamId" FOR SHARE)`],
    ["LS2004", `(SELECT plan FROM "Team" WHERE id = "teamId" UNION SELECT 'x')`],
    ["LS2004", `(SELECT rank() OVER (ORDER BY id) FROM "Team" WHERE id = "teamId")`],
    ["LS2004", `(SELECT handle FROM "Team" WHERE id = "teamId")`],
    ["LS2004", `(SELECT count(*) FROM unnest(ARRAY[1]) x)`],
  ])("%s: %s", async (code, text) => {
    expect((await failure(text, over)).code).toBe(code);
  });
});
