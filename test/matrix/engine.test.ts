import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { Engine } from "../support/schema-engine.js";
import { model } from "./change.js";
import { MatrixProject } from "./project.js";

// The matrix asks Prisma's engine in its own process whether migrations and model agree: here it answers as the stock CLI does.

let project: MatrixProject;
let database: TestDatabase;
let engine: Engine;
const before = model("User", "id Int @id @default(autoincrement())", "email String @unique");

beforeAll(async () => {
  database = await createDatabase("matrix_engine");
  project = new MatrixProject();
  project.urls = { DATABASE_URL: database.url };
  engine = new Engine(database.url, project.root);
  project.writeSchema(new Map([["user", before]]));
  const sql = await engine.between(undefined, project.schema());
  project.write("prisma/migrations/20260101000000_init/migration.sql", sql);
});
afterAll(async () => {
  await engine?.close();
  project?.dispose();
  await database?.drop();
});

const changes = [
  { name: "no difference", after: before, isEqual: true },
  { name: "a column more", after: before.replace("}", "  size Int?\n}"), isEqual: false },
  { name: "an index less", after: before.replace(" @unique", ""), isEqual: false },
];

test.each(changes)("$name: the same answer as prisma migrate diff", async ({ after, isEqual }) => {
  project.writeSchema(new Map([["user", after]]));
  const sides = ["--from-migrations", "prisma/migrations", "--to-schema", "prisma/schema.prisma"];
  const cli = await project.prisma(["migrate", "diff", ...sides, "--exit-code"]);
  const drift = await engine.drift(project.migrationsFolder, project.schema());
  expect(cli.code).toBe(isEqual ? 0 : 2);
  expect(drift === undefined).toBe(isEqual);
  if (drift !== undefined) expect(cli.stdout.trim()).toContain(drift.trim());
});
