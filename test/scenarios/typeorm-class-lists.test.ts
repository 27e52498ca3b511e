/** Data sources whose migrations are classes: the stock CLI runs what it is told of, and nothing else. */
import { afterEach, expect, test } from "vitest";
import { type App, bio, createApp, dataSourceFile, handle, userEntity } from "../plugin-typeorm/intercept/app.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import { run } from "../support/run.js";

const apps: { app: App; commands: LockstepCommands }[] = [];
afterEach(async () => {
  for (const { app, commands } of apps.splice(0)) {
    commands.close();
    await app.dispose();
  }
});

const base = `import type { MigrationInterface } from "typeorm";
export class Base1700000000000 implements MigrationInterface {
  async up(): Promise<void> {}
  async down(): Promise<void> {}
}
`;

async function make(
  list: string,
  imports: string,
  files: Readonly<Record<string, string>> = {},
  entity = userEntity(handle),
) {
  const app = await createApp({
    entities: { "user.ts": entity },
    dataSource: dataSourceFile()
      .replace(`migrations: ["src/migrations/*"]`, `migrations: ${list}`)
      .replace(`import { User }`, `${imports}import { User }`),
    files: {
      "src/migrations/1700000000000-Base.ts": base,
      "lockstep.config.json": JSON.stringify({ targets: { production: { urlFrom: "DATABASE_URL" } } }),
      ...files,
    },
  });
  const commands = new LockstepCommands(app.root);
  apps.push({ app, commands });
  const ran = await app.cli(["migration:run"]);
  expect(ran.code, ran.output).toBe(0);
  return {
    app,
    lockstep: (...argv: string[]) => commands.run(argv, { DATABASE_URL: app.url, LOCKSTEP_CI: "1" }),
  };
}

const one = `import { Base1700000000000 } from "./migrations/1700000000000-Base";\n`;

test("a plan is listed phase by phase, run by the stock CLI, and never called done before", async () => {
  const { app, lockstep } = await make("[Base1700000000000]", one);
  const generated = await app.generate("AddHandle");
  expect(generated.code, generated.output).toBe(0);
  const [, first = ""] = app.migrations();
  const plan = first.replace(/\.ts$/, "");
  const name = `AddHandle${plan.slice(0, 13)}`;
  const source = app.read("src/data-source.ts");
  expect(source).toContain(`${one}import { ${name} } from "./migrations/${plan}";\n`);
  expect(source).toContain(`migrations: [Base1700000000000, ${name}],`);

  // Somebody resolves a merge conflict with the other side: what nobody runs is not done.
  app.write("src/data-source.ts", source.replace(`, ${name}]`, "]"));
  const told = new RegExp(`src/migrations/${first} is not loaded: src/data-source\\.ts:\\d+ does not list it`);
  const write = new RegExp(
    `at src/data-source\\.ts:\\d+ write import { ${name} } from "./migrations/${plan}"; and, in the list of migrations, ${name}`,
  );
  for (const command of [["status"], ["deploy"], ["doctor"]]) {
    const said = await lockstep(...command);
    expect(said.output, command.join(" ")).toMatch(told);
    expect(said.output, command.join(" ")).toMatch(write);
    expect(said.output, command.join(" ")).not.toMatch(
      /squashed|nothing to deploy|this plan is done|✔ .*production.*expand/,
    );
  }
  const closed = await lockstep("next");
  expect(closed.code).toBe(1);
  expect(closed.output).toMatch(told);
  app.write("src/data-source.ts", source);

  expect((await lockstep("deploy")).output).toMatch(/1 migration applied/);
  expect((await lockstep("backfill", "run")).code).toBe(0);
  for (const [phase, ...gates] of [
    ["switch", "translation-agrees"],
    ["contract", "writers-aware", "reads-steady"],
  ]) {
    const next = await lockstep("next", ...gates.flatMap((gate) => ["--confirm", gate]));
    expect(next.output).toMatch(new RegExp(`gate to ${phase} is open`));
    expect((await app.cli(["migration:run"])).code).toBe(0);
  }
  expect((await lockstep("status")).output).toMatch(/this plan is done/);
  const check = await app.generate("Nothing", "--check");
  expect(check.output).toContain("No changes in database schema were found");
  // Forward, too.
  const undone = await lockstep("undo");
  expect(undone.code, undone.output).toBe(0);
  const last = app.migrations().at(-1)?.replace(/\.ts$/, "") ?? "";
  expect(app.read("src/data-source.ts")).toContain(`./migrations/${last}"`);
  const ran = await app.cli(["migration:run"]);
  expect(ran.output).toMatch(/has been executed successfully/);
});

