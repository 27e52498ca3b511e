import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { deployMigrations } from "../support/deploy-migrations.js";
import { Engine } from "../support/schema-engine.js";
import { badInputs } from "./cases/bad-input.js";
import { query } from "./databases.js";
import { MatrixProject } from "./project.js";

// What users get wrong: a code, the reason, what to write; and nothing is written. The engine and its hooks are asked what the
// stock CLI asks them; that the CLI shows the answer and ends with 1 is in contract/bad-input, scenarios/guards and others.

let project: MatrixProject;
let development: TestDatabase;
let engine: Engine;

beforeAll(async () => {
  development = await createDatabase("matrix_bad");
  project = new MatrixProject();
  project.writeSchema(new Map(badInputs.map((input) => [input.name, input.before])));
  engine = new Engine(development.url, project.root);
  const init = await engine.between(undefined, project.schema());
  project.write("prisma/migrations/20260101000000_init/migration.sql", init);
  await deployMigrations(development.url, project.migrationsFolder);
  // Not in a migration: what no model declares would be dropped by every change, and no plan has that.
  for (const { setup, rows } of badInputs) await query(development.url, `${setup ?? ""}; ${rows}`);
  await project.git("init", "--quiet", "-b", "main");
  await project.commit("The project");
});
afterAll(async () => {
  await engine?.close();
  project?.dispose();
  await development?.drop();
});

test.each(badInputs.map((input) => [`${input.code}: ${input.name}`, input] as const))("%s", async (_, input) => {
  project.writeConfig(input.fills);
  project.edit("prisma/schema.prisma", input.before, input.after);
  const before = await project.changedFiles();
  const refusal = await engine.refusal(project.migrationsFolder, project.schema());
  const after = await project.changedFiles();
  await project.restore();
  expect(refusal?.split("\n")[0], refusal).toBe(input.code);
  expect(refusal).toContain("Next   ");
  for (const pattern of input.says) expect(refusal).toMatch(pattern);
  expect(after).toEqual(before);
});
