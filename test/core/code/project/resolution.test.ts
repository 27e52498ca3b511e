import { expect, test } from "vitest";
import { parseSourceFile } from "../../../../core/src/code/ast/source-file.js";
import { createProject } from "../../../../core/src/code/project/project.js";

/** Where an import of a file leads, in a project of these files. Sources need no text; a configuration is its object. */
function resolved(files: Readonly<Record<string, unknown>>, from: string, specifier: string): string | undefined {
  const text = (content: unknown) => (typeof content === "string" ? content : JSON.stringify(content));
  const parsed = Object.entries(files).map(([file, content]) => parseSourceFile(file, text(content)));
  const project = createProject(parsed);
  const file = project.files.find((each) => each.file === from);
  if (file === undefined) throw new Error(`no file ${from}`);
  return project.resolve(file, specifier)?.file;
}

const paths = (map: Record<string, string[]>, more: object = {}) => ({ compilerOptions: { paths: map, ...more } });
const two = { "src/a.ts": "", "src/users/x.ts": "", "lib/users/x.ts": "" };

test("configurations are no candidates", () => {
  const files = ["src/a.ts", "tsconfig.json", "package.json"].map((file) => parseSourceFile(file, "{}"));
  expect(createProject(files).files.map(({ file }) => file)).toEqual(["src/a.ts"]);
});

test.each([
  ["paths", { "tsconfig.json": paths({ "@/*": ["./src/*"] }) }, "@/users/x", "src/users/x.ts"],
  ["with an extension", { "tsconfig.json": paths({ "@/*": ["./src/*"] }) }, "@/users/x.js", "src/users/x.ts"],
  [
    "an exact pattern",
    { "tsconfig.json": paths({ "@x": ["lib/users/x.ts"], "@*": ["src/*"] }) },
    "@x",
    "lib/users/x.ts",
  ],
  [
    "the longest pattern",
    { "tsconfig.json": paths({ "@/*": ["src/*"], "@/l/*": ["lib/*"] }) },
    "@/l/users/x",
    "lib/users/x.ts",
  ],
  ["the second target", { "tsconfig.json": paths({ "@/*": ["gone/*", "lib/*"] }) }, "@/users/x", "lib/users/x.ts"],
  [
    "paths from baseUrl",
    { "tsconfig.json": paths({ "@/*": ["users/*"] }, { baseUrl: "lib" }) },
    "@/x",
    "lib/users/x.ts",
  ],
  ["baseUrl alone", { "tsconfig.json": { compilerOptions: { baseUrl: "./lib" } } }, "users/x", "lib/users/x.ts"],
  ["jsconfig.json", { "jsconfig.json": paths({ "~/*": ["lib/*"] }) }, "~/users/x", "lib/users/x.ts"],
  [
    "comments and trailing commas",
    { "tsconfig.json": '{ // editors\n  "compilerOptions": { "paths": { "@/*": ["lib/*"], }, },\n}' },
    "@/users/x",
    "lib/users/x.ts",
  ],
  [
    "what is extended, from where that stands",
    {
      "tsconfig.json": { extends: ["./gone.json", "./config/base"] },
      "config/base.json": paths({ "@/*": ["../lib/*"] }),
    },
    "@/users/x",
    "lib/users/x.ts",
  ],
  [
    "a template of the folder",
    {
      "tsconfig.json": { extends: "./config/base.json" },
      "config/base.json": paths({ "@/*": [`$${"{configDir}"}/lib/*`] }),
    },
    "@/users/x",
    "lib/users/x.ts",
  ],
  [
    "a configuration beside one that only refers to it",
    {
      "tsconfig.json": { files: [], references: [{ path: "./tsconfig.app.json" }] },
      "tsconfig.app.json": paths({ "@/*": ["lib/*"] }),
    },
    "@/users/x",
    "lib/users/x.ts",
  ],
  [
    "a circle of extends",
    { "tsconfig.json": { extends: "./tsconfig.json", ...paths({ "@/*": ["lib/*"] }) } },
    "@/users/x",
    "lib/users/x.ts",
  ],
])("tsconfig: %s", (_, configs, specifier, expected) => {
  expect(resolved({ ...two, ...configs }, "src/a.ts", specifier)).toBe(expected);
});

test("the nearest configuration counts", () => {
  const files = {
    "apps/a/src/a.ts": "",
    "apps/a/src/x.ts": "",
    "apps/b/src/x.ts": "",
    "apps/a/tsconfig.json": paths({ "@/*": ["./src/*"] }),
    "tsconfig.json": paths({ "@/*": ["./apps/b/src/*"] }),
  };
  expect(resolved(files, "apps/a/src/a.ts", "@/x")).toBe("apps/a/src/x.ts");
  expect(resolved(files, "apps/b/src/x.ts", "@/x")).toBe("apps/b/src/x.ts");
});

test("an alias whose file is no candidate leads to no other one that ends alike", () => {
  const files = { "src/a.ts": "", "apps/b/src/x.ts": "" };
  expect(resolved(files, "src/a.ts", "src/x")).toBe("apps/b/src/x.ts");
  expect(resolved({ ...files, "tsconfig.json": paths({ "src/*": ["./src/*"] }) }, "src/a.ts", "src/x")).toBe(undefined);
});