test("a plan that has run nowhere takes its classes out again, to the same bytes", async () => {
  const index = `export * from './1700000000000-Base'\n`;
  const { app, lockstep } = await make(
    "Object.values(migrations)",
    `import * as migrations from "./migrations/index";\n`,
    {
      "src/migrations/index.ts": index,
    },
  );
  const generated = await app.generate("AddHandle");
  expect(generated.code, generated.output).toBe(0);
  expect(app.read("src/migrations/index.ts")).toMatch(/^.*\nexport \* from '\.\/\d{13}-AddHandle'\n$/);
  const abandoned = await lockstep("abandon", "--yes");
  expect(abandoned.output).toMatch(/they are removed/);
  expect(app.read("src/migrations/index.ts")).toBe(index);
  expect(app.migrations()).toEqual(["1700000000000-Base.ts", "index.ts"]);
});

test("a change that passes stays TypeORM's own; the list is for its author, and one line says what to write", async () => {
  const { app, lockstep } = await make("[Base1700000000000]", one, {}, userEntity(bio));
  const source = app.read("src/data-source.ts");
  const before = app.snapshot();
  const generated = await app.generate("AddBio");
  expect(generated.code, generated.output).toBe(0);
  const [, file = ""] = app.migrations();
  const name = `AddBio${file.slice(0, 13)}`;
  expect(generated.output).toMatch(
    new RegExp(
      `! src/migrations/${file} is not loaded: src/data-source\\.ts:\\d+ does not list it\\. To load it, at src/data-source\\.ts:\\d+ write import { ${name} } from "./migrations/${file.slice(0, -3)}"; and, in the list of migrations, ${name}`,
    ),
  );
  expect(app.read("src/data-source.ts")).toBe(source);
  const made = app.read(`src/migrations/${file}`);
  app.remove(`src/migrations/${file}`);
  expect(app.snapshot()).toEqual(before);
  const stock = await app.generate("AddBio", "--timestamp", file.slice(0, 13));
  expect(stock.code).toBe(0);
  const off = await app.cli(["migration:generate", "src/migrations/Off", "--timestamp", "1800000000000"], {
    LOCKSTEP: "off",
  });
  expect(off.code, off.output).toBe(0);
  expect(off.output).not.toContain("is not loaded");
  expect(app.read("src/migrations/1800000000000-Off.ts").replaceAll("Off1800000000000", name)).toBe(made);
  const deployed = await lockstep("deploy");
  expect(deployed.output).toMatch(/the ORM finds no pending migration/);
  expect(deployed.output).toContain(`${file} is not loaded`);
});

test("a migration by hand that is listed is rewritten", async () => {
  const hand = `import type { MigrationInterface, QueryRunner } from "typeorm";
export class MoreHandles1700000000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE "users" ADD "handle" character varying NOT NULL\`);
  }
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE "users" DROP COLUMN "handle"\`);
  }
}
`;
  const { app, lockstep } = await make("[Base1700000000000]", one);
  app.write("src/migrations/1700000000005-AddHandle.ts", hand);
  const unknown = await lockstep("rewrite", "src/migrations/1700000000005-AddHandle.ts");
  expect(unknown.output).toMatch(
    /LS3032 src\/migrations\/1700000000005-AddHandle\.ts is not loaded: src\/data-source\.ts:\d+ does not list it\.\n[\s\S]*Next {3}At src\/data-source\.ts:\d+ write import \{ MoreHandles1700000000005 \} from "\.\/migrations\/1700000000005-AddHandle"; and, in the list of migrations, MoreHandles1700000000005\. Then run the command again\./,
  );
  app.edit(
    "src/data-source.ts",
    one,
    `${one}import { MoreHandles1700000000005 } from "./migrations/1700000000005-AddHandle";\n`,
  );
  app.edit(
    "src/data-source.ts",
    "[Base1700000000000]",
    "[\n    Base1700000000000,\n    MoreHandles1700000000005,\n  ]",
  );
  const rewritten = await lockstep("rewrite", "src/migrations/1700000000005-AddHandle.ts");
  expect(rewritten.code, rewritten.output).toBe(0);
  // The class is called after the file now.
  expect(app.read("src/data-source.ts")).toContain("[\n    Base1700000000000,\n    AddHandle1700000000005,\n  ]");
  const ran = await app.cli(["migration:run"]);
  expect(ran.output).toMatch(/AddHandle1700000000005 has been executed successfully/);
});

