import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { createMariadbDatabase, type MariadbDatabase, sequence } from "../../support/mariadb.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

// A migration class by hand, on a data source of the type mysql that a MariaDB answers to.

const dataSource = `import "reflect-metadata";
import { DataSource } from "typeorm";
import { User } from "./user.js";

export default new DataSource({
  type: "mysql",
  url: process.env.DATABASE_URL,
  entities: [User],
  migrations: ["src/migrations/*.ts"],
});
`;
const user = `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("users")
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", length: 191 })
  email!: string;

  @Column({ type: "varchar", length: 191, unique: true })
  handle!: string;
}
`;
const own = [
  "ALTER TABLE `users` ADD `handle` varchar(191) NULL",
  "UPDATE `users` `u` SET `u`.`handle` = LOWER(`u`.`email`) WHERE `u`.`handle` IS NULL",
  "ALTER TABLE `users` MODIFY `handle` varchar(191) NOT NULL",
  "CREATE UNIQUE INDEX `IDX_users_handle` ON `users` (`handle`)",
  "ALTER TABLE `users` ADD CONSTRAINT `handle_given` CHECK (`handle` IS NOT NULL AND `handle` <> '')",
];
const back = [
  "ALTER TABLE `users` DROP CONSTRAINT `handle_given`",
  "DROP INDEX `IDX_users_handle` ON `users`",
  "ALTER TABLE `users` MODIFY `handle` varchar(191) NULL",
  "ALTER TABLE `users` DROP COLUMN `handle`",
];
const run = (sql: string) => `    await queryRunner.query(${JSON.stringify(sql)});`;
const file = "src/migrations/1767312000000-AddHandle.ts";
const classOf = (
  name: string,
  up: readonly string[],
  down: readonly string[],
) => `import type { MigrationInterface, QueryRunner } from "typeorm";

export class ${name} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${up.map(run).join("\n")}
  }

  async down(queryRunner: QueryRunner): Promise<void> {
${down.map(run).join("\n")}
  }
}
`;
const migration = classOf("AddHandle1767312000000", own, back);
const table = `CREATE TABLE \`users\` (\`id\` int NOT NULL AUTO_INCREMENT, \`email\` varchar(191) NOT NULL, PRIMARY KEY (\`id\`)) ENGINE=InnoDB;`;

let app: TypeormFixture;
let database: MariadbDatabase;
let commands: LockstepCommands;
beforeAll(async () => {
  database = await createMariadbDatabase("hand-written");
  app = createTypeormProject({
    version: "0.3.31",
    module: "esm",
    files: {
      "src/data-source.ts": dataSource,
      "src/user.ts": user,
      [file]: migration,
      "lockstep.config.ts": `export default { targets: { production: { urlFrom: "DATABASE_URL" } } };\n`,
    },
  });
  commands = new LockstepCommands(app.root);
  const emails = Array.from({ length: 200 }, (_, at) => `('User${at}@Example.com')`);
  await query(`${table} INSERT INTO users (email) VALUES ${emails}`);
});
afterAll(async () => {
  commands?.close();
  app?.dispose();
  await database?.drop();
});

async function query(sql: string, on = database) {
  const session = await on.open({ multipleStatements: true });
  const [rows] = await session.query(sql);
  await session.end();
  return rows as Record<string, unknown>[];
}

async function lockstep(...args: string[]) {
  const { code, output } = await commands.run(args, { DATABASE_URL: database.url });
  expect(code, output).toBe(0);
  return output;
}

async function shown(on = database) {
  return String((await query("SHOW CREATE TABLE users", on))[0]?.["Create Table"]).replace(/ AUTO_INCREMENT=\d+/, "");
}

async function migrate() {
  const { code, output } = await app.cli("tsx", ["migration:run"], { DATABASE_URL: database.url });
  expect(code, output).toBe(0);
}

