import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planCodeEdits } from "../../../../core/src/code/run/plan-edits.js";
import { readSourceFiles } from "../../../../core/src/code/sources/source-files.js";
import { intentsOf, lowerEmail, shopModels, transforms } from "../../../plugin-prisma/codemods/phases.js";
import { generatedClients } from "../../../support/generated-clients.js";

let top: string;
let root: string;
const models = shopModels();

const view = (name: string) => `export interface ${name} {
  id: number;
  email: string;
  name: string;
  createdAt: Date;
  updatedAt: Date;
}
`;
const create =
  'import { prisma } from "@acme/db";\n\nexport const add = (email: string) => prisma.user.create({ data: { email, name: email } });\n';

/** The schema is in `packages/db`; who uses it stands in apps beside, and takes the client and types from it by name. */
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "lockstep-roots-"));
  root = join(top, "packages/db");
  const files = {
    ".gitignore": "local.ts\n",
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - apps/*\n",
    "tsconfig.base.json": JSON.stringify({ compilerOptions: { strict: true } }),
    "packages/db/package.json": JSON.stringify({ name: "@acme/db", exports: { ".": "./dist/index.js" } }),
    "packages/db/src/index.ts": 'export * from "./client.js";\n',
    "packages/db/src/client.ts":
      'import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n',
    "packages/db/src/generated/models.ts": view("User"),
    "packages/contracts/package.json": JSON.stringify({ name: "@acme/contracts", main: "lib/index.js" }),
    "packages/contracts/src/index.ts": view("UserView"),
    "packages/contracts/lib/index.js": "exports.UserView = undefined;\n",
    "apps/api/package.json": JSON.stringify({ name: "api" }),
    "apps/api/tsconfig.json": JSON.stringify({
      extends: "../../tsconfig.base.json",
      compilerOptions: { paths: { "#/*": ["./src/*"] } },
    }),
    "apps/api/src/users.ts": create,
    "apps/api/src/show.ts": `import type { User } from "@prisma/client";
import type { UserView } from "@acme/contracts";

export function show(user: User): UserView {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt };
}
`,
    "apps/api/src/local.ts": create,
    "apps/api/src/generated/users.ts": create,
    "apps/api/src/made.ts": `// @generated\n${create}`,
    "apps/api/dist/users.js": create,
    "apps/api/node_modules/x/users.ts": create,
    "apps/api/vendored/users.ts": create,
    "apps/web/src/users.ts": create,
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  }
  symlinkSync(join(generatedClients(), "node_modules"), join(top, "node_modules"), "junction");
  execFileSync("git", ["init", "--quiet"], { cwd: top });
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

async function sources(options: Partial<Parameters<typeof readSourceFiles>[1]>) {
  const files = await readSourceFiles(root, { models: models.slice(0, 1), all: models, ...options });
  return files.map(({ file }) => file).filter((file) => /\.[jt]s$/.test(file));
}

const own = ["src/client.ts", "src/index.ts"];

test("only the project is read, unless further folders are named", async () => {
  expect(await sources({})).toEqual(own);
});

test("further folders are read as the project is: neither ignored, generated, built nor installed files", async () => {
  const vendored = "../../apps/api/vendored/users.ts";
  const api = ["../../apps/api/src/show.ts", "../../apps/api/src/users.ts"];
  expect(await sources({ roots: ["../../apps/api"], exclude: ["**/vendored/**"] })).toEqual([...api, ...own]);
  expect(await sources({ roots: ["../../apps/api/"], exclude: ["../../apps/api/vendored", "src"] })).toEqual(api);
  expect(await sources({ roots: ["../../apps/api"], include: ["../../apps/*/src/s*.ts"] })).toEqual([api[0], ...own]);
  expect(await sources({ roots: ["src"], exclude: [vendored] })).toEqual(own);
});

test("a folder around the project gives each file once, by its shortest path", async () => {
  const found = await sources({ roots: ["../.."], exclude: ["src/client.ts", "**/vendored/**"] });
  expect(found).toEqual([
    "../../apps/api/src/show.ts",
    "../../apps/api/src/users.ts",
    "../../apps/web/src/users.ts",
    "../contracts/lib/index.js",
    "../contracts/src/index.ts",
    "src/index.ts",
  ]);
});

test("code beside the project is edited, and its imports lead through the packages of the workspace", async () => {
  const roots = ["../../apps/api/src", "../contracts"];
  const files = await readSourceFiles(root, { models: models.slice(0, 1), all: models, roots });
  expect(files.map(({ file }) => file).filter((file) => !file.endsWith(".ts"))).toEqual(
    expect.arrayContaining(["../../pnpm-workspace.yaml", "../contracts/package.json", "../../tsconfig.base.json"]),
  );
  const kinds = [...intentsOf.expand, ...intentsOf.switch];
  const intents = kinds.map((kind) => ({ kind, model: "User", field: "handle", value: lowerEmail }));
  const { changes } = await planCodeEdits({ root, files, models, intents, transforms, earlier: [] });
  const after = new Map(changes.map((change) => [change.file, change.after]));
  expect([...after.keys()].sort()).toEqual([
    "../../apps/api/src/show.ts",
    "../../apps/api/src/users.ts",
    "../contracts/src/index.ts",
  ]);
  expect(after.get("../../apps/api/src/users.ts")).toContain("handle: email.toLowerCase()");
  expect(after.get("../../apps/api/src/show.ts")).toContain("handle: user.handle");
  expect(after.get("../contracts/src/index.ts")).toContain("  handle: string;\n");
});
