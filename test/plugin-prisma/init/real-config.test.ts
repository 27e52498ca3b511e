import { describe, expect, it } from "vitest";
import { isAwaitAccepted } from "../../../plugin-prisma/src/init/top-level-await.js";
import { wrapConfig } from "../../../plugin-prisma/src/init/wrap-config.js";
import { typeErrors } from "../../support/type-errors.js";
import { forms } from "./forms.js";
import { prismaBin, project, run } from "./real-projects.js";

const schema = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n}\n';
const types = ["module", "commonjs"] as const;
const wrapped = (text: string, file: string, isAccepted = true): string => {
  const result = wrapConfig(text, file, { isAwaitAccepted: isAccepted });
  return "after" in result ? result.after : expect.fail("unchanged");
};
/** Says at the end of the config which engine the CLI is about to use. */
const probe = '\nconsole.error("ENGINE=" + process.env.PRISMA_SCHEMA_ENGINE_BINARY);\n';
// One of each kind that Prisma's loader treats in its own way; a start of the CLI takes a second.
const loadable = forms.filter(({ name }) => ["satisfies", "no import", "module.exports", "export ="].includes(name));

describe.each(types)("the stock CLI in a project of type %s", (type) => {
  it.each(loadable)("loads the wrapped form: $name", ({ file, text }) => {
    const files = {
      "package.json": JSON.stringify({ type }),
      "schema.prisma": schema,
      [file]: wrapped(text, file) + probe,
    };
    const present = run(project(files, ["prisma", "@lockstep/prisma"]), prismaBin, ["validate"]);
    expect(present.output).toMatch(/ENGINE=.*schema-engine\.js\n/);
    expect(present).toMatchObject({ status: 0, output: expect.stringContaining("is valid") });
    // Without the package nothing stands in for the engine; any executable keeps the CLI from downloading one.
    const pruned = run(project(files, ["prisma"]), prismaBin, ["validate"], {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    });
    expect(pruned.output).toContain(`ENGINE=${process.execPath}\n`);
    expect(pruned).toMatchObject({ status: 0, output: expect.stringContaining("is valid") });
  });
});

describe("tsc accepts the wrapped config", () => {
  it.each([
    { type: "module", compilerOptions: { module: "nodenext" } },
    { type: "commonjs", compilerOptions: { module: "nodenext" } },
    {
      type: "commonjs",
      compilerOptions: { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" },
    },
    { type: "commonjs", compilerOptions: { module: "preserve", moduleResolution: "bundler" } },
  ])("$type, module $compilerOptions.module", ({ type, compilerOptions }) => {
    const file = "prisma.config.ts";
    const text = forms.find(({ name }) => name === "satisfies")!.text;
    const base = {
      "package.json": JSON.stringify({ type }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, types: ["node"], ...compilerOptions },
      }),
      [file]: text,
    };
    const packages = ["prisma", "@types/node", "typescript", "@lockstep/prisma"];
    const isAccepted = isAwaitAccepted(project(base, packages), file);
    expect(isAccepted).toBe(!(type === "commonjs" && compilerOptions.module !== "preserve"));
    const edited = project({ ...base, [file]: wrapped(text, file, isAccepted) }, packages);
    expect(typeErrors(edited)).toEqual([]);
  });
});
