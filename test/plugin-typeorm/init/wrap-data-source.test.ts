import { afterAll, describe, expect, it } from "vitest";
import { findProject as openedProject } from "../../../core/src/cli/workspace.js";
import { loadConfig } from "../../../core/src/config/load.js";
import { firstFiles } from "../../../core/src/operate/init/first-files.js";
import { findProject } from "../../../plugin-typeorm/src/detect/find-project.js";
import { wrapDataSource } from "../../../plugin-typeorm/src/init/wrap-data-source.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

const projects: TypeormFixture[] = [];
afterAll(() => {
  for (const project of projects) project.dispose();
});

describe("a data source that is wrapped", () => {
  it.each([
    [
      "a default export",
      `import { DataSource } from "typeorm";\n\nexport default new DataSource({ type: "postgres" });\n`,
      `import { DataSource } from "typeorm";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\n\nexport default withLockstep(new DataSource({ type: "postgres" }));\n`,
    ],
    [
      "a constant, in another style",
      `import 'reflect-metadata'\r\nimport { DataSource } from 'typeorm'\r\nimport { User } from './user'\r\n\r\nexport const AppDataSource = new DataSource(options)\r\n`,
      `import 'reflect-metadata'\r\nimport { DataSource } from 'typeorm'\r\nimport { withLockstep } from '@lockstep/typeorm-wrapper'\r\nimport { User } from './user'\r\n\r\nexport const AppDataSource = withLockstep(new DataSource(options))\r\n`,
    ],
    [
      "CommonJS",
      `const { DataSource } = require("typeorm");\nmodule.exports = { ds: new DataSource({}) };\n`,
      `const { DataSource } = require("typeorm");\nconst { withLockstep } = require("@lockstep/typeorm-wrapper");\nmodule.exports = { ds: withLockstep(new DataSource({})) };\n`,
    ],
    [
      "a promise",
      `import * as orm from "typeorm";\nexport default (async () => new orm.DataSource(await options()))();\n`,
      `import * as orm from "typeorm";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\nexport default (async () => withLockstep(new orm.DataSource(await options())))();\n`,
    ],
    [
      "from a function",
      `import { getDataSource } from "./factory";\n\nexport const dataSource = getDataSource();\n`,
      `import { getDataSource } from "./factory";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\n\nexport const dataSource = withLockstep(getDataSource());\n`,
    ],
    [
      "from a function, among other things that are exported",
      `import { DataSource } from "typeorm";\nimport { load, make } from "./make";\nexport const settings = load();\nconst db: DataSource = await make(settings);\nexport { db };\n`,
      `import { DataSource } from "typeorm";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\nimport { load, make } from "./make";\nexport const settings = load();\nconst db: DataSource = withLockstep(await make(settings));\nexport { db };\n`,
    ],
    [
      "one of two",
      `import { a, b } from "./sources";\nconst dataSource = process.env.CI ? a() : b;\nexport default dataSource;\n`,
      `import { a, b } from "./sources";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\nconst dataSource = withLockstep(process.env.CI ? a() : b);\nexport default dataSource;\n`,
    ],
    [
      "a promise from a function",
      `import { makeDataSource } from "./make";\nexport default makeDataSource();\n`,
      `import { makeDataSource } from "./make";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\nexport default withLockstep(makeDataSource());\n`,
    ],
    [
      "behind a byte order mark, without an import",
      `\uFEFFmodule.exports = makeDataSource();\n`,
      `\uFEFFconst { withLockstep } = require("@lockstep/typeorm-wrapper");\n\nmodule.exports = withLockstep(makeDataSource());\n`,
    ],
    [
      "export =",
      `import typeorm = require("typeorm");\nimport make = require("./make");\nconst ds = make(typeorm);\nexport = ds;\n`,
      `import typeorm = require("typeorm");\nimport lockstep = require("@lockstep/typeorm-wrapper");\nimport make = require("./make");\nconst ds = lockstep.withLockstep(make(typeorm));\nexport = ds;\n`,
    ],
    [
      "CommonJS, from a function",
      `const { getDataSource } = require("./factory");\nmodule.exports = { dataSource: getDataSource(), close };\n`,
      `const { getDataSource } = require("./factory");\nconst { withLockstep } = require("@lockstep/typeorm-wrapper");\nmodule.exports = { dataSource: withLockstep(getDataSource()), close };\n`,
    ],
    [
      "a factory's file",
      `import { DataSource } from "typeorm";\nexport function getDataSource() {\n  return new DataSource(options());\n}\nexport const dataSource = getDataSource();\n`,
      `import { DataSource } from "typeorm";\nimport { withLockstep } from "@lockstep/typeorm-wrapper";\nexport function getDataSource() {\n  return withLockstep(new DataSource(options()));\n}\nexport const dataSource = getDataSource();\n`,
    ],
  ])("%s", (_, before, after) => {
    const file = before.includes("require(") ? "data-source.js" : "data-source.ts";
    expect(wrapDataSource(before, file)).toEqual({ after });
    expect(wrapDataSource(after, file)).toEqual({ unchanged: true });
  });

  it.each([
    "export function makeDataSource() {}\n",
    "export const a = one();\nexport const b = two();\n",
    "export const options = { type: 1 };\n",
  ])("is told how to be wrapped where nothing can be edited: %s", (text) => {
    expect(() => wrapDataSource(text, "src/db.ts")).toThrowError(
      expect.objectContaining({ code: "LS8007", message: expect.stringContaining("src/db.ts cannot be edited") }),
    );
  });
});

it("a project is set up once, and works as before", async () => {
  const project = createTypeormProject({ version: "1.1.1", module: "esm" });
  projects.push(project);
  const init = async () => firstFiles(typeormPlugin, await findProject(project.root), await loadConfig(project.root));
  const { changes, missing } = await init();
  expect(changes.map(({ file }) => file)).toEqual(["src/data-source.ts", "lockstep.config.ts"]);
  expect(missing).toEqual([
    { name: "@lockstep/typeorm-wrapper", kind: "prod" },
    { name: "@lockstep/typeorm", kind: "dev" },
  ]);
  for (const { file, after } of changes) project.write(file, after ?? "");
  expect((await init()).changes).toEqual([]);
  // Printed commands name the package of this ORM, also if the executable is that of the other one.
  const spoken: string[] = [];
  const io = {
    speakOf: (_: string, plugin?: { readonly packageName: string }) => spoken.push(plugin?.packageName ?? ""),
  };
  await openedProject([typeormPlugin], project.root, io, "lockstep doctor");
  expect(spoken).toEqual(["@lockstep/typeorm"]);
});