test("without configuration an alias is matched by its end, where only one file has it", () => {
  expect(resolved({ "src/a.ts": "", "src/x/y.ts": "" }, "src/a.ts", "@/x/y.js")).toBe("src/x/y.ts");
  expect(resolved(two, "src/a.ts", "@/users/x")).toBe(undefined);
});

const monorepo = { "src/a.ts": "", "src/index.ts": "", "src/rows.ts": "", "../../apps/api/src/main.ts": "" };
const workspaces = {
  "../../package.json": { workspaces: ["packages/*", "apps/*"] },
  "../../apps/api/package.json": { name: "api" },
};

test.each([
  ["main, taken back to its source", { main: "./dist/index.js" }, "@acme/db", "src/index.ts"],
  ["types", { types: "dist/index.d.ts" }, "@acme/db", "src/index.ts"],
  ["nothing said", {}, "@acme/db", "src/index.ts"],
  ["a file without exports", {}, "@acme/db/src/rows", "src/rows.ts"],
  ["a file below dist", {}, "@acme/db/dist/rows.js", "src/rows.ts"],
  ["exports of one file", { exports: "./src/index.ts" }, "@acme/db", "src/index.ts"],
  ["conditions", { exports: { types: "./dist/index.d.ts", default: "./dist/index.js" } }, "@acme/db", "src/index.ts"],
  ["paths", { exports: { ".": { import: "./dist/index.mjs" }, "./r": "./dist/rows.js" } }, "@acme/db/r", "src/rows.ts"],
  [
    "a pattern",
    { exports: { "./*": { source: "./src/*.ts", default: "./dist/*.js" } } },
    "@acme/db/rows",
    "src/rows.ts",
  ],
  ["what exports hide", { exports: { ".": "./dist/index.js" } }, "@acme/db/rows", undefined],
  ["another package", {}, "@acme/dbs", undefined],
])("workspace package: %s", (_, manifest, specifier, expected) => {
  const files = { ...monorepo, ...workspaces, "package.json": { name: "@acme/db", ...manifest } };
  expect(resolved(files, "../../apps/api/src/main.ts", specifier)).toBe(expected);
});

test("a package's own folder of output", () => {
  const files = {
    ...monorepo,
    ...workspaces,
    "package.json": { name: "@acme/db", main: "./build/code/index.js" },
    "tsconfig.json": { compilerOptions: { outDir: "./build/code", rootDir: "./src" } },
  };
  expect(resolved(files, "../../apps/api/src/main.ts", "@acme/db")).toBe("src/index.ts");
});

test("who is a member says pnpm-workspace.yaml, or the workspaces of yarn", () => {
  const named = { ...monorepo, "package.json": { name: "db" } };
  const from = "../../apps/api/src/main.ts";
  const pnpm = (text: string) => resolved({ ...named, "../../pnpm-workspace.yaml": text }, from, "db");
  expect(pnpm("packages:\n  # all of them\n  - 'packages/*'\n  - \"apps/**\"\n")).toBe("src/index.ts");
  expect(pnpm("catalog:\n  a: 1\npackages: [apps/*, packages/db]\n")).toBe("src/index.ts");
  expect(pnpm("packages:\n  - apps/*/x\ncatalog:\n  - packages/*\n")).toBe(undefined);
  expect(
    resolved({ ...named, "../../package.json": { workspaces: { packages: ["packages/{db,ui}"] } } }, from, "db"),
  ).toBe("src/index.ts");
  expect(resolved(named, from, "db")).toBe(undefined);
});

test("what a workspace leaves out is no package of it", () => {
  const ui = { "../ui/package.json": { name: "ui" }, "../ui/index.ts": "", ...monorepo };
  const within = (text: string) => resolved({ ...ui, "../../pnpm-workspace.yaml": text }, "src/a.ts", "ui");
  expect(within("packages:\n- packages/*\n- '!packages/db'\n")).toBe("../ui/index.ts");
  expect(within("packages:\n- packages/*\n- '!packages/ui'\n")).toBe(undefined);
  expect(within("packages:\n- '**'\n- '!**/ui'\n")).toBe(undefined);
  expect(within("\uFEFFpackages:\n  [packages/u?]\n")).toBe("../ui/index.ts");
  expect(within("packages:\n- packages/[t-v]i\n")).toBe("../ui/index.ts");
  expect(within("packages:\n- packages/[!t-v]i\n")).toBe(undefined);
});

test("a workspace that begins in the project itself, or below it", () => {
  const files = { "src/a.ts": "", "packages/db/src/index.ts": "", "packages/db/package.json": { name: "db" } };
  expect(resolved({ ...files, "package.json": { workspaces: ["packages/*"] } }, "src/a.ts", "db")).toBe(
    "packages/db/src/index.ts",
  );
  expect(resolved({ ...files, "packages/package.json": { workspaces: ["./db/"] } }, "src/a.ts", "db")).toBe(
    "packages/db/src/index.ts",
  );
});

test("imports of a package's own", () => {
  const files = {
    ...two,
    "package.json": { imports: { "#x": "./lib/users/x.js", "#s/*": { default: "./src/*.js" } } },
  };
  expect(resolved(files, "src/a.ts", "#x")).toBe("lib/users/x.ts");
  expect(resolved(files, "src/a.ts", "#s/users/x")).toBe("src/users/x.ts");
});

test("a file far outside of what is configured", () => {
  expect(resolved({ "../../../other/a.ts": "", "tsconfig.json": {} }, "../../../other/a.ts", "db")).toBe(undefined);
});
