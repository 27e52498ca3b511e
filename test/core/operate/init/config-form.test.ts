import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { loadConfig } from "../../../../core/src/config/load.js";
import { configForm } from "../../../../core/src/operate/init/config-form.js";
import { configText } from "../../../../core/src/operate/init/config-text.js";
import { project } from "../../../plugin-prisma/init/real-projects.js";
import { typeErrors } from "../../../support/type-errors.js";

const old = { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" };
const esm = { type: "module" };
const emitted = { noEmit: false, outDir: "dist" };

test.each<[shape: string, form: string, manifest: object, options: object, more?: object]>([
  ["a module", "ts", esm, { module: "nodenext", exactOptionalPropertyTypes: true, isolatedModules: true }],
  ["a bundler's", "ts", {}, { module: "preserve", verbatimModuleSyntax: true }],
  ["files elsewhere", "ts", {}, { ...old, ...emitted, rootDir: "src" }, { include: ["src"] }],
  ["files by name", "ts", {}, { ...old, ...emitted, rootDir: "src" }, { files: ["src/main.ts"] }],
  ["everything, into the same places", "ts", esm, { module: "nodenext", ...emitted, rootDir: "." }],
  ["modules that are no modules", "mts", {}, { module: "node16" }],
  [
    "declarations of everything",
    "mjs",
    {},
    { ...old, ...emitted, isolatedDeclarations: true, declaration: true, rootDir: "." },
  ],
  ["CommonJS as it is written", "mjs", {}, { ...old, verbatimModuleSyntax: true }],
  ["nothing outside of rootDir", "mjs", {}, { ...old, ...emitted, rootDir: "src" }, { include: ["**/*"] }],
  [
    "JavaScript, none outside of rootDir",
    "json",
    {},
    { ...old, ...emitted, allowJs: true, rootDir: "src" },
    { include: ["**/*"] },
  ],
])("the configuration beside a tsconfig that has %s", async (_, form, manifest, options, more = {}) => {
  const packages = ["@lockstep/prisma", "@lockstep/core", "typescript"];
  const files = {
    "package.json": JSON.stringify(manifest),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2022",
        lib: ["es2022"],
        noEmit: true,
        skipLibCheck: true,
        types: [],
        ...options,
      },
      ...more,
    }),
    "src/main.ts": "const one: number = 1;\none.toFixed();\n",
  };
  const root = project(files, packages);
  const before = { errors: typeErrors(root), main: outputOf(root) };
  expect(before.errors).toEqual([]);
  const first = "@lockstep/prisma";
  const folder = fileURLToPath(new URL("../../../../plugin-prisma", import.meta.url));
  const file = configForm(root, first, folder);
  expect(file).toBe(`lockstep.config.${form}`);
  // The same where the package is not installed yet.
  expect(configForm(project(files, ["typescript"]), first, folder)).toBe(file);
  writeFileSync(join(root, file), configText(file, first));
  expect({ errors: typeErrors(root), main: outputOf(root) }).toEqual(before);
  expect(await loadConfig(root)).toEqual({
    targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } },
  });
  rmSync(root, { recursive: true });
});

/** Where the compiler writes the program to. */
function outputOf(root: string): readonly string[] {
  const file = join(root, "tsconfig.json");
  const parsed = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, root, {}, file);
  return ts.getOutputFileNames(parsed, join(root, "src/main.ts"), false);
}
