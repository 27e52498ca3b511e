import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { Engine } from "../support/schema-engine.js";
import { badInputs } from "./cases/bad-input.js";
import { query } from "./databases.js";
import { MatrixProject } from "./project.js";

// What users get wrong, through the stock CLI: exit code 1, a code, the reason; and nothing is written.

let project: MatrixProject;
let development: TestDatabase;

beforeAll(async () => {
  development = await createDatabase("matrix_bad");
  project = new MatrixProject();
  project.urls = { DATABASE_URL: development.url, PRODUCTION_DATABASE_URL: development.url };
  project.writeSchema(new Map(badInputs.map((input) => [input.name, input.before])));
  const engine = new Engine(development.url, project.root);
  const setup = badInputs.map((input) => `${input.setup ?? ""};`).join("\n");
  project.write(
    "prisma/migrations/20260101000000_init/migration.sql",
    `${await engine.between(undefined, project.schema())}\n${setup}`,
  );
  await engine.close();
  await project.git("init", "--quiet", "-b", "main");
  const deploy = await project.prisma(["migrate", "deploy"]);
  expect(deploy.code, deploy.output).toBe(0);
  for (const { rows } of badInputs) await query(development.url, rows);
  await project.commit("The project");
});
afterAll(async () => {
  project?.dispose();
  await development?.drop();
});

test.each(badInputs.map((input) => [`${input.code}: ${input.name}`, input] as const))("%s", async (_, input) => {
  project.writeConfig(input.fills);
  await project.commit("The config");
  project.edit("prisma/schema.prisma", input.before, input.after);
  const migrations = project.migrations();
  const dev = await project.prisma(["migrate", "dev", "--name", "bad"]);
  const changed = await project.changedFiles();
  await project.restore();
  expect(dev.code, dev.output).toBe(1);
  expect(dev.output).toContain(input.code);
  for (const pattern of input.says) expect(dev.output).toMatch(pattern);
  expect(changed).toEqual([" M prisma/schema.prisma"]);
  expect(project.migrations()).toEqual(migrations);
});
