import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { needsProgram } from "../../../../core/src/operate/init/config-form.js";
import { install } from "../../../../core/src/operate/init/install.js";
import { project } from "../../../plugin-prisma/init/real-projects.js";
import { publishedModules } from "../../../support/published.js";
import { run } from "../../../support/run.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const bin = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");
const config = 'export default { schema: "schema.prisma" };\n';
const files = {
  "package.json": '{ "name": "app" }\n',
  "prisma.config.ts": config,
  "schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n}\n',
};

// That it installs what is there is shown in test/packed.
test("what cannot be installed is told, with nothing written that would need it", async () => {
  const registry = createServer((_, response) => void response.writeHead(404).end());
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  const npmrc = `@lockstep:registry=http://127.0.0.1:${(registry.address() as AddressInfo).port}/\nfetch-retries=0\n`;
  const root = project({ ...files, ".npmrc": npmrc }, ["prisma"]);
  roots.push(root);
  const init = (...args: string[]) => run(process.execPath, [bin, "init", ...args], { cwd: root });
  const failed = await init("--yes");
  registry.close();
  expect(failed.code).toBe(3);
  expect(failed.stderr).toContain("Running npm install --save-dev @lockstep/prisma\n");
  expect(failed.stdout).toContain(
    "No file was written: npm install --save-dev @lockstep/prisma failed.\nNext\n  1. npm install --save-dev @lockstep/prisma\n  2. npx @lockstep/prisma init\n",
  );
  expect(readFileSync(join(root, "prisma.config.ts"), "utf8")).toBe(config);
  expect(existsSync(join(root, "lockstep.config.ts"))).toBe(false);
  // Nothing is fetched that nobody said yes to.
  const written = await init();
  expect(written.code).toBe(0);
  expect(written.stderr).not.toContain("Running");
  expect(written.stdout).toContain(
    "Next\n  1. npm install --save-dev @lockstep/prisma\n  2. npx prisma migrate dev   # as always, after you edit your model",
  );
  // Typed once more before that has run, it says the same, and not that the file is wrong.
  expect((await init("--yes", "--no-install")).stderr).toMatch(
    /^LS8002 .*\n(?:.*\n)*Next {3}npm install --save-dev @lockstep\/prisma$/m,
  );
  writeFileSync(join(root, "package.json"), '{ "devDependencies": { "@lockstep/prisma": "1" } }');
  expect((await init("--yes", "--no-install")).stderr).toMatch(/^LS8002 .*\n(?:.*\n)*Next {3}npm install$/m);
});

test("of several packages it says which are installed", async () => {
  const root = project(
    { "package.json": '{ "name": "app" }\n', "a/package.json": '{ "name": "a", "version": "1.0.0" }' },
    [],
  );
  roots.push(root);
  const started: string[] = [];
  const packages = [
    { name: "./a", kind: "dev" },
    { name: "./missing", kind: "prod" },
    { name: "./never", kind: "prod" },
  ] as const;
  const { installed, failed } = await install(root, packages, { PATH: process.env.PATH }, (each) => started.push(each));
  expect([installed, started, failed?.command]).toEqual([
    ["./a"],
    ["npm install --save-dev ./a", "npm install --save-prod ./missing"],
    "npm install --save-prod ./missing",
  ]);
  expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).toMatchObject({
    devDependencies: { a: "file:a" },
  });
});

// A linter that prints its settings, as ESLint does.
test.each<[string, object | undefined, boolean]>([
  ["flat, with types", { languageOptions: { parserOptions: { projectService: true } } }, true],
  ["flat, without", { languageOptions: { parserOptions: {} } }, false],
  ["eslintrc", { parserOptions: { project: ["./tsconfig.json"] } }, true],
  [
    "a default project",
    { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["./*.config.ts"] } } } },
    false,
  ],
  [
    "a default project for others",
    { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js"] } } } },
    true,
  ],
  ["an ignored file", undefined, false],
])("%s", (_, printed, expected) => {
  const root = project(
    {
      "package.json": '{ "devDependencies": { "eslint": "9" } }',
      "eslint.config.mjs": "export default [];\n",
      "node_modules/eslint/package.json": '{ "name": "eslint" }',
      "node_modules/eslint/bin/eslint.js": `console.log(${JSON.stringify(String(JSON.stringify(printed)))});\n`,
    },
    [],
  );
  roots.push(root);
  expect(needsProgram(root, "lockstep.config.ts")).toBe(expected);
});
