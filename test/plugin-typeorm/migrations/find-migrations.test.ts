// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, not a template
import { expect, test } from "vitest";
import { findMigrations } from "../../../plugin-typeorm/src/migrations/find-migrations.js";

const migration = (stamp: string, sql = "SELECT 1", name = `Change${stamp}`) =>
  `import { MigrationInterface, QueryRunner } from "typeorm";\nexport class ${name} implements MigrationInterface {\n  async up(queryRunner: QueryRunner) { await queryRunner.query(\`${sql}\`); }\n  async down() {}\n}\n`;
const compiled = (stamp: string) =>
  `class Change${stamp} {\n  async up(queryRunner) { await queryRunner.query("SELECT 1"); }\n  async down() {}\n}\nexports.Change${stamp} = Change${stamp};\n`;
const [one, two, three] = ["1600000000001", "1600000000002", "1600000000003"];
const uses = (more: object = {}) => JSON.stringify({ dependencies: { typeorm: "^0.3.20", ...more } });
const source = (options: string, above = "") =>
  `import { DataSource } from "typeorm";\n${above}\nexport default new DataSource({ ${options} });\n`;

const find = async (files: Readonly<Record<string, string>>) => {
  const sets = await findMigrations({ paths: Object.keys(files), read: (path) => files[path] });
  return sets.map(({ folder, dialect, transactions, files: all }) => [
    folder,
    dialect,
    transactions,
    all.map((path) => path.replace(`${folder}/`, "")),
  ]);
};

