import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNest, type NestProject } from "../support/nest-project.js";

// Production of the NestJS example is looked at in every phase of a plan, and with migrations that only run, because code makes them.
// Every test builds on the one before.

let nest: NestProject;
beforeAll(async () => {
  nest = await createNest("0.3.31");
  await succeeds(nest.lockstep(["init", "--yes", "--no-install"]));
  for (const url of [nest.development, nest.production]) await migrate(url);
});
afterAll(() => nest?.dispose());

const migrate = (url: string) => succeeds(nest.typeorm(["migration:run"], { DATABASE_URL: url }));

async function succeeds(run: Promise<{ readonly code: number; readonly output: string }>): Promise<void> {
  const { code, output } = await run;
  expect(code, output).toBe(0);
}

async function drift(more: Readonly<Record<string, string>> = {}) {
  const { code, stdout, output } = await nest.lockstep(
    ["drift", "--target", "production", "--stage-url", process.env.LOCKSTEP_TEST_PG ?? "", "--json"],
    more,
  );
  expect(stdout, output).toMatch(/^\{/);
  return { code, ...JSON.parse(stdout).targets[0] };
}

async function onProduction(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: nest.production });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

test("a plan is no drift, in any phase", async () => {
  expect(await drift()).toMatchObject({ code: 0, differences: [], replayed: { migrations: 1, by: "statements" } });
  const entity = "src/users/user.entity.ts";
  const member = `/** @lockstep.backfill(lower(email)) */\n  @Column({ type: "varchar", unique: true })\n  handle!: string;`;
  nest.edit(entity, (text) => text.replace(/}\s*$/, `\n  ${member}\n}\n`));
  await succeeds(nest.typeorm(["migration:generate", "src/migrations/AddHandle"]));
  await migrate(nest.production);
  expect(await drift(), "expand").toMatchObject({ code: 0, differences: [], notApplied: [] });
  await succeeds(nest.lockstep(["backfill", "run", "--target", "production"]));
  await nest.commit("Expand");
  await succeeds(nest.lockstep(["next", "--target", "production"]));
  await nest.commit("Switch");
  expect(await drift(), "switch").toMatchObject({ code: 0, differences: [] });
  await succeeds(
    nest.lockstep(["next", "--target", "production", "--confirm", "writers-aware", "--confirm", "reads-steady"]),
  );
  const waiting = await drift();
  expect(waiting).toMatchObject({ code: 0, differences: [] });
  expect(waiting.notApplied.length).toBeGreaterThan(0);
  await migrate(nest.production);
  expect(await drift(), "contract").toMatchObject({
    code: 0,
    differences: [],
    notApplied: [],
    // The class that proves has code around its statement.
    replayed: { by: "orm" },
  });
});

test("migrations that code makes are run by TypeORM itself, but for those that have not run there", async () => {
  nest.write(
    "src/migrations/1899999999999-Loop.ts",
    `import type { MigrationInterface, QueryRunner } from "typeorm";
export class Loop1899999999999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const name of ["a", "b"]) await runner.query("ALTER TABLE users ADD " + name + " text");
  }
  async down(): Promise<void> {}
}
`,
  );
  await migrate(nest.production);
  nest.write(
    "src/migrations/1900000000000-Later.ts",
    `import type { MigrationInterface, QueryRunner } from "typeorm";
export class Later1900000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> { await runner.query("ALTER TABLE users ADD later text"); }
  async down(): Promise<void> {}
}
`,
  );
  const found = await drift();
  expect(found).toMatchObject({
    code: 0,
    differences: [],
    notApplied: ["1900000000000-Later"],
    replayed: { by: "orm" },
  });
  await onProduction(`ALTER TABLE users DROP b`);
  expect(await drift()).toMatchObject({
    code: 1,
    differences: [{ kind: "column", label: "users.b", there: { type: "text" }, plans: [] }],
  });
});

test("what ran there and is not in this checkout is named", async () => {
  await onProduction(`INSERT INTO migrations (timestamp, name) VALUES (1, 'Gone1')`);
  expect(await drift()).toMatchObject({ code: 1, unknown: ["Gone1"] });
});

test("nobody could look: exit code 3, and no password", async () => {
  const away = "postgresql://app:top-secret@127.0.0.1:1/nowhere";
  const found = await drift({ PRODUCTION_DATABASE_URL: away });
  expect(found).toMatchObject({ code: 3, differences: [], error: { code: "LS8004" } });
  expect(JSON.stringify(found)).not.toContain("top-secret");
  const typed = await nest.lockstep(["drift"], { PRODUCTION_DATABASE_URL: away });
  expect(typed.code).toBe(3);
  expect(typed.output).toContain("could not be checked");
  expect(typed.output).not.toContain("top-secret");
});

test("a history that does not run on an empty database is said so", async () => {
  nest.edit("src/migrations/1899999999999-Loop.ts", (text) => text.replace("ADD ", "ADD COLUMN IF EXISTS "));
  const found = await drift();
  expect(found).toMatchObject({ code: 3, error: { code: "LS6702" } });
  expect(found.error.message).toContain("1899999999999-Loop does not run on an empty database");
});
