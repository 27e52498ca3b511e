import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { commandsHere, commandsInJson, commandsInRepository } from "../../../../core/src/base/files/commands-here.js";

const tops: string[] = [];
afterEach(() => {
  for (const top of tops.splice(0)) rmSync(top, { recursive: true, force: true });
});

const installed = { "node_modules/@lockstep/prisma/package.json": "{}" };
const pnpm = { "package.json": '{ "packageManager": "pnpm@10.4.1" }' };
const all = "npx lockstep next, npx prisma generate, npx tsc --noEmit";

test.each<[string, Record<string, string>, string, string]>([
  ["npm", { ...installed, "package-lock.json": "" }, all, all],
  ["npm, not installed yet", {}, all, "npx @lockstep/prisma next, npx prisma generate, npx tsc --noEmit"],
  [
    "pnpm by package.json",
    { ...installed, ...pnpm, "package-lock.json": "" },
    all,
    "pnpm exec lockstep next, pnpm exec prisma generate, pnpm exec tsc --noEmit",
  ],
  ["pnpm, not installed yet", { "pnpm-lock.yaml": "" }, "npx lockstep init", "pnpm dlx @lockstep/prisma init"],
  ["yarn", { ...installed, "yarn.lock": "" }, all, "yarn lockstep next, yarn prisma generate, yarn tsc --noEmit"],
  [
    "yarn with Plug'n'Play",
    { ".pnp.cjs": "", "yarn.lock": "", "package.json": '{ "devDependencies": { "@lockstep/prisma": "1" } }' },
    "npx lockstep next",
    "yarn lockstep next",
  ],
  ["bun", { ...installed, "bun.lock": "" }, "npx lockstep next", "bunx lockstep next"],
  ["adding with npm", {}, "npm install --save-dev @lockstep/prisma.", "npm install --save-dev @lockstep/prisma."],
  ["adding with pnpm", pnpm, "npm install --save-prod a; then", "pnpm add a; then"],
  [
    "adding to the top of a workspace",
    { "pnpm-workspace.yaml": "" },
    "npm install --save-dev a",
    "pnpm add -w --save-dev a",
  ],
  ["installing with pnpm", pnpm, "Next   npm install", "Next   pnpm install"],
  ["adding with yarn", { "yarn.lock": "" }, "npm install --save-dev a", "yarn add --dev a"],
  [
    "what only looks like one",
    pnpm,
    "my-npx lockstep, npx lockstep-tools, npx other, npx prismatic",
    "my-npx lockstep, npx lockstep-tools, npx other, npx prismatic",
  ],
  ["a change that is shown", { ...installed, ...pnpm }, "+-- npx lockstep plan\n  x", "+-- npx lockstep plan\n  x"],
])("commands in a project of %s", (_, files, text, expected) => {
  const root = projectOf(files);
  expect(commandsHere(text, { cwd: root, packageName: "@lockstep/prisma", env: {} })).toBe(expected);
  expect(commandsInJson({ next: [text], rows: 3 }, { cwd: root, packageName: "@lockstep/prisma", env: {} })).toEqual({
    next: [expected],
    rows: 3,
  });
});

test.each([
  [{ "pnpm-lock.yaml": "" }, "- `pnpm exec lockstep status` — `pnpm exec prisma migrate deploy`"],
  [{ "package-lock.json": "" }, "- `npx lockstep status` — `npx prisma migrate deploy`"],
  [{}, "- `npx lockstep status` — `npx prisma migrate deploy`"],
])("a file of the repository has the commands of its package manager, installed or not: %s", (files, expected) => {
  const text = "- `npx lockstep status` — `npx prisma migrate deploy`";
  expect(commandsInRepository(text, projectOf(files as Record<string, string>))).toBe(expected);
});

test("what the process was started by counts where the repository says nothing", () => {
  const env = { npm_config_user_agent: "pnpm/10.4.1 npm/? node/v22.0.0 linux x64" };
  const say = (files: Record<string, string>) =>
    commandsHere("npx prisma generate", { cwd: projectOf(files), packageName: "@lockstep/prisma", env });
  expect([say({}), say({ "package-lock.json": "" })]).toEqual(["pnpm exec prisma generate", "npx prisma generate"]);
});

test.each<[string, string, string, Record<string, string>]>([
  ["the same", "packages/db", "", {}],
  ["above", "", "cd packages/db && ", {}],
  ["below", "packages/db/src", "cd .. && ", {}],
  ["beside", "apps/web", "cd ../../packages/db && ", {}],
  ["above, through a script of the package", "packages/db", "cd packages/db && ", { INIT_CWD: "" }],
  ["elsewhere when a runner was started", "packages/db", "", { INIT_CWD: "elsewhere" }],
])("the folder, typed in one that is %s", (_, cwd, way, env) => {
  const top = projectOf({ ...installed, "packages/db/package.json": "{}" });
  const shell = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, join(top, value)]));
  const reading = { cwd: join(top, cwd), root: join(top, "packages/db"), packageName: "", env: shell };
  expect(
    commandsHere("Look.\nNext   npx prisma generate, then: npx lockstep next\nLOCKSTEP=off npm run migrate", reading),
  ).toBe(`Look.\nNext   ${way}npx prisma generate, then: npx lockstep next\n${way}LOCKSTEP=off npm run migrate`);
});

function projectOf(files: Record<string, string>): string {
  const top = mkdtempSync(join(tmpdir(), "lockstep-commands-"));
  tops.push(top);
  for (const [file, text] of Object.entries({ ".git/HEAD": "", ...files })) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), text);
  }
  return top;
}
