import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readClients } from "../../../plugin-prisma/src/schema/clients.js";

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "lockstep-clients-"));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const user = "model User {\n  id Int @id\n  email String\n}\n";
const schema = (output?: string, provider = "prisma-client-js", models = user) =>
  `generator client {\n  provider = "${provider}"\n${output === undefined ? "" : `  output = "${output}"\n`}}\n\n${models}`;

interface Layout {
  readonly root?: string;
  readonly roots?: readonly string[];
  readonly schemaFiles?: readonly string[];
  /** What code imports. Default: every client that a test names. */
  readonly imports?: readonly string[];
  /** The file that does. */
  readonly importer?: string;
}

const named = ["./generated/analytics/client", "@prisma/client", "@prisma/analytics", "@acme/stats-db"];

/** What is found in a repository with these files. */
async function find(files: Readonly<Record<string, string>>, layout: Layout = {}) {
  const {
    root = ".",
    roots = [],
    schemaFiles = ["prisma/schema.prisma"],
    imports = named,
    importer = "src/code.ts",
  } = layout;
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  }
  const project = {
    root: join(top, root),
    migrationsFolder: "prisma/migrations",
    ormVersion: "7.10.0",
    developmentUrl: undefined,
    dialect: "postgresql" as const,
    generatedFolders: [],
    schemaFiles,
  };
  const text = imports.map((specifier) => `import { PrismaClient } from "${specifier}";`).join("\n");
  return readClients(project, { roots, files: [{ file: importer, text }] });
}

test("one schema, of one file or several, is no reason to tell clients apart", async () => {
  const parts = { "prisma/schema/main.prisma": schema("../../src/generated"), "prisma/schema/users.prisma": user };
  expect(await find(parts, { schemaFiles: Object.keys(parts) })).toBeUndefined();
});

test("two schemas, each with an output of its own", async () => {
  const clients = await find({
    "package.json": `{ "name": "shop" }`,
    "prisma/schema.prisma": schema("../src/generated/prisma", "prisma-client"),
    "prisma/analytics.prisma": schema("../src/generated/analytics", "prisma-client"),
  });
  const home = { folder: ".", name: "shop" };
  expect(clients?.own).toEqual({
    schema: "prisma/schema.prisma",
    folders: ["src/generated/prisma"],
    modules: [],
    home,
  });
  expect(clients?.others).toMatchObject([
    { schema: "prisma/analytics.prisma", folders: ["src/generated/analytics"], modules: [], home },
  ]);
  expect(clients?.others[0]?.models.map(({ name }) => name)).toEqual(["User"]);
});

test("the default client beside one among the dependencies, and a schema of several files", async () => {
  const clients = await find({
    "prisma/schema.prisma": schema(),
    "analytics/schema.prisma": schema("../node_modules/@prisma/analytics", undefined, ""),
    "analytics/models/user.prisma": user,
  });
  expect(clients?.own).toMatchObject({ folders: [], modules: ["@prisma/client", ".prisma/client"] });
  const [other, ...more] = clients?.others ?? [];
  expect(other).toMatchObject({ folders: ["node_modules/@prisma/analytics"], modules: ["@prisma/analytics"] });
  expect(other?.models.map(({ name }) => name)).toEqual(["User"]);
  expect(more).toEqual([]);
});

test("an output in the place of the default client is the default client", async () => {
  const clients = await find({
    "prisma/schema.prisma": schema("../src/generated"),
    "prisma/old.prisma": schema("../node_modules/.prisma/client"),
  });
  expect(clients?.others[0]?.modules).toContain("@prisma/client");
});

test("packages of a workspace that each generate the default client", async () => {
  const files = {
    "packages/db/package.json": `{ "name": "@acme/db" }`,
    "packages/db/prisma/schema.prisma": schema(),
    "packages/stats/package.json": `{ "name": "@acme/stats-db" }`,
    "packages/stats/prisma/schema.prisma": schema(),
  };
  const others = [{ home: { folder: "../stats", name: "@acme/stats-db" } }];
  const clients = await find(files, { root: "packages/db", roots: [".."] });
  expect(clients?.own.home).toEqual({ folder: ".", name: "@acme/db" });
  expect(clients?.others).toMatchObject(others);
  // The folder of the apps alone: they import packages beside it.
  const workspace = { ...files, "package.json": `{ "workspaces": ["packages/*", "apps/*"] }` };
  const ofApps = await find(workspace, { root: "packages/db", roots: ["../../apps"] });
  expect(ofApps?.others).toMatchObject(others);
});

test("a client that no code imports has no part in the app", async () => {
  const files = {
    "prisma/schema.prisma": schema("../src/generated/prisma"),
    "examples/shop/package.json": "{}",
    "examples/shop/prisma/schema.prisma": schema(),
    "prisma/analytics.prisma": schema("../src/generated/analytics"),
  };
  expect(await find(files, { imports: ["./generated/prisma/client", "./db"] })).toBeUndefined();
  const clients = await find(files, { imports: ["./generated/prisma/client", "./generated/analytics"] });
  expect(clients?.others).toMatchObject([{ schema: "prisma/analytics.prisma", isLocal: false }]);
  const ofExample = await find(files, { imports: ["@prisma/client"], importer: "examples/shop/src/code.ts" });
  expect(ofExample?.others).toMatchObject([{ schema: "examples/shop/prisma/schema.prisma", isLocal: true }]);
});

test("what generates the same client, copies of a schema and other generators are no other clients", async () => {
  const own = "../src/client";
  expect(
    await find({
      "prisma/schema.prisma": schema(own),
      "prisma/schema.sqlite.prisma": schema(own),
      "src/client/schema.prisma": schema(own),
      "prisma/erd.prisma": schema("./erd", "prisma-erd-generator"),
      "prisma/notes.prisma": user,
      "node_modules/pkg/schema.prisma": schema("./x"),
    }),
  ).toBeUndefined();
});
