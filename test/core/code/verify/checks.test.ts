import { expect, test } from "vitest";
import { Checks } from "../../../../core/src/code/verify/checks.js";
import { check, type Files, planned, projectOf, said, tsconfig } from "./project.js";

const user = `export interface User {
  id: number;
  name: string;
}
`;
const widened = user.replace("}", "  handle?: string;\n}");
const mapper = `import type { User } from "./user";

export function show(user: User): { id: number } {
  return { id: user.id };
}
`;
const app = { "tsconfig.json": tsconfig(), "src/user.ts": user, "src/mapper.ts": mapper };
const exact = { errors: [], isExact: true, isChecked: true };

test("an error that an edit adds is told with its line in the edited text", () => {
  const bad = mapper.replace("return", "const two = 2;\n  return").replace("user.id", "user.handle");
  const { errors, isExact } = check(app, { "src/mapper.ts": bad });
  expect(errors).toEqual([
    { file: "src/mapper.ts", line: 5, code: 2339, message: "Property 'handle' does not exist on type 'User'." },
  ]);
  expect(isExact).toBe(true);
});

test("edits are seen together, and one by one over the same project", () => {
  const checks = new Checks(planned(projectOf(app), app));
  const right = mapper
    .replace("{ id: number }", "{ id: number; handle: string }")
    .replace("user.id", 'user.id, handle: user.handle ?? ""');
  const both = new Map([
    ["src/mapper.ts", right],
    ["src/user.ts", widened],
  ]);
  expect(checks.check(both)).toEqual(exact);
  expect(said(checks.check(new Map([["src/mapper.ts", right]])))).toEqual(["src/mapper.ts:4 2339"]);
  expect(checks.check(new Map([["src/user.ts", widened]]))).toEqual(exact);
  expect(checks.check(both)).toEqual(exact);
});

test("a file that nobody edits gets an error by the edit of another", () => {
  const required = user.replace("}", "  handle: string;\n}");
  const files = {
    ...app,
    "src/seed.ts": `import type { User } from "./user";\nexport const first: User = { id: 1, name: "x" };\n`,
  };
  expect(said(check(files, { "src/user.ts": required }))).toEqual(["src/seed.ts:2 2741"]);
  expect(check(files, { "src/user.ts": required }, { watched: [] }).errors).toEqual([]);
});

test("other files are watched from then on", () => {
  const required = new Map([["src/user.ts", user.replace("}", "  handle: string;\n}")]]);
  const files = {
    ...app,
    "src/seed.ts": `import type { User } from "./user";\nexport const first: User = { id: 1, name: "x" };\n`,
    "src/more.ts": `import type { User } from "./user";\nexport const second: User = { id: 2, name: "y" };\n`,
  };
  const checks = new Checks(planned(projectOf(files), files, { watched: ["src/seed.ts"] }));
  expect(said(checks.check(required))).toEqual(["src/seed.ts:2 2741"]);
  checks.watch(["src/more.ts"]);
  expect(said(checks.check(required))).toEqual(["src/more.ts:2 2741"]);
  expect(checks.demands(required)).toMatchObject([{ file: "src/more.ts", line: 2, field: "handle" }]);
  expect(checks.demands(new Map())).toEqual([]);
});

test("old errors do not count, wherever they move and however they print a type now", () => {
  const old = `import type { User } from "./user";
export const a: number = "one";
export const b = (user: User) => user.nothing;
export const c: { nothing: string } = { id: 1, name: "x" } as Pick<User, "id" | "name">;
const row = { id: 1 };
export const d = row.nothing;
`;
  const files = { ...app, "src/old.ts": old };
  const moved = `\n\n${old}`.replace("{ id: 1 };", '{ id: 1, handle: "x" };');
  expect(check(files, { "src/old.ts": moved, "src/user.ts": widened })).toEqual(exact);
});

test("the same error twice where there was one is one new error", () => {
  const line = `export const a = (user: import("./user").User) => user.nothing;\n`;
  const files = { ...app, "src/old.ts": line };
  expect(said(check(files, { "src/old.ts": line + line.replace("const a", "const b") }))).toEqual([
    "src/old.ts:2 2339",
  ]);
});