test("what cannot be edited ends generate with the place and the text", async () => {
  const { app } = await make("all()", `${one}const all = () => [Base1700000000000];\n`);
  const generated = await app.generate("AddHandle");
  expect(generated.code, generated.output).toBe(0);
  const [, first = ""] = app.migrations();
  const name = `AddHandle${first.slice(0, 13)}`;
  expect(generated.output).toMatch(
    new RegExp(
      `! src/migrations/${first} is not loaded: src/data-source\\.ts:\\d+ does not list it\\. To load it, at src/data-source\\.ts:\\d+ write import { ${name} } from "./migrations/${first.slice(0, -3)}"; and, in the list of migrations, ${name}`,
    ),
  );
});

test("of a compiled project the list in the source counts, and it is built first", async () => {
  const { app, lockstep } = await make("[Base1700000000000]", one);
  const scripts = { "migration:run": "typeorm migration:run -d dist/src/data-source.js" };
  app.write("package.json", JSON.stringify({ name: "app", dependencies: { typeorm: "1.1.1" }, scripts }));
  const build = () => run(process.execPath, ["node_modules/typescript/bin/tsc"], { cwd: app.root });
  expect(await build()).toMatchObject({ code: 0, output: "" });
  const generated = await run(
    process.execPath,
    ["node_modules/typeorm/cli.js", "migration:generate", "src/migrations/AddHandle", "-d", "dist/src/data-source.js"],
    { cwd: app.root, env: { DATABASE_URL: app.url } },
  );
  expect(generated.code, generated.output).toBe(0);
  expect(generated.output).toContain(
    "2. npx tsc && npx lockstep deploy   # or npx tsc && npm run migration:run, with the URL of each target",
  );
  const [, first = ""] = app.migrations();
  expect(app.read("src/data-source.ts")).toMatch(/\[Base1700000000000, AddHandle\d{13}\]/);
  expect((await lockstep("status")).output).toContain("0 of 1 migration applied");
  const early = await lockstep("deploy");
  expect(early.output).toMatch(new RegExp(`LS7026 On production ${first.slice(0, -3)} did not run`));
  expect(early.output).toContain("Next\n  1. npx tsc\n  2. npx lockstep deploy --target production");
  expect((await lockstep("status")).output).toContain(
    "Next\n  1. npx tsc && npx lockstep deploy --target production\n  2. Deploy the code.",
  );
  expect(await build()).toMatchObject({ code: 0, output: "" });
  expect((await lockstep("deploy")).output).toContain("1 migration applied");
});

test("what Lockstep writes beside a safe change is listed with it", async () => {
  const indexed = userEntity(bio)
    .replace("@Column({ type", "@Index({ concurrent: true })\n  @Column({ type")
    .replace("Column, ", "Column, Index, ");
  const { app } = await make("[Base1700000000000]", one, {}, indexed);
  const generated = await app.generate("AddBio");
  expect(generated.code, generated.output).toBe(0);
  expect(generated.output).not.toContain("is not loaded");
  expect(app.read("src/data-source.ts")).toMatch(/\[Base1700000000000, AddBio\d{13}, AddBioCreateIndex\d{13}\]/);
  expect((await app.cli(["migration:run", "-t", "each"])).code).toBe(0);
  const again = await app.generate("Nothing", "--check");
  expect(again.output).toContain("No changes in database schema were found");
});

test("a class that no file of the repository declares is deployed like any other", async () => {
  const { app, lockstep } = await make("[Base1700000000000, ...later]", `${one}const later: never[] = [];\n`);
  expect((await lockstep("deploy")).output).toMatch(/nothing to deploy/);
  app.write(
    "src/made.ts",
    `import type { QueryRunner } from "typeorm";
const migration = (name: string, sql: string) =>
  class {
    name = name;
    up = (runner: QueryRunner) => runner.query(sql);
    down = async () => {};
  };
export const later = [migration("Notes1700000000001", "CREATE TABLE notes (id int)")];
`,
  );
  app.edit("src/data-source.ts", "const later: never[] = [];", `import { later } from "./made";`);
  const deployed = await lockstep("deploy");
  expect(deployed.output).toMatch(/1 migration applied\n\s+Notes1700000000001/);
  expect(await app.query("SELECT to_regclass('notes')::text AS made")).toEqual([{ made: "notes" }]);
  expect((await lockstep("deploy")).output).toMatch(/nothing to deploy/);
});
