import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../../core/src/config/load.js";
import { firstFiles } from "../../../core/src/init/first-files.js";
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
  ])("%s", (_, before, after) => {
    const file = before.includes("require(") ? "data-source.js" : "data-source.ts";
    expect(wrapDataSource(before, file)).toEqual({ after });
    expect(wrapDataSource(after, file)).toEqual({ unchanged: true });
  });

  it("is told how to be wrapped where nothing can be edited", () => {
    expect(() => wrapDataSource("export default makeDataSource();\n", "src/db.ts")).toThrowError(
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
    "npm install --save-prod @lockstep/typeorm-wrapper",
    "npm install --save-dev @lockstep/typeorm",
  ]);
  for (const { file, after } of changes) project.write(file, after ?? "");
  expect((await init()).changes).toEqual([]);
});
