import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, folder, file));
const imports = (file: string) =>
  [
    ...readFileSync(file, "utf8")
      .replace(/^ *\*.*$/gm, "")
      .matchAll(/\b(?:from|import\(?)\s*"([^"]+)"/g),
  ].map((match) => match[1] ?? "");

/** What is in each folder that CONTRIBUTING.md lists, in its order, with what they are for. */
const lists = new Map(
  [...readFileSync(join(root, "CONTRIBUTING.md"), "utf8").matchAll(/^(\S+\/src\/(?:\S+\/)?)\n((?: {2}\S.*\n)+)/gm)].map(
    ([, folder = "", list = ""]) => [
      folder,
      new Map([...list.matchAll(/^ {2}(\S+) *(.*)$/gm)].map(([, each = "", purpose = ""]) => [each, purpose])),
    ],
  ),
);
const codemods = ["core/src/code/", "plugin-prisma/src/codemods/", "plugin-typeorm/src/codemods/"];

test("core and all codemods are listed", () => {
  expect([...lists.keys()].sort()).toEqual(["core/src/", ...codemods].sort());
});

test.each([...lists])("what is in %s is listed, with its purpose", (folder, inner) => {
  const there = readdirSync(join(root, folder), { withFileTypes: true }).filter(({ name }) => name !== "tsconfig.json");
  expect([...inner.keys()].sort()).toEqual(
    there.map((each) => (each.isDirectory() ? `${each.name}/` : each.name)).sort(),
  );
  expect([...inner].filter(([, purpose]) => !/\w{3}/.test(purpose))).toEqual([]);
});

test.each(codemods)("imports in %s point up the list", (folder) => {
  const order = [...(lists.get(folder)?.keys() ?? [])].map((each) => each.replace(/\/$|\.ts$/, ""));
  const folderOf = (file: string) => {
    const path = relative(join(root, folder), file);
    return path.startsWith("..") ? undefined : path.split(/[/\\]/)[0]?.replace(/\.(ts|js)$/, "");
  };
  const wrong = sources(folder).flatMap((file) => {
    const from = folderOf(file) ?? "";
    return imports(file)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => folderOf(resolve(dirname(file), specifier)))
      .filter(
        (to) => to !== undefined && to !== from && !(order.includes(to) && order.indexOf(to) < order.indexOf(from)),
      )
      .map((to) => `${relative(root, file)} imports ${to}`);
  });
  expect(wrong).toEqual([]);
});

const houses = [...(lists.get("core/src/")?.keys() ?? [])].filter((each) => each.endsWith("/"));
const references = (house: string) =>
  (
    JSON.parse(readFileSync(join(root, "core/src", house, "tsconfig.json"), "utf8")) as {
      references: { path: string }[];
    }
  ).references.map(({ path }) => `${path.replace("../", "")}/`);

// What a house imports without a reference is an error of the compiler.
test.each(houses)("%s refers to houses above it alone", (house) => {
  const above = houses.slice(0, houses.indexOf(house));
  expect(references(house).filter((each) => !above.includes(each))).toEqual([]);
});

test("one house alone knows a dialect, and no dialect another", () => {
  // Tools that copy tables are for MySQL alone: so are their commands.
  const knows = (dialect: string) => houses.filter((house) => references(house).includes(dialect));
  expect({ postgresql: knows("postgresql/"), mysql: knows("mysql/") }).toEqual({
    postgresql: ["databases/"],
    mysql: ["databases/", "cli/"],
  });
});

test.each(codemods)("no folder of %s has more files than a newcomer looks through", (folder) => {
  const sizes = [...(lists.get(folder)?.keys() ?? [])]
    .filter((each) => each.endsWith("/"))
    .map((each) => ({ each, size: sources(`${folder}${each}`).length }));
  expect(sizes.length).toBeGreaterThan(3);
  expect(sizes.filter(({ size }) => size > 15)).toEqual([]);
});

test("core never imports a plugin; a plugin uses core's public entries only", () => {
  expect(
    sources("core/src").filter((file) => imports(file).some((specifier) => /plugin-|@lockstep\//.test(specifier))),
  ).toEqual([]);
  const exported = Object.keys(
    (JSON.parse(readFileSync(join(root, "core/package.json"), "utf8")) as { exports: Record<string, unknown> }).exports,
  ).map((entry) => entry.replace(/^\./, "@lockstep/core"));
  const wrong = ["plugin-prisma/src", "plugin-typeorm/src"]
    .flatMap(sources)
    .flatMap((file) =>
      imports(file).filter((specifier) => specifier.includes("lockstep/core") && !exported.includes(specifier)),
    );
  expect(wrong).toEqual([]);
});

test.each([
  "plugin-prisma/dist/bin.js",
  "plugin-prisma/dist/init/project.js",
  "plugin-prisma/dist/intercept/hooks.js",
  "plugin-typeorm/dist/bin.js",
  "plugin-typeorm/dist/detect/find-project.js",
  "plugin-typeorm/dist/intercept/decide.js",
])("the compiler is loaded by the path that needs it, not with %s", (entry) => {
  const core = join(root, "core");
  const { exports } = JSON.parse(readFileSync(join(core, "package.json"), "utf8")) as {
    exports: Record<string, { default: string } | string>;
  };
  const fileOf = (specifier: string, from: string): string | undefined => {
    if (specifier.startsWith(".")) return resolve(dirname(from), specifier);
    const to = exports[specifier.replace("@lockstep/core", ".")];
    return typeof to === "object" ? resolve(core, to.default) : undefined;
  };
  // Built: what is imported for its types alone is gone.
  const loaded = new Map([[join(root, entry), ""]]);
  for (const [file, way] of loaded)
    for (const [, from, specifier = from ?? ""] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export)\b[^;]*?\bfrom "([^"]+)";|^import "([^"]+)";/gm,
    )) {
      const next = fileOf(specifier, file);
      if (next !== undefined && !loaded.has(next)) loaded.set(next, `${way} → ${relative(root, next)}`);
    }
  expect(loaded.size).toBeGreaterThan(10);
  expect(loaded.get(join(core, "dist/code/ast/compiler.js"))).toBeUndefined();
});