test("a syntax error that was there, and one that is new", () => {
  const files = { ...app, "src/broken.ts": "export const a = {;\nexport const b = 1;\n" };
  expect(check(files, { "src/broken.ts": `// moved\n${files["src/broken.ts"]}` })).toEqual(exact);
  expect(said(check(files, { "src/mapper.ts": mapper.replace("{ id: user.id }", "{ id: user.id") }))).toContainEqual(
    expect.stringMatching(/^src\/mapper\.ts:\d 1005$/),
  );
});

test("files nobody checks with types are read past", () => {
  const files = { ...app, "openapi.yaml": "a: 1\n", "schema.prisma": "model User {\n}\n", "src/user.d.ts": "oops" };
  expect(check(files, { "openapi.yaml": "a: {\n", "schema.prisma": "model" })).toEqual(exact);
});

test("JavaScript: checked where the config says so", () => {
  const script = `/** @param {import("./user").User} user */\nexport const show = (user) => user.id;\n`;
  const bad = { "src/show.js": script.replace("user.id", "user.handle") };
  const options = (more: object) => {
    const { compilerOptions, ...rest } = JSON.parse(tsconfig());
    return JSON.stringify({ ...rest, compilerOptions: { ...compilerOptions, ...more } });
  };
  const files = { ...app, "src/show.js": script };
  const withConfig = (config: string) => check({ ...files, "tsconfig.json": config }, bad);
  expect(said(withConfig(options({ allowJs: true, checkJs: true })))).toEqual(["src/show.js:2 2339"]);
  expect(withConfig(options({ allowJs: true }))).toEqual(exact);
  expect(withConfig(options({}))).toMatchObject({
    errors: [],
    isExact: false,
    skipped: expect.stringContaining("src/show.js"),
  });
  expect(said(check(files, { "src/show.js": `${script}const (\n` }))).toContainEqual(
    expect.stringContaining("src/show.js:3 "),
  );
});

test("each file by its own config: a test config, a script that none includes", () => {
  const config = { compilerOptions: { noImplicitAny: false, strictNullChecks: true, lib: ["ES2022"], types: [] } };
  const files = {
    ...app,
    "tsconfig.test.json": JSON.stringify({ ...config, include: ["test"] }),
    "test/a.test.ts": `import type { User } from "../src/user";\nexport const f = (user: User, x) => user.id;\n`,
    "scripts/seed.ts": `import type { User } from "../src/user";\nexport const f = (user: User) => user.id;\n`,
  };
  const bad = (file: keyof typeof files) => ({ [file]: files[file].replace("user.id", "user.handle") });
  expect(said(check(files, bad("test/a.test.ts")))).toEqual(["test/a.test.ts:2 2339"]);
  expect(said(check(files, bad("scripts/seed.ts")))).toEqual(["scripts/seed.ts:2 2339"]);
  expect(check(files, { "test/a.test.ts": files["test/a.test.ts"].replace("x)", "x, y)") })).toEqual(exact);
  expect(
    said(check(files, { "scripts/seed.ts": files["scripts/seed.ts"].replace("user: User", "user: User, y") })),
  ).toEqual(["scripts/seed.ts:2 7006"]);
});

