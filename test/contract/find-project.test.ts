import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LockstepCommands } from "../support/lockstep-commands.js";
import type { OrmApp } from "./orm-app.js";
import { olderOrms, orms } from "./orms.js";

// Each plugin finds the projects of its own ORM, from anywhere in them, and no others.

describe.each([...orms, ...olderOrms])("$name", ({ name, plugin, create }) => {
  let app: OrmApp;
  beforeAll(() => {
    app = create();
  });
  afterAll(() => app.close());

  test.each(["", "src"])("is found from folder '%s', with its migrations", async (folder) => {
    const project = await plugin.findProject(join(app.root, folder));
    expect(project).toMatchObject({ root: app.root, migrationsFolder: app.migrationsFolder });
    expect(name).toContain(project.ormVersion);
    const [first = "", ...rest] = plugin.listMigrations(project);
    expect(rest).toEqual([]);
    expect(Object.keys(app.snapshot())).toContain(plugin.migrationPath(project, first));
  });

  test.each(orms.filter((other) => other.plugin !== plugin).map((other) => ({ other })))(
    "LS8001 in a project of $other.name",
    async ({ other }) => {
      const foreign = other.create();
      await expect(plugin.findProject(foreign.root)).rejects.toMatchObject({ code: "LS8001" });
      await foreign.close();
    },
  );
});

test("LS8001 where there is no project of any ORM", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-nothing-"));
  const commands = new LockstepCommands(folder);
  for (const { plugin } of orms) await expect(plugin.findProject(folder)).rejects.toMatchObject({ code: "LS8001" });
  const status = await commands.run(["status"], {});
  expect(status.code).toBe(2);
  expect(status.stderr).toMatch(/^LS8001 /);
  expect(status.stderr).toMatch(/prisma\.config\.ts.*typeorm/);
  expect(status.stdout).toBe("");
  commands.close();
  rmSync(folder, { recursive: true });
});
