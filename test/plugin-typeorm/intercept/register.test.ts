/** Data sources that nobody has wrapped, with the hook loaded into the process. */
import { afterEach, describe, expect, test } from "vitest";
import { run } from "../../support/run.js";
import type { TypeormVersion } from "../../support/typeorm-project.js";
import { type App, bio, createApp, dataSourceFile, handle, type Loader, userEntity } from "./app.js";

let app: App;
afterEach(() => app.dispose());

/** As NestJS has them: made somewhere, by options that nobody sees. */
const unwrapped = dataSourceFile({ wrapped: "export default source;" }).replace(
  'import { withLockstep } from "@lockstep/typeorm-wrapper";\n',
  "",
);
const hook = (flag: "--import" | "--require") => ({ NODE_OPTIONS: `${flag} @lockstep/typeorm-wrapper/register` });

const ways: { version: TypeormVersion; loader: Loader; flag: "--import" | "--require" }[] = [
  { version: "1.1.1", loader: "tsx, CommonJS", flag: "--import" },
  { version: "1.1.1", loader: "tsx, ESM", flag: "--require" },
  { version: "1.1.1", loader: "ts-node, ESM", flag: "--import" },
  { version: "0.3.31", loader: "tsx, ESM", flag: "--import" },
  { version: "0.3.31", loader: "ts-node, CommonJS", flag: "--require" },
  { version: "0.3.20", loader: "tsx, CommonJS", flag: "--import" },
];

test.each(ways)("TypeORM $version by $loader, $flag", async ({ version, loader, flag }) => {
  app = await createApp({ version, loader, dataSource: unwrapped, entities: { "user.ts": userEntity(bio, handle) } });
  const { code, output } = await app.cli(["migration:generate", "src/migrations/AddHandle"], hook(flag));
  expect(code, output).toBe(0);
  expect(output).toContain("✖ add-column-not-null");
  expect(app.migrations()).toHaveLength(1);
  expect(app.read("src/user.ts")).toContain("nullable: true, select: false");
});

test("without the hook nothing of Lockstep is there", async () => {
  app = await createApp({ dataSource: unwrapped, entities: { "user.ts": userEntity(handle) } });
  const { code, output } = await app.generate("AddHandle");
  expect(code, output).toBe(0);
  expect(output).not.toContain("Lockstep");
  expect(app.migrations()).toHaveLength(1);
});

describe("an application", () => {
  const migration = `module.exports = class Slow1763648123456 {
    async up(queryRunner) {
      await queryRunner.query("SELECT pg_sleep(2)");
      await queryRunner.query("CREATE TABLE made_once (id int)");
    }
    async down() {}
  };`;
  const start = `const { DataSource } = require("typeorm");
    const options = { type: "postgres", url: process.env.DATABASE_URL, entities: [], migrations: ["src/migrations/*.js"], migrationsRun: true };
    new DataSource(options).initialize().then((source) => source.destroy());`;

  test("runs its migrations under the lock", async () => {
    app = await createApp({ files: { "src/migrations/1763648123456-Slow.js": migration, "start.js": start } });
    const { root, url } = app;
    const instance = () =>
      run(process.execPath, ["--require", "@lockstep/typeorm-wrapper/register", "start.js"], {
        cwd: root,
        env: { DATABASE_URL: url },
      });
    const runs = await Promise.all([instance(), instance()]);
    expect(runs.map(({ code, output }) => (code === 0 ? "" : output))).toEqual(["", ""]);
  });

  test("and every other command pays next to nothing", async () => {
    app = await createApp();
    const script = `console.log(Object.keys(require("node:module")._cache).filter((file) => /typeorm/.test(file)).length)`;
    const { stdout } = await run(process.execPath, ["--require", "@lockstep/typeorm-wrapper/register", "-e", script], {
      cwd: app.root,
    });
    // The wrapper's own files; TypeORM is loaded by whoever needs it.
    expect(Number(stdout)).toBe(7);
  });
});