test("a repository of packages: references, built output that is older, path aliases", () => {
  const base = {
    target: "ES2022",
    lib: ["ES2022"],
    module: "ESNext",
    moduleResolution: "Bundler",
    strict: true,
    types: [],
  };
  const composite = { ...base, composite: true, rootDir: "src", outDir: "dist" };
  const files: Files = {
    "tsconfig.json": JSON.stringify({
      files: [],
      references: [{ path: "packages/db" }, { path: "apps/api/config.json" }],
    }),
    "packages/db/tsconfig.json": JSON.stringify({ compilerOptions: composite, include: ["src"] }),
    "packages/db/src/index.ts": 'export type { User } from "./user";\n',
    "packages/db/src/user.ts": user,
    // Nobody built it.
    "apps/api/node_modules/@shop/db/package.json": '{ "name": "@shop/db", "types": "dist/index.d.ts" }',
    "apps/api/config.json": JSON.stringify({
      compilerOptions: {
        ...base,
        noEmit: true,
        paths: { "@/*": ["./src/*"], "@shop/db": ["../../packages/db/dist/index.d.ts"] },
      },
      include: ["src"],
      references: [{ path: "../../packages/db" }],
    }),
    "apps/api/src/lib/name.ts": "export const name = (user: { name: string }) => user.name;\n",
    "apps/api/src/show.ts": `import type { User } from "@shop/db";
import { name } from "@/lib/name";
export const show = (user: User) => ({ name: name(user), id: user.id });
`,
  };
  const right = (files["apps/api/src/show.ts"] ?? "").replace("user.id", "user.handle");
  expect(said(check(files, { "apps/api/src/show.ts": right }))).toEqual(["apps/api/src/show.ts:3 2339"]);
  expect(check(files, { "apps/api/src/show.ts": right, "packages/db/src/user.ts": widened })).toEqual(exact);
  const changed = { "apps/api/src/lib/name.ts": "export const name = (user: { name: number }) => user.name;\n" };
  expect(said(check(files, changed))).toEqual(["apps/api/src/show.ts:3 2345"]);

  const root = projectOf(files);
  const app = new Map([["src/show.ts", files["apps/api/src/show.ts"] ?? ""]]);
  const from = new Checks({
    ...planned(`${root}/apps/api`, {}),
    before: app,
    watched: ["../../packages/db/src/user.ts"],
  });
  expect(said(from.check(new Map([["../../packages/db/src/user.ts", user.replace("number", "nothing")]])))).toEqual([
    "../../packages/db/src/user.ts:2 2304",
  ]);
});

test("what every file sees is seen: declarations of the config, also those in code", () => {
  const files = {
    ...app,
    "src/env.d.ts": "declare const region: string;\n",
    "src/globals.ts": "export {};\ndeclare global {\n  interface Shop { id: number }\n}\n",
    "src/use.ts": "export const f = (shop: Shop) => shop.id + region.length;\n",
  };
  const more = { before: new Map([["src/use.ts", files["src/use.ts"]]]), watched: [] };
  expect(said(check(files, { "src/use.ts": files["src/use.ts"].replace("shop.id", "shop.handle") }, more))).toEqual([
    "src/use.ts:1 2339",
  ]);
  expect(check(files, { "src/use.ts": `${files["src/use.ts"]}\n` }, more)).toEqual(exact);
});

test("a config with options that only another compiler knows, or that extends what is not there", () => {
  const config = {
    compilerOptions: { ...JSON.parse(tsconfig()).compilerOptions, fromTheFuture: true, target: "ES2099" },
    include: ["src"],
  };
  const bad = { "src/mapper.ts": mapper.replace("user.id", "user.handle") };
  expect(said(check({ ...app, "tsconfig.json": JSON.stringify(config) }, bad))).toEqual(["src/mapper.ts:4 2339"]);
  const missing = { ...app, "tsconfig.json": JSON.stringify({ extends: "@company/tsconfig", include: ["src"] }) };
  expect(check(missing, bad)).toMatchObject({ errors: [{ code: 2339 }], isExact: false });
  expect(check({ ...app, "tsconfig.json": "{ not json" }, {})).toMatchObject({ errors: [] });
});

test.each([
  ["5.9.3", []],
  ["7.0.2", ["6 7006", "7 2304", "8 2694"]],
])("what a tsconfig leaves open is as TypeScript %s has it", (version, lines) => {
  const files = {
    ...app,
    "tsconfig.json": JSON.stringify({ compilerOptions: { module: "CommonJS" }, include: ["src"] }),
    "node_modules/typescript/package.json": JSON.stringify({ version }),
    "node_modules/@types/region/index.d.ts": "declare const region: string;\n",
    // Found by "exports" where modules are found as bundlers do.
    "node_modules/two/package.json": '{ "types": "old.d.ts", "exports": { "types": "./new.d.ts" } }',
    "node_modules/two/old.d.ts": "export declare const two: { old: 2 };\n",
    "node_modules/two/new.d.ts": "export declare const two: { new: 2 };\n",
  };
  const added = `export const f = (x) => x;\nexport const g = region;\nexport type Old = typeof import("two").two.old;\n`;
  expect(said(check(files, { "src/mapper.ts": mapper + added }))).toEqual(lines.map((line) => `src/mapper.ts:${line}`));
});

