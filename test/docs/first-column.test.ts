import { afterEach, expect, test } from "vitest";
import { prismaApp, typeormApp } from "./apps.js";
import { follow } from "./follow.js";
import { createProject, type Project } from "./project.js";

// "Your first column", typed as it stands there, with the stock commands on real databases.

let project: Project | undefined;
afterEach(() => project?.dispose());

test.each([
  ["first-column-prisma.md", prismaApp, "User", "_prisma_migrations"],
  ["first-column-typeorm.md", typeormApp, "user", "migrations"],
] as const)(
  "%s",
  async (page, app, table, history) => {
    const made = await createProject(app);
    project = made;
    await follow(page, () => made);
    // The last chapter takes contract back, and nothing else.
    expect(
      await made.query(
        "PRODUCTION_DATABASE_URL",
        `SELECT count(*)::int AS rows, count(handle)::int AS handles, count(bio)::int AS bios FROM "${table}"`,
      ),
    ).toEqual([{ rows: 2_000, handles: 2_000, bios: 0 }]);
    expect(await made.type("npx tsc --noEmit")).toBe("");
    // The development database gets the migrations of every phase, too.
    const applied = `SELECT count(*)::int FROM "${history}"`;
    expect(await made.query("DATABASE_URL", applied)).toEqual(await made.query("PRODUCTION_DATABASE_URL", applied));
  },
  900_000,
);
