import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import {
  codeRoots,
  rootsSetting,
  unreadPackages,
  workspacePackages,
} from "../../../../core/src/code/sources/unread-packages.js";
import { shopModels } from "../../../plugin-prisma/codemods/phases.js";

const models = shopModels();
const tops: string[] = [];
afterEach(() => {
  for (const top of tops.splice(0)) rmSync(top, { recursive: true, force: true });
});

const use = 'import type { User } from "@acme/db";\n';
const manifest = (name: string, ...needs: string[]) =>
  JSON.stringify({ name, dependencies: Object.fromEntries(needs.map((need) => [need, "workspace:*"])) });
const packages = {
  "packages/db/package.json": manifest("@acme/db", "@acme/contracts", "@acme/tsconfig"),
  "packages/db/src/index.ts": use,
  "packages/contracts/package.json": manifest("@acme/contracts"),
  "packages/contracts/src/user.ts": "export interface User { id: number }\n",
  "packages/tsconfig/package.json": manifest("@acme/tsconfig"),
  "packages/tsconfig/index.js": "export const user = 1;\n",
  "packages/other/package.json": manifest("@acme/other"),
  "packages/other/src/user.ts": use,
  "apps/api/package.json": manifest("api", "@acme/db"),
  "apps/api/src/users.ts": "export const all = (db) => db.user.findMany();\n",
  "apps/web/package.json": manifest("web", "api"),
  "apps/web/src/users.ts": use,
  "apps/docs/package.json": manifest("docs", "@acme/db"),
  "apps/docs/src/page.ts": "export const title = 1;\n",
};
const npm = { "package.json": JSON.stringify({ workspaces: ["packages/*", "apps/*"] }) };
const everyUse = ["../../apps/api", "../../apps/web"];

test.each([
  ["npm", npm, [], everyUse],
  ["pnpm, leaving one out", { "pnpm-workspace.yaml": "packages:\n  - '*/*'\n  - '!apps/web'\n" }, [], [everyUse[0]]],
  ["some are read", npm, ["../../apps/web"], [everyUse[0]]],
  [
    "by another name, and by its folder",
    {
      ...npm,
      "apps/api/package.json": JSON.stringify({ name: "api", dependencies: { db: "workspace:@acme/db@*" } }),
      "apps/web/package.json": JSON.stringify({ name: "web", optionalDependencies: { db: "file:../../packages/db" } }),
    },
    [],
    everyUse,
  ],
  ["all are read", npm, ["../.."], []],
  ["no workspace", { ".git/HEAD": "" }, [], []],
  ["the project is no member", { "package.json": JSON.stringify({ workspaces: ["apps/*"] }) }, [], []],
] as const)("packages that use the models and are not read: %s", async (_, more, roots, expected) => {
  const top = mkdtempSync(join(tmpdir(), "lockstep-unread-"));
  tops.push(top);
  for (const [file, text] of Object.entries({ ...packages, ...more })) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  }
  expect(await unreadPackages(join(top, "packages/db"), roots, models)).toEqual(expected);
});

test("the setting that reads them keeps those that are there", () => {
  expect(rootsSetting(["../a"], ["../b"])).toBe('code: { roots: ["../a", "../b"] }');
});

test.each([
  ["nothing is configured", {}, everyUse],
  ["code.roots narrows", { roots: ["../../apps/web"] }, ["../../apps/web"]],
  ["code.roots names none", { roots: [] }, []],
  ["code.include says what is read", { include: ["src/**"] }, []],
])("read beside the project: %s", async (_, code, expected) => {
  const top = mkdtempSync(join(tmpdir(), "lockstep-packages-"));
  tops.push(top);
  for (const [file, text] of Object.entries({ ...packages, ...npm })) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  }
  expect(await codeRoots(join(top, "packages/db"), { include: [], ...code }, async () => models)).toEqual(expected);
});

const imports = [{ file: "src/start.ts", text: 'import { run } from "@acme/contracts/run";\n' }];

test.each([
  [
    "knows rows by what it is given",
    "export const run = (source, entity) => source.getRepository(entity).save({});",
    true,
  ],
  ["writes of others in words", 'export const run = () => ({ role: "User", text: "create a user" });', true],
  ["names the entity in a string", 'export const run = (source) => source.getRepository("User").save({});', false],
  ["uses the client's property", "export const run = (client) => client.user.create({ data: {} });", false],
  ["has SQL over the table", 'export const run = (db) => db.query(`INSERT INTO "User" VALUES (1)`);', false],
])("a package of the workspace that %s", async (_, code, isSilent) => {
  const top = mkdtempSync(join(tmpdir(), "lockstep-given-"));
  tops.push(top);
  for (const [file, text] of Object.entries({ ...packages, ...npm, "packages/contracts/src/run.ts": `${code}\n` })) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  }
  const root = join(top, "packages/db");
  expect([...(await workspacePackages(root, imports, models))]).toEqual(isSilent ? ["@acme/contracts"] : []);
});
