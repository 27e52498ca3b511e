import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogueOf, query } from "../../matrix/databases.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

const dataSource = `import "reflect-metadata";
import { DataSource, DefaultNamingStrategy } from "typeorm";
import { Person } from "./person.js";

class SnakeNames extends DefaultNamingStrategy {
  columnName(property: string, given: string): string {
    return given ?? property.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
  }
}

export default new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  namingStrategy: new SnakeNames(),
  entities: [Person],
  migrations: ["src/migrations/*.ts"],
  migrationsTransactionMode: "each",
});
`;
const person = `import { Column, Entity, Index, PrimaryGeneratedColumn } from "typeorm";

@Entity("people")
export class Person {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "text" })
  email!: string;

  @Column({ type: "text" })
  displayName!: string;

  @Index("people_bio")
  @Column({ type: "text", nullable: true })
  bio!: string | null;
}
`;
const file = "src/migrations/1767312000000-AddDisplayName.ts";
const migration = (
  up: string,
  down = "",
  name = "AddDisplayName1767312000000",
) => `import type { MigrationInterface, QueryRunner } from "typeorm";

export class ${name} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${up}
  }

  async down(queryRunner: QueryRunner): Promise<void> {
${down}
  }
}
`;
const config = "export default { targets: {} };\n";
const run = (sql: string) => `    await queryRunner.query(\`${sql}\`);`;

let app: TypeormFixture;
let database: TestDatabase;
let commands: LockstepCommands;
beforeAll(async () => {
  database = await createDatabase("hand-written");
  await query(
    database.url,
    "CREATE TABLE people (id serial PRIMARY KEY, email text NOT NULL); INSERT INTO people (email) VALUES ('A@x'), ('B@x')",
  );
  app = createTypeormProject({
    version: "0.3.31",
    module: "esm",
    files: {
      "src/data-source.ts": dataSource,
      "src/person.ts": person,
      "lockstep.config.ts": config,
    },
    manifest: { scripts: { typeorm: "node --import tsx node_modules/typeorm/cli.js -d src/data-source.ts" } },
  });
  app.write("src/data-source.ts", dataSource);
  commands = new LockstepCommands(app.root);
});
afterAll(async () => {
  commands?.close();
  app?.dispose();
  await database?.drop();
});
const env = () => ({ DATABASE_URL: database.url });

it("neither rewrites nor deploys a class whose transaction setting makes TypeORM reject the run", async () => {
  const text = migration(run('ALTER TABLE "people" ADD COLUMN "display_name" text NOT NULL')).replace(
    "Interface {",
    "Interface {\n  transaction = false;",
  );
  app.write(file, text);
  app.write("src/data-source.ts", dataSource.replace('"each"', '"all"'));
  app.write("lockstep.config.ts", 'export default { targets: { live: { urlFrom: "DATABASE_URL" } } };');
  const { stderr, code } = await commands.run(["rewrite", file], env());
  const deployed = await commands.run(["deploy", "--target", "live"], env());
  app.write("src/data-source.ts", dataSource);
  app.write("lockstep.config.ts", config);
  expect([deployed.code, deployed.output]).toEqual([
    3,
    expect.stringMatching(
      /LS7027 [\s\S]*1767312000000-AddDisplayName\.ts:4: TypeORM rejects the whole run[\s\S]* Do: set `migrationsT/,
    ),
  ]);
  expect(await query(database.url, "SELECT to_regclass('migrations') AS found")).toEqual([{ found: null }]);
  expect(stderr).toMatch(
    /^LS9065 .*AddDisplayName1767312000000 sets transaction = false, but src\/data-source\.ts has/,
  );
  expect(code).toBe(1);
  expect(readFileSync(join(app.root, file), "utf8")).toBe(text);
});

describe("a class that is not literal is left alone", () => {
  const add = run('ALTER TABLE "people" ADD COLUMN "display_name" text NOT NULL');
  it.each([
    ["LS1004", "an interpolated string in up()", migration(add.replace('"people"', `\${process.env.TABLE}`))],
    ["LS1004", "a query runner method", migration('    await queryRunner.dropColumn("people", "email");')],
    ["LS1004", "other code in up()", migration(`    for (const name of ["a"]) ${add.trim()}`)],
    ["LS3032", "its class is Other1767312000001", migration(add, "", "Other1767312000001")],
  ])("%s: %s", async (code, says, text) => {
    app.write(file, text);
    const { stderr, code: exitCode } = await commands.run(["rewrite", file], env());
    expect(stderr).toMatch(new RegExp(`^${code} `));
    expect(stderr).toContain(says);
    if (code === "LS1004") expect(stderr).toContain(`${file}:5: `);
    expect(exitCode).toBe(code === "LS1004" ? 1 : 2);
    expect(readFileSync(join(app.root, file), "utf8")).toBe(text);
    expect(existsSync(join(app.root, "lockstep"))).toBe(false);
  });
});

it("the way back by hand goes with the statements that it takes back", async () => {
  const tables = async () => Object.entries((await catalogueOf(database.url, ["public"])).tables ?? {});
  const before = await tables();
  app.write(
    file,
    migration(
      [
        run('CREATE TABLE "notes" ("id" serial PRIMARY KEY); CREATE TABLE "other" () -- empty'),
        run('ALTER TABLE "people" ADD COLUMN "display_name" text, ADD COLUMN "bio" text, ADD COLUMN "note" text'),
        run(`UPDATE people SET "display_name" = split_part(email, '@', 1)`),
        run('ALTER TABLE public.people ALTER COLUMN "display_name" SET NOT NULL'),
        run('CREATE INDEX "people_bio" ON "people" ("bio")'),
      ].join("\n"),
      [
        run('DROP INDEX "people_bio"'),
        run('ALTER TABLE "people" DROP COLUMN "bio", DROP COLUMN "note", DROP COLUMN "display_name"'),
        run('DROP TABLE "notes", "other"'),
        '    console.log("back");',
      ].join("\n"),
    ),
  );
  app.write(
    file,
    readFileSync(join(app.root, file), "utf8").replace("Interface {", "Interface {\n  transaction = true;"),
  );
  const rewritten = await commands.run(["rewrite", file], env());
  expect(rewritten.code, rewritten.output).toBe(0);
  expect(readFileSync(join(app.root, "src/person.ts"), "utf8")).toContain("displayName!: string | null");
  // The first of the statements that stay stands in the file itself.
  const own = readdirSync(join(app.root, "src/migrations"))
    .map((name) => readFileSync(join(app.root, "src/migrations", name), "utf8"))
    .filter((text) => text.includes("transaction = true;"));
  expect(own.map((text) => /CREATE TABLE "notes"|ADD COLUMN "note"/.exec(text)?.[0])).toEqual(['CREATE TABLE "notes"']);
  const ran = await app.cli("tsx", ["migration:run"], env());
  expect(ran.code, ran.output).toBe(0);
  expect(await query(database.url, "SELECT display_name, note FROM people ORDER BY id")).toEqual([
    { display_name: null, note: null },
    { display_name: null, note: null },
  ]);
  for (const _ of ran.output.match(/has been +executed successfully/g) ?? []) {
    const back = await app.cli("tsx", ["migration:revert"], env());
    expect(back.code, back.output).toBe(0);
  }
  expect((await tables()).filter(([name]) => name !== "public.migrations")).toEqual(before);
});