test("without a tsconfig only the syntax is checked, and that is said", () => {
  const { "tsconfig.json": _, ...files } = app;
  const bad = mapper.replace("user.id", "user.handle");
  expect(check(files, { "src/mapper.ts": bad })).toEqual({
    errors: [],
    isExact: false,
    isChecked: true,
    skipped: "the project has no tsconfig.json: only the syntax was checked",
  });
  expect(said(check(files, { "src/mapper.ts": mapper.replace("return {", "return") }))).not.toEqual([]);
});

test("without node_modules: own types are checked, what comes from packages is not", () => {
  const service = `import { PrismaClient, type User } from "@prisma/client";
import { z } from "zod";
import { show } from "./mapper";
export const Body = z.object({ name: z.string() });
export async function add(db: PrismaClient, name: string) {
  const user: User = await db.user.create({ data: { name } });
  return show(user);
}
`;
  const files = { ...app, "src/service.ts": service };
  const right = service
    .replace("z.string()", "z.string(), handle: z.string()")
    .replace("{ name } }", '{ name, handle: "x" } }');
  expect(check(files, { "src/service.ts": right })).toEqual({ ...exact, isExact: false });
  const twice = `${right}import { Prisma } from "@prisma/client";\nexport type Input = Prisma.UserCreateInput;\n`;
  expect(check(files, { "src/service.ts": twice })).toEqual({ ...exact, isExact: false });
  expect(said(check(files, { "src/service.ts": `${right}import { x } from "./nowhere";\n` }))).toEqual([
    "src/service.ts:9 2307",
  ]);
  expect(said(check(files, { "src/service.ts": right.replace("show(user)", "show(user).handle") }))).toEqual([
    "src/service.ts:7 2339",
  ]);
});

test("an edit reaches whoever imports it, through others, and whoever sees what it declares for all", () => {
  const files = {
    ...app,
    "src/index.ts": 'export * from "./user";\nexport type Late = typeof import("./late");\n',
    "src/late.ts": "export const late = { id: 1 };\n",
    "src/far.ts":
      'import type { Late, User } from "./index";\nexport const f = (user: User, late: Late) => [user.name, late.late.id];\n',
    "src/loose.ts": "interface Loose { id: number }\n",
    "src/use.ts": "export const g = (loose: Loose) => loose.id;\n",
  };
  const without = (file: keyof typeof files, from: string, to = "") => [file, files[file].replace(from, to)] as const;
  const checks = new Checks(planned(projectOf(files), files));
  const name = without("src/user.ts", "  name: string;\n");
  const id = without("src/late.ts", "id: 1");
  const loose = without("src/loose.ts", "id: number");
  expect(said(checks.check(new Map([name])))).toEqual(["src/far.ts:2 2339"]);
  expect(said(checks.check(new Map([id])))).toEqual(["src/far.ts:2 2339"]);
  expect(said(checks.check(new Map([name, id])))).toEqual(["src/far.ts:2 2339", "src/far.ts:2 2339"]);
  expect(said(checks.check(new Map([loose])))).toEqual(["src/use.ts:1 2339"]);
  expect(checks.check(new Map([without("src/far.ts", "user.name, ")]))).toEqual(exact);
  expect(said(checks.check(new Map([loose, name])))).toEqual(["src/far.ts:2 2339", "src/use.ts:1 2339"]);
});

test("a package of the repository that was built before the edits: its model is unknown, not wrong", () => {
  const built = (fields: string) => `export declare class User { id: number; name: string; ${fields} }\n`;
  const files = {
    "tsconfig.json": tsconfig(),
    "packages/db/package.json": '{ "name": "@shop/db", "types": "dist/user.d.ts" }',
    "packages/db/dist/user.d.ts": built(""),
    "src/show.ts": mapper.replace("./user", "../packages/db"),
  };
  const bad = (name: string) => ({ "src/show.ts": files["src/show.ts"].replace("user.id", `user.${name}`) });
  expect(check(files, bad("handle"))).toEqual({ ...exact, isExact: false });
  expect(said(check(files, bad("handel")))).toEqual(["src/show.ts:4 2339"]);
  const since = { ...files, "packages/db/dist/user.d.ts": built("handle: number") };
  expect(check(since, bad("handle"))).toEqual(exact);
});
