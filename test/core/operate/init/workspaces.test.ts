import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { project } from "../../../plugin-prisma/init/real-projects.js";
import { publishedModules } from "../../../support/published.js";
import { type RunResult, run } from "../../../support/run.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const bin = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");
const schema = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n}\n';
/** A package with models. */
const models = (folder: string, name: string) => ({
  [`${folder}/package.json`]: JSON.stringify({ name }),
  [`${folder}/prisma.config.ts`]: 'export default { schema: "schema.prisma" };\n',
  [`${folder}/schema.prisma`]: schema,
});
/** One with code on them. */
const code = (folder: string, name: string, needs: object) => ({
  [`${folder}/package.json`]: JSON.stringify({ name, dependencies: needs }),
  [`${folder}/src/users.ts`]: "export const all = (db) => db.user.findMany();\n",
});
const apps = {
  ...code("apps/api", "api", { "@acme/db": "workspace:*" }),
  ...code("apps/web", "web", { api: "catalog:" }),
  ...code("apps/other", "other", { "@acme/ui": "*" }),
};
const pnpm = { "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - apps/*\n" };
const npm = { "package.json": JSON.stringify({ workspaces: ["packages/*", "apps/*"] }), "package-lock.json": "{}" };
const init = (root: string, ...args: string[]): Promise<RunResult> =>
  run(process.execPath, [bin, ...args, "init", "--yes", "--no-install"], { cwd: root });

test.each([
  [
    "pnpm",
    { ...pnpm, "package.json": "{}" },
    "\n  1. cd packages/db && pnpm add --save-dev @lockstep/prisma\n  2. pnpm exec prisma migrate dev   # as always, after you edit your model",
  ],
  [
    "npm",
    npm,
    "\n  1. cd packages/db && npm install --save-dev @lockstep/prisma\n  2. npx prisma migrate dev   # as always, after you edit your model",
  ],
  [
    "yarn, which has the package",
    {
      "package.json": JSON.stringify({
        workspaces: { packages: ["packages/*", "apps/*"] },
        packageManager: "yarn@4.9.1",
        devDependencies: { "@lockstep/prisma": "*" },
      }),
    },
    "   cd packages/db && yarn prisma migrate dev   # as always, after you edit your model",
  ],
])("typed at the top of a workspace of %s, init goes on in the package with the models", async (_, top, next) => {
  const root = project({ ...top, ...models("packages/db", "@acme/db"), ...apps }, ["prisma", "@lockstep/prisma"]);
  roots.push(root);
  const { code: exit, stdout, stderr } = await init(root);
  expect(stderr).toMatch(/^The models are in packages\/db: Lockstep is set up there\.$/m);
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: `Set up: prisma.config.ts, lockstep.config.ts\nLockstep also reads and edits the code in ../../apps/api, ../../apps/web, which uses the models.\nNext${next}\n`,
  });
  expect(readFileSync(join(root, "packages/db/lockstep.config.ts"), "utf8")).not.toContain("roots");
  const status = await run(process.execPath, [bin, "status"], { cwd: root });
  expect(status.stderr).toMatch(/^LS8001 .*. The only one is in packages\/db$/m);
  expect(status.stderr).toMatch(/^Next {3}cd packages\/db && (?:pnpm exec|npx|yarn) lockstep status$/m);
});

test("of several packages with models it names each, with the command", async () => {
  const files = { ...npm, ...models("apps/a", "a"), ...models("packages/db", "@acme/db") };
  const root = project(files, ["prisma", "@lockstep/prisma"]);
  roots.push(root);
  const { code: exit, output } = await init(root);
  expect(exit).toBe(2);
  expect(output).toContain("LS8005 Several packages of this workspace have models: apps/a, packages/db.");
  expect(output).toContain("Next   npx lockstep --cwd apps/a init\n       npx lockstep --cwd packages/db init");
  const chosen = await init(root, "--cwd", "apps/a");
  expect(chosen.output).toContain(
    "Next\n  1. cd apps/a && npm install --save-dev @lockstep/prisma\n  2. npx prisma migrate dev   # as always, after you edit your model",
  );
  expect(existsSync(join(root, "apps/a/lockstep.config.ts"))).toBe(true);
});

test.each([
  ["6.19.3", 0, "Set up: prisma.config.ts, lockstep.config.ts"],
  ["6.10.1", 2, "Next\n  1. cd packages/db && pnpm add --save-dev prisma@6.19.3\n  2. pnpm exec lockstep init"],
])("a package of Prisma %s without a Prisma config is found from the top", async (version, exit, line) => {
  const files = {
    "packages/db/package.json": JSON.stringify({ name: "@acme/db", devDependencies: { prisma: "6" } }),
    "packages/db/prisma/schema.prisma": schema,
  };
  const root = project({ ...pnpm, "package.json": "{}", ...files, ...apps }, ["prisma", "@lockstep/prisma"]);
  roots.push(root);
  const args = [bin, "init", "--yes", "--no-install"];
  const { code: status, output } = await run(process.execPath, args, {
    cwd: root,
    env: { LOCKSTEP_PRISMA_VERSION: version },
  });
  expect(`${output}\n`).toContain(`${line}\n`);
  expect(status).toBe(exit);
});

test("without any, the error is that of the folder", async () => {
  const root = project({ ...npm, ...code("apps/api", "api", {}) }, ["prisma", "@lockstep/prisma"]);
  roots.push(root);
  expect(await init(root)).toMatchObject({ code: 2, output: expect.stringMatching(/^LS8001 /) });
});
