import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { query } from "../matrix/databases.js";
import { type Column, type OrmApp, succeeded } from "./orm-app.js";
import { orms } from "./orms.js";

// Changes of columns that exist: what a plan would lose is refused, and what passes is told with what would keep it.

const name: Column = { name: "name", isRequired: true };
const handle: Column = { name: "handle", isRequired: true, fill: "lower(email)" };

describe.each(orms)("$name", ({ create }) => {
  let app: OrmApp;
  beforeAll(async () => {
    app = await create().open();
  });
  afterEach(() => app.discard());
  afterAll(() => app?.close());

  const refused: readonly { name: string; code: string; in: readonly Column[]; says: RegExp; next: RegExp }[] = [
    {
      name: "another type, with an annotation",
      code: "LS2060",
      in: [{ ...name, isNumber: true, fill: "length(name)" }],
      says: /"users"\."name" would lose the values of every row: the ORM drops it \(text\) and adds it again as integer/,
      next: /Keep "name" unchanged and add a field .*@lockstep\.mirror\(name::integer\)/,
    },
    {
      name: "another type, without one",
      code: "LS2060",
      in: [{ ...name, isNumber: true }],
      says: /"users"\."name" would lose/,
      next: /Keep "name"/,
    },
    {
      name: "another type, beside a planned column",
      code: "LS2060",
      in: [{ ...name, isRequired: false, isNumber: true }, handle],
      says: /"users"\."name" would lose/,
      next: /Keep "name"/,
    },
  ];
  test.each(refused)("$code: $name", async ({ code, in: columns, says, next }) => {
    app.replaceColumn("name", columns);
    const files = app.snapshot();
    const { output, code: exitCode } = await app.generate("Change");
    expect(output).toMatch(new RegExp(`\\b${code}\\b`));
    expect(output).toMatch(says);
    expect(output.slice(output.indexOf("Next   "))).toMatch(next);
    expect(exitCode).toBe(1);
    expect(app.snapshot()).toEqual(files);
  });

  test("a drop beside a planned column waits for contract with it", async () => {
    app.replaceColumn("name", [
      { name: "size", isRequired: true, isNumber: true, fill: "length(email)" },
      { name: "weight", isRequired: false, isNumber: true },
    ]);
    const { output } = await succeeded(app.generate("Change", { url: await app.database(app.empty) }));
    expect(output).toMatch(
      /1 expand {4}Make "users"\."name" optional[\s\S]*Add "size"[\s\S]*contract [\s\S]*Drop "users"\."name" WITH ITS DATA/,
    );
  });

  test("the way out of a rename keeps the column: nothing is to be generated", async () => {
    app.replaceColumn("name", [{ name: "fullName", isRequired: true }]);
    app.mapColumn("fullName", "name");
    expect((await app.generate("Rename")).output).toMatch(app.noChanges);
  });

  test("a likely rename keeps the old column, and names the command that keeps the values", async () => {
    app.replaceColumn("name", [{ name: "fullName", isRequired: false }]);
    const { output } = await succeeded(app.generate("Rename", { url: await app.database(app.empty) }));
    expect(output).toMatch(/npx lockstep rename User\.name fullName/);
    expect(output).toMatch(/2 contract {2}Drop "users"\."name" WITH ITS DATA|RENAME COLUMN "name"/);
  });

  test("an annotation above a column that exists is told", async () => {
    app.replaceColumn("name", [{ ...name, fill: "lower(email)" }]);
    const unused =
      /:\d+: @lockstep\.backfill\(lower\(email\)\) is not used: "users"\."name" is in the database already/;
    expect((await app.generate("Nothing")).output).toMatch(unused);
    app.declare({
      columns: [
        { name: "bio", isRequired: false },
        { ...handle, fill: "upper(email)" },
      ],
    });
    const { output } = await succeeded(app.generate("AddHandle", { url: await app.database(app.empty) }));
    expect(output).toMatch(unused);
    expect(output).not.toContain("upper(email)) is not used");
  });

  test("a default that is evaluated once needs no plan, whatever function it calls", async () => {
    const url = await app.database(app.development);
    const functions = [
      "CREATE FUNCTION steady() RETURNS text STABLE LANGUAGE sql AS $$ SELECT 'a'::text $$",
      `CREATE FUNCTION named(text) RETURNS text STABLE LANGUAGE sql AS $$ SELECT max("name") FROM "users" WHERE "email" = $1 $$`,
      "CREATE FUNCTION fickle() RETURNS text VOLATILE LANGUAGE sql AS $$ SELECT random()::text $$",
    ];
    const migration = app.writeMigration("Functions", functions);
    expect(app.read(migration)).toContain("steady");
    await succeeded(app.apply(url));
    const added = (column: string, defaultSql: string) => ({
      columns: [{ name: column, isRequired: true, defaultSql }],
    });
    app.declare(added("steady", "steady()"));
    const { output } = await succeeded(app.generate("AddSteady", { url }));
    // On a busy machine nobody waits for the number of places, and the command is named instead.
    expect(output.replace(/^Lockstep: .* lists the places in your code .*$/m, "")).not.toMatch(/Lockstep|rewritten/);
    expect(app.plans()).toEqual([]);
    await succeeded(app.apply(url));
    // LS2004's way on: a value out of other rows, by an SQL function over columns of this one.
    app.declare({ columns: [{ ...handle, fill: "max(email)" }] });
    const refusal = await app.generate("AddHandle", { url });
    expect(refusal.output).toMatch(/\bLS2004\b[\s\S]*Next +\S/);
    app.edit(app.modelFile, "max(email)", "named(email)");
    app.declare(added("fickle", "fickle()"));
    const planned = (await succeeded(app.generate("AddFickle", { url }))).output;
    expect(planned).toContain("evaluated for every row");
    expect(planned).toContain("with named(email)");
    expect(await query(url, "SELECT count(*)::int AS n FROM users WHERE steady = 'a'")).toEqual([{ n: 10 }]);
  });
});
