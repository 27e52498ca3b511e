import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RunResult } from "../support/run.js";
import { type Column, type OrmApp, succeeded } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";
import { countUsers } from "./rows.js";
import { newMigrations, withoutHistory } from "./states.js";

// What users get wrong with any ORM: an exit code, a code, the place, what to type; and nothing half-written.

describe.each([...orms, ...onOthers])("$name", ({ create }) => {
  let app: OrmApp;
  beforeAll(async () => {
    app = await create().open();
  });
  afterEach(() => app.discard());
  afterAll(() => app?.close());

  /** @returns what was said */
  async function refused(code: string, exitCode: number, command: () => Promise<RunResult>): Promise<string> {
    const files = app.snapshot();
    const result = await command();
    expect(result.code, result.output).toBe(exitCode);
    expect(result.output).toMatch(new RegExp(`\\b${code}\\b`));
    expect(result.output).toContain("Next   ");
    expect(result.output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    expect(app.snapshot()).toEqual(files);
    return result.output;
  }

  describe("a change that cannot be planned", () => {
    const changes: readonly { name: string; column: Column; code: string; says: RegExp }[] = [
      {
        name: "no fill",
        column: { name: "handle", isRequired: true },
        code: "LS2001",
        says: /User\.handle is required/,
      },
      {
        name: "a fill that yields NULL",
        column: { name: "handle", isRequired: true, fill: "nullif(name, 'User 3')" },
        code: "LS2006",
        says: /id=3/,
      },
    ];
    test.each(changes)("$code: $name", async ({ column, code, says }) => {
      app.declare({ columns: [column] });
      const said = await refused(code, 1, () => app.generate("Bad"));
      expect(said).toMatch(says);
      expect(said).toMatch(new RegExp(`${app.modelFile}:\\d+`));
    });
  });

  describe("with an open plan", () => {
    let migration: string;
    let plan: string;
    beforeAll(async () => {
      const files = app.snapshot();
      app.declare({ columns: [{ name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" }] });
      await succeeded(app.generate("AddHandle"));
      [migration = ""] = newMigrations(app, files);
      [plan = ""] = app.plans();
      await succeeded(app.apply(app.development));
      await succeeded(app.apply(app.production));
      await app.commit("Add handle");
    });
    test("LS3010: a released migration was edited", async () => {
      app.write(migration, app.read(migration).replace(/(["`])handle\b/g, "$1handles"));
      expect(await refused("LS3010", 1, () => app.lockstep("next"))).toContain(migration);
    });

    test("LS3003: a held migration was edited", async () => {
      const held = Object.keys(app.snapshot()).find((file) => file.startsWith(`lockstep/${plan}/held/`)) ?? "";
      app.edit(held, "handle", "handles");
      expect(await refused("LS3003", 1, () => app.lockstep("next"))).toContain(held);
    });

    test("LS3001: the plan was edited", async () => {
      app.edit(`lockstep/${plan}/plan.json`, "lower(email)", "upper(email)");
      await refused("LS3001", 1, () => app.lockstep("next"));
    });

    test("LS4001: files that must be edited have work in progress", async () => {
      app.write("src/users.ts", `// mine\n${app.read("src/users.ts")}`);
      expect(await refused("LS4001", 1, () => app.lockstep("undo", "--yes"))).toContain("src/users.ts");
    });

    test("LS3004: the model drops the column of the plan", async () => {
      app.write(app.modelFile, app.read(app.modelFile).replace(/\n.*@lockstep[\s\S]*?\bhandle\b.*\n/, "\n"));
      expect(app.read(app.modelFile)).not.toContain("handle");
      expect(await refused("LS3004", 1, () => app.generate("Drop"))).toContain(`npx lockstep abandon ${plan}`);
    });

    test("the model and its field were renamed, and kept what the database calls them: the plan follows", async () => {
      const files = app.snapshot();
      await succeeded(app.lockstep("backfill", "run"));
      app.rename();
      await app.commit("Rename");
      const sources = () => withoutHistory(app, app.snapshot());
      expect(Object.values(sources()).join()).toMatch(/omit:|select: false/);
      await succeeded(app.lockstep("next"));
      const read = sources();
      expect(Object.values(read).join()).not.toMatch(/omit:|select: false|handle:/);
      expect(await app.drift(app.production)).toBeUndefined();
      await app.commit("Switch");
      await succeeded(app.lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady"));
      expect(app.read(app.modelFile)).toMatch(/\bslug(!: string;| +String .*@unique)/);
      expect(app.read(app.modelFile)).not.toMatch(/nullable|null;|slug +String\?|@lockstep/);
      expect(app.read("src/users.ts")).toContain("slug:");
      await app.commit("Contract");
      await succeeded(app.lockstep("undo"));
      expect(sources()).toEqual(read);
      await app.commit("Undo");
      await succeeded(app.lockstep("abandon", "--yes"));
      expect(app.read(app.modelFile) + app.read("src/users.ts")).not.toMatch(/slug|handle/);
      app.restore(files);
      await app.commit("As before");
    });

    test("LS5001: the target has another table than the migrations made", async () => {
      await app.system.query(app.production, "ALTER TABLE users DROP COLUMN handle");
      await refused("LS5001", 1, () => app.lockstep("backfill", "run"));
      const files = app.snapshot();
      const next = await app.lockstep("next");
      expect(next.code).not.toBe(0);
      expect(app.snapshot()).toEqual(files);
      expect(await countUsers(app.production, "true")).toBe(50);
    });
  });
});

// No transaction takes back what a unit has done before it is refused: what can be seen is looked at first.
describe.each(onOthers)("$name, a target that refuses", ({ create }) => {
  test("LS7027: nothing is applied, and its remedy lets everything through", async () => {
    const app = await create().open();
    try {
      const query = (sql: string) => app.system.query(app.production, sql);
      app.declare({ columns: [{ name: "handle", isRequired: true, fill: "lower(email)" }] });
      await succeeded(app.generate("AddHandle"));
      await succeeded(app.apply(app.development));
      await app.commit("Add handle");
      await query("ALTER TABLE users ROW_FORMAT=COMPRESSED");
      const refused = await app.lockstep("deploy");
      expect(refused.code, refused.output).toBe(3);
      expect(refused.output).toContain("LS7027");
      expect(refused.output).toContain('✖ "users" has ROW_FORMAT=COMPRESSED');
      expect(await query("SHOW COLUMNS FROM users LIKE 'handle'")).toEqual([]);
      await query("ALTER TABLE users ROW_FORMAT=DYNAMIC");
      await succeeded(app.lockstep("deploy"));
    } finally {
      await app.close();
    }
  });
});