test("lockstep rewrite, and then through all phases", async () => {
  expect(await lockstep("rewrite", file, "--not-applied")).toContain("1 expand");
  const [id = ""] = readdirSync(join(app.root, "lockstep"));
  const plan = JSON.parse(readFileSync(join(app.root, "lockstep", id, "plan.json"), "utf8"));
  const [{ server }] = (await query("SELECT IF(VERSION() LIKE '%MariaDB%', 'mariadb', 'mysql') AS server")) as [
    { server: string },
  ];
  expect(plan).toMatchObject({ dialect: server, columns: [{ name: "handle", isRelaxed: true }] });
  expect(readFileSync(join(app.root, "src/user.ts"), "utf8")).toMatch(/nullable: true/);
  await migrate();
  // Code that does not know the column goes on: the check comes when every row passes it.
  await query("UPDATE users SET email = concat(email, 'x') WHERE id = 1");
  await lockstep("backfill", "run");
  await lockstep("next");
  await lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady");
  await migrate();
  const reference = await createMariadbDatabase("reference");
  await query(`${table} ${own.join("; ")}`, reference);
  expect(await shown(database)).toBe(await shown(reference));
  expect(await query("SELECT COUNT(*) AS n FROM users WHERE handle = LOWER(email)")).toEqual([{ n: 200 }]);
  expect(await shown(database)).toContain("handle_given");
  await reference.drop();
});

const beside = "src/migrations/1899999999999-Beside.ts";
async function changed(up: string, ...down: readonly string[]) {
  for (const made of [beside, "lockstep/1899999999999-Beside"])
    rmSync(join(app.root, made), { recursive: true, force: true });
  await migrate();
  app.write(beside, classOf("Beside1899999999999", [up], down));
}

test.each([
  ["another type", "MODIFY `email` text NOT NULL", "MODIFY `email` varchar(191) NOT NULL"],
  ["a check", "ADD CONSTRAINT `positive` CHECK (char_length(`email`) > 0)", "DROP CONSTRAINT `positive`"],
])("%s that copies the table takes the place of what its own down() has", async (_, up, down) => {
  await changed(`ALTER TABLE \`users\` ${up}`, `ALTER TABLE \`users\` ${down}`);
  const before = await shown();
  expect(await lockstep("rewrite", beside, "--not-applied")).toContain("copy-table");
  expect(readFileSync(join(app.root, beside), "utf8")).toContain("Lockstep plan");
  await migrate();
  expect(await shown()).not.toBe(before);
  const { code, output } = await app.cli("tsx", ["migration:revert"], { DATABASE_URL: database.url });
  expect(code, output).toBe(0);
  expect(await shown()).toBe(before);
});

test("a statement of down() that no migration of the plan can run is refused with its line", async () => {
  await changed(
    "ALTER TABLE `users` MODIFY `email` text NOT NULL",
    "ALTER TABLE `users` MODIFY `email` varchar(191) NOT NULL",
    "DELETE FROM `users` WHERE `id` = 0",
  );
  const { code, output } = await commands.run(["rewrite", beside, "--not-applied"], { DATABASE_URL: database.url });
  expect(code, output).toBe(1);
  expect(output).toContain(`LS2074 `);
  expect(output).toContain(`${beside}:10: DELETE FROM \`users\` WHERE \`id\` = 0`);
});

test("where it is not rewritten, deploy stops before it until somebody accepts that writes wait", async () => {
  await changed(
    "ALTER TABLE `users` MODIFY `email` text NOT NULL",
    "ALTER TABLE `users` MODIFY `email` varchar(191) NOT NULL",
  );
  await query(
    `INSERT INTO users (email, handle) SELECT concat('many', seq, '@example.com'), concat('many', seq) FROM ${sequence(12_000)}; ANALYZE TABLE users`,
  );
  const before = await shown();
  const stopped = await commands.run(["deploy"], { DATABASE_URL: database.url });
  expect(stopped.code, stopped.output).toBe(1);
  expect(stopped.stdout).toContain("nothing was applied: the application would wait for 1 statement");
  expect(stopped.stdout).toMatch(
    / {2}✖ src\/migrations\/1899999999999-Beside\.ts:5 MODIFY `email` text NOT NULL — .*"users" has about/,
  );
  expect(stopped.stdout).toContain("npx lockstep deploy --target production --confirm waits-accepted");
  expect(await shown()).toBe(before);
  expect(await lockstep("deploy", "--confirm", "waits-accepted")).toContain("(accepted)");
  expect(await shown()).toContain("`email` text NOT NULL");
});