test.each<[string, Record<string, string>, unknown]>([
  [
    "nothing of other tools",
    {
      "migrations/Migration20240101120000.ts":
        "export class Migration20240101120000 extends Migration { async up() { this.addSql('SELECT 1'); await this.query('SELECT 1'); } }",
    },
    [],
  ],
  [
    "what a pattern with choices loads",
    {
      "package.json": uses(),
      "src/db.ts": source('type: "mysql", migrations: ["src/{changes,more}/*.@(ts|js)"]'),
      "src/changes/a.ts": migration(one),
    },
    [["src/changes", "mysql", "all", ["a.ts"]]],
  ],
  ["nothing", { "package.json": uses(), "src/index.ts": "class A1600000000001 {}" }, []],
  [
    "classes in the order of their names, not of their files",
    {
      "db/a.ts": migration(two),
      "db/b.ts": migration(one),
      "db/migrations.ts": "export * from './a'",
      "package.json": uses(),
    },
    [["db", undefined, "all", ["b.ts", "a.ts"]]],
  ],
  [
    "the name of the instance",
    {
      "migrations/1.ts": migration(one).replace("async up", `name = "Change${three}";\n  async up`),
      "migrations/2.ts": migration(two),
    },
    [["migrations", undefined, "all", ["2.ts", "1.ts"]]],
  ],
  [
    "no compiled copies, packages and declarations",
    {
      [`src/migrations/${one}-a.ts`]: migration(one),
      [`src/migrations/${one}-a.js`]: compiled(one),
      [`src/migrations/${one}-a.d.ts`]: "export declare class Change1600000000001 {}",
      [`dist/migrations/${one}-a.js`]: compiled(one),
      [`build/src/migrations/${one}-a.js`]: compiled(one),
      [`node_modules/x/migrations/${one}-a.js`]: compiled(one),
    },
    [["src/migrations", undefined, "all", [`${one}-a.ts`]]],
  ],
  [
    "the same names in packages of libraries",
    { "lib/mysql/1600000000001-a.js": compiled(one), "app/postgres/1600000000001-a.ts": migration(one) },
    [
      ["lib/mysql", "mysql", "all", ["1600000000001-a.js"]],
      ["app/postgres", "postgresql", "all", ["1600000000001-a.ts"]],
    ],
  ],
  [
    "classes in JavaScript",
    { [`migrations/${one}-a.js`]: compiled(one), [`migrations/${two}-b.cjs`]: compiled(two) },
    [["migrations", undefined, "all", [`${one}-a.js`, `${two}-b.cjs`]]],
  ],
  [
    "the same classes for several databases",
    {
      "migrations/postgres/1.ts": migration(one),
      "migrations/mysql/1.ts": migration(one),
      "sqlite-migrations/1.ts": migration(one),
    },
    [
      ["migrations/postgres", "postgresql", "all", ["1.ts"]],
      ["migrations/mysql", "mysql", "all", ["1.ts"]],
      ["sqlite-migrations", "sqlite", "all", ["1.ts"]],
    ],
  ],
  [
    "years as one history",
    {
      "migrations/2023/a.ts": migration(one),
      "migrations/2024/b.ts": migration(two),
      "migrations/v1.2/c.ts": migration(three),
    },
    [["migrations", undefined, "all", ["2023/a.ts", "2024/b.ts", "v1.2/c.ts"]]],
  ],
  [
    "a data source by a pattern from its folder",
    {
      "package.json": uses(),
      "src/data-source.ts": source(
        'type: "postgres", migrationsTransactionMode: "each", migrations: [__dirname + "/migrations/*{.ts,.js}"]',
      ),
      "src/migrations/a.ts": migration(one),
    },
    [["src/migrations", "postgresql", "each", ["a.ts"]]],
  ],
  [
    "a data source by a pattern from a package, in its output",
    {
      "package.json": uses(),
      "apps/api/package.json": uses({ mysql2: "1" }),
      "apps/api/src/db.ts": source('type: "mariadb", migrations: ["dist/migrations/**/*.js"]'),
      "apps/api/src/migrations/users/a.ts": migration(one),
      "apps/api/src/migrations/b.ts": migration(two),
    },
    [["apps/api/src/migrations", "mariadb", "all", ["users/a.ts", "b.ts"]]],
  ],
  [
    "all that a deep pattern loads",
    {
      "package.json": uses(),
      "src/db.ts": source(
        'type: "postgres", migrations: [path.join(process.cwd(), "src/migrations/**/*.ts")]',
        'import path from "path";',
      ),
      "src/migrations/users/a.ts": migration(two),
      "src/migrations/b.ts": migration(one),
    },
    [["src/migrations", "postgresql", "all", ["b.ts", "users/a.ts"]]],
  ],
  [
    "a data source by classes, with options of another file",
    {
      "package.json": uses(),
      "src/options.ts":
        'export const options = { type: "better-sqlite3" as const, migrationsTransactionMode: "none" };',
      "src/db/index.ts":
        'import { DataSource } from "typeorm";\nimport { options } from "../options";\nimport * as all from "./changes";\nexport const make = () => {\n  const migrations = Object.values(all);\n  return new DataSource({ ...options, migrations });\n};',
      "src/db/changes/index.ts": `export { Change${one} } from "./a";`,
      "src/db/changes/a.ts": migration(one),
    },
    [["src/db/changes", "sqlite", "none", ["a.ts"]]],
  ],
  [
    "data sources for each of several databases",
    {
      "package.json": uses(),
      "src/DataSource.ts":
        'import { DataSource } from "typeorm";\nimport { a } from "./migrations/one";\nimport { b } from "./migrations/two";\nexport const init = () => {\n  switch (process.env.TYPE) {\n    case "mysql":\n      return new DataSource({ type: "mysql", migrations: a });\n    default:\n      return new DataSource({ type: "postgres", migrations: b });\n  }\n};',
      "src/migrations/one/index.ts": `import { Change${one} } from "./1";\nexport const a = [Change${one}];`,
      "src/migrations/one/1.ts": migration(one),
      "src/migrations/two/index.ts": `import { Change${one} } from "./1";\nexport const b = [Change${one}];`,
      "src/migrations/two/1.ts": migration(one),
    },
    [
      ["src/migrations/one", "mysql", "all", ["1.ts"]],
      ["src/migrations/two", "postgresql", "all", ["1.ts"]],
    ],
  ],
  [
    "NestJS",
    {
      "package.json": uses(),
      "src/app.module.ts":
        'import { TypeOrmModule } from "@nestjs/typeorm";\n@Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: (config) => ({ type: "postgres", url: config.url, migrations: [`${__dirname}/db/*.{ts,js}`] }) })] })\nexport class AppModule {}',
      "src/db/a.ts": migration(one),
    },
    [["src/db", "postgresql", "all", ["a.ts"]]],
  ],
  [
    "ormconfig.json",
    {
      "package.json": uses(),
      "ormconfig.json": '[{ "type": "mysql", "migrations": ["src/migration/**/*.ts"] }]',
      "src/migration/a.ts": migration(one),
    },
    [["src/migration", "mysql", "all", ["a.ts"]]],
  ],
  [
    "what the SQL says",
    {
      "a/1600000000001-a.ts": migration(one, "CREATE TABLE \\`a\\` (\\`id\\` int AUTO_INCREMENT)"),
      "b/1600000000001-a.ts": migration(one, `CREATE TABLE "a" ("id" SERIAL NOT NULL)`),
      "b/1600000000002-a.ts": migration(two, "SELECT 1"),
      "c/1600000000001-a.ts": migration(one, `CREATE TABLE "a" ("id" integer PRIMARY KEY AUTOINCREMENT)`),
      "c/1600000000002-a.ts": migration(two, `CREATE TABLE "public"."a" ("id" int AUTO_INCREMENT)`),
      "d/1600000000001-a.ts": migration(one, `CREATE TABLE "public"."a" ("id" int)`),
    },
    [
      ["a", "mysql", "all", ["1600000000001-a.ts"]],
      ["b", "postgresql", "all", ["1600000000001-a.ts", "1600000000002-a.ts"]],
      ["c", "sqlite", "all", ["1600000000001-a.ts", "1600000000002-a.ts"]],
      ["d", "postgresql", "all", ["1600000000001-a.ts"]],
    ],
  ],
  [
    "drivers of the nearest package",
    {
      "package.json": uses({ pg: "8" }),
      "api/package.json": uses({ mysql2: "3", pg: "8" }),
      "web/package.json": "{}",
      "api/migrations/a.ts": migration(one),
      "web/migrations/a.ts": migration(two),
    },
    [
      ["api/migrations", undefined, "all", ["a.ts"]],
      ["web/migrations", "postgresql", "all", ["a.ts"]],
    ],
  ],
])("finds %s", async (_, files, sets) => {
  expect(await find(files)).toEqual(sets);
});

test("a set reads its files for its database", async () => {
  const files = {
    "package.json": uses({ pg: "8" }),
    "migrations/a.ts": `import { names } from "../names";\n${migration(one, "ALTER TABLE ${names.users} ADD a int")}`,
    "names.ts": 'export const names = { users: "users" } as const;',
  };
  const [set] = await findMigrations({
    paths: Object.keys(files),
    read: (path) => (files as Record<string, string>)[path],
  });
  expect(set?.read(files["migrations/a.ts"], "migrations/a.ts")).toEqual({
    sql: "\n\n\nALTER TABLE users ADD a int;\n",
    unread: [],
  });
});
