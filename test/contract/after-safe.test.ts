import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Addition, OrmApp } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";

// After a change that passes one line says where code may need its columns: below what the ORM says, and only where there is such code.

const alias: Addition = { columns: [{ name: "emailAlias", isRequired: false }] };
/** On a busy machine counting ends at its limit, and the other words are said. */
const line =
  /^Lockstep: (?:\d+ places? in the code may need User\.emailAlias: npx lockstep code User\.emailAlias|npx lockstep code User\.emailAlias lists the places in your code that name User's columns)$/m;
const table: Addition = { tables: [{ name: "Extra", columns: [{ name: "label", isRequired: false }] }] };

describe.each([...orms, ...onOthers])("$name", ({ create }) => {
  let app: OrmApp;
  beforeEach(async () => {
    app = await create().open();
  });
  afterEach(() => app.close());

  const written = (output: string) => output.search(/Your database is now in sync|generated successfully/);

  test("the columns of a table that was there, below the ORM's own words; then the command works", async () => {
    app.declare(alias);
    const { code, stdout, output } = await app.generate("AddAlias");
    expect(code, output).toBe(0);
    expect(stdout.match(new RegExp(line, "gm"))).toHaveLength(1);
    expect(written(stdout)).toBeGreaterThan(-1);
    expect(stdout.search(line)).toBeGreaterThan(written(stdout));
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(line);
    const listed = await app.lockstep("code", "--dry-run", "--code", "likely");
    expect(listed.output).toContain("npx lockstep code User.emailAlias");
  });

  test.each<[string, Addition | undefined, string]>([
    ["a new table", table, ""],
    ["code.afterSafe: off", alias, `"off"`],
    ["a terminal is asked, and there is none", alias, `"ask"`],
  ])("%s", async (_, addition, afterSafe) => {
    if (addition !== undefined) app.declare(addition);
    if (afterSafe !== "")
      app.edit("lockstep.config.ts", "defineConfig({", `defineConfig({ code: { afterSafe: ${afterSafe} },`);
    const { code, stdout, output } = await app.generate("AddIt");
    expect(code, output).toBe(0);
    expect(line.test(stdout)).toBe(afterSafe === `"ask"`);
    expect(stdout.includes("Lockstep:")).toBe(afterSafe === `"ask"`);
  });

  test("beside a plan: the column that passes", async () => {
    app.declare({
      columns: [
        { name: "emailAlias", isRequired: false },
        { name: "handle", isRequired: true, fill: "lower(email)" },
      ],
    });
    const { code, stdout, output } = await app.generate("AddBoth");
    expect(code, output).toBe(0);
    expect(stdout).toContain("Written for expand");
    expect(stdout.match(new RegExp(line, "gm"))).toHaveLength(1);
    expect(stdout).not.toContain("code User.handle");
    expect((await app.lockstep("code", "User.emailAlias", "--dry-run", "--json")).stdout).toContain(
      '"User.emailAlias"',
    );
  });

  test("one that stays optional and is unique has a plan without code, or none: the same line, and the same command", async () => {
    app.declare({ columns: [{ name: "emailAlias", isRequired: false, isUnique: true }] });
    const { code, stdout, output } = await app.generate("AddAlias");
    expect(code, output).toBe(0);
    expect(app.plans()).toHaveLength(app.system.buildsIndexesOnline ? 0 : 1);
    expect(stdout.match(new RegExp(line, "gm"))).toHaveLength(1);
    for (const name of [[], ["User.emailAlias"]])
      expect((await app.lockstep("code", ...name, "--dry-run", "--json")).stdout).toContain('"User.emailAlias"');
  });
});
