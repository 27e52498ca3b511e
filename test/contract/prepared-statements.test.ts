import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Addition, OrmApp } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";

// A safe column breaks deployed code where a prepared statement returns `*`: that is reported when the migration is generated.

const safe: Addition = { columns: [{ name: "emailAlias", isRequired: false }] };
const planned: Addition = { columns: [{ name: "handle", isRequired: true, fill: "lower(email)" }] };
const text = "SELECT * FROM users WHERE id = $1";
const code = `interface Pool {
  query(config: object): Promise<unknown>;
}

export function findUser(pool: Pool, id: number) {
  return pool.query({ name: "find-user", text: "${text}", values: [id] });
}
`;
const report = `Lockstep: 1 prepared statement fails on open connections once this migration has run
  src/find.ts:6  findUser: SELECT * FROM users WHERE id = $1
`;

let app: OrmApp;
afterEach(() => app.close());

describe.each(orms)("$name", ({ create }) => {
  beforeEach(async () => {
    app = await create().open();
    app.write("src/find.ts", code);
  });

  test.each([
    ["a safe column", safe],
    ["a planned column", planned],
  ])("%s: what is reported fails on an open connection, and what is advised works", async (_, addition) => {
    app.declare(addition);
    const { code: exitCode, stdout, output } = await app.generate("AddIt");
    expect(exitCode, output).toBe(0);
    expect(stdout.split(report)).toHaveLength(2);
    const [plan] = app.plans();
    expect(plan !== undefined).toBe(addition === planned);
    if (plan !== undefined) {
      expect(app.read(`lockstep/${plan}/README.md`)).toContain(
        "- [ ] `src/find.ts:6` findUser: prepared SQL over users — returns `*` and stays prepared.",
      );
    }
    expect(app.read("src/find.ts")).toBe(code);

    const open = new pg.Client({ connectionString: app.production });
    await open.connect();
    const asReported = { name: "find-user", text, values: [1] };
    const listed = { name: "find-listed", text: "SELECT id, email, name FROM users WHERE id = $1", values: [1] };
    const unnamed = { text, values: [1] };
    try {
      for (const query of [asReported, listed, unnamed]) expect((await open.query(query)).rows).toHaveLength(1);
      expect((await app.apply(app.production)).code).toBe(0);
      await expect(open.query(asReported)).rejects.toMatchObject({ code: "0A000" });
      for (const query of [listed, unnamed]) expect((await open.query(query)).rows).toHaveLength(1);
    } finally {
      await open.end();
    }
    const reopened = new pg.Client({ connectionString: app.production });
    await reopened.connect();
    expect((await reopened.query(asReported)).rows).toHaveLength(1);
    await reopened.end();
  });

  test("code.afterSafe: off hides no statement that fails, and without a name there is none", async () => {
    app.edit("lockstep.config.ts", "defineConfig({", `defineConfig({ code: { afterSafe: "off" },`);
    app.declare(safe);
    expect((await app.generate("AddAlias")).stdout).toContain(report);
    app.write("src/find.ts", code.replace('name: "find-user", ', ""));
    app.declare({ columns: [{ name: "city", isRequired: false }] });
    const { stdout } = await app.generate("AddCity");
    expect(stdout).not.toContain("Lockstep");
  });

  test("`code` lists it for a column without a plan", async () => {
    app.declare(safe);
    expect((await app.generate("AddAlias")).code).toBe(0);
    const { stdout } = await app.lockstep("code", "User.emailAlias", "--dry-run", "--all");
    expect(stdout).toContain("findUser: prepared SQL over users");
  });
});

describe.each(onOthers)("$name", ({ create }) => {
  test("prepares a statement again by itself: nothing is reported", async () => {
    app = await create().open();
    app.write("src/find.ts", code.replace("$1", "?"));
    app.declare(safe);
    const { code: exitCode, stdout } = await app.generate("AddAlias");
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("prepared");
  });
});
