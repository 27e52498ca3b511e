/** `lockstep check` in repositories whose database is MySQL or MariaDB, where nothing is installed and no server runs. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedModules } from "../support/published.js";
import { createRepository } from "../support/repository.js";
import { run } from "../support/run.js";

const bins = {
  prisma: join(publishedModules(), "@lockstep/prisma/bin/lockstep.js"),
  typeorm: join(publishedModules(), "@lockstep/typeorm/bin/lockstep.js"),
};

async function check(orm: keyof typeof bins, cwd: string, ...args: readonly string[]) {
  const nobody = { GITHUB_BASE_REF: undefined, CI_MERGE_REQUEST_DIFF_BASE_SHA: undefined };
  const { code, stdout, stderr } = await run(process.execPath, [bins[orm], "check", ...args], { cwd, env: nobody });
  return { code, stdout, stderr };
}

test("Prisma: what is unsafe, with MySQL's ways, and nothing of what takes an instant", async () => {
  const own = createRepository();
  const folder = "prisma/migrations";
  own.commit({
    "package.json": `{ "devDependencies": { "prisma": "^7.10.0" } }`,
    [`${folder}/migration_lock.toml`]: `provider = "mysql"\n`,
    [`${folder}/20260101000000_init/migration.sql`]:
      "-- CreateTable\nCREATE TABLE `User` (\n    `id` INTEGER NOT NULL AUTO_INCREMENT,\n    `email` VARCHAR(191) NOT NULL,\n    `nick` VARCHAR(50) NULL,\n\n    UNIQUE INDEX `User_email_key`(`email`),\n    PRIMARY KEY (`id`)\n) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n",
  });
  own.git("switch", "--quiet", "-c", "teams");
  own.commit({
    [`${folder}/20260201000000_team/migration.sql`]:
      "-- AlterTable\nALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL,\n    ADD COLUMN `region` VARCHAR(191) NOT NULL DEFAULT 'eu',\n    ADD COLUMN `teamId` INTEGER NULL,\n    MODIFY `email` VARCHAR(320) NOT NULL,\n    MODIFY `nick` VARCHAR(50) NOT NULL;\n\n-- CreateTable\nCREATE TABLE `Team` (\n    `id` INTEGER NOT NULL AUTO_INCREMENT,\n\n    PRIMARY KEY (`id`)\n) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n\n-- CreateIndex\nCREATE INDEX `User_region_idx` ON `User`(`region`);\n\n-- AddForeignKey\nALTER TABLE `User` ADD CONSTRAINT `User_teamId_fkey` FOREIGN KEY (`teamId`) REFERENCES `Team`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;\n",
  });
  const { code, stdout, stderr } = await check("prisma", own.folder, "--base", "main");
  const fixed = await check("prisma", own.folder, "--base", "main", "--fix", "--dry-run");
  own.dispose();
  expect(stdout).toMatchInlineSnapshot(`
    "prisma/migrations/20260201000000_team/migration.sql
      ✖ add-column-not-null 2:20  existing rows silently get ''; running code that omits "handle" can no longer insert rows
        2 │ ALTER TABLE \`User\` ADD COLUMN \`handle\` VARCHAR(191) NOT NULL,
          │                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  add it as nullable, write it in the code, fill the rows in batches, then make it required
               ALTER TABLE \`User\` ADD COLUMN \`handle\` VARCHAR(191) NULL, ALGORITHM=INSTANT;
               ALTER TABLE \`User\` MODIFY \`handle\` VARCHAR(191) NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;
      ✖ set-not-null 6:5  fails if one is NULL, and so does running code that writes such a row
        6 │     MODIFY \`nick\` VARCHAR(50) NOT NULL;
          │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  stop writing NULL in the code, fill the rows in batches, then make it required while reads and writes continue
               ALTER TABLE \`User\` MODIFY \`nick\` VARCHAR(50) NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;
      ✖ add-foreign-key 19:20  every row of "User" is rewritten while writes wait
        19 │ ALTER TABLE \`User\` ADD CONSTRAINT \`User_teamId_fkey\` FOREIGN KEY (\`teamId\`) REFERENCES \`Team\`(\`id\`) ON DELETE SET NULL ON UPDATE CASCADE;
           │                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  check for rows without a referenced row, then add it unchecked: the server copies nothing and checks new rows
               SET SESSION foreign_key_checks = 0;
               ALTER TABLE \`User\` ADD CONSTRAINT \`User_teamId_fkey\` FOREIGN KEY (\`teamId\`) REFERENCES \`Team\`(\`id\`) ON DELETE SET NULL ON UPDATE CASCADE, ALGORITHM=INPLACE, LOCK=NONE;
               SET SESSION foreign_key_checks = 1;

    ✖ 3 errors in 1 file, 1 migration new since main checked
    To accept a finding, write above its statement: -- lockstep-ignore add-column-not-null: <reason>
    Next   npx @lockstep/prisma explain add-column-not-null
    "
  `);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  // No safe way is one of the same file.
  expect(fixed.stdout).not.toMatch(/^[+-]/m);
});

test("Prisma: one line when all is well", async () => {
  const own = createRepository();
  own.commit({
    "prisma/migrations/migration_lock.toml": `provider = "mysql"\n`,
    "prisma/migrations/20260101000000_init/migration.sql":
      "-- AlterTable\nALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NULL;\n\n-- CreateIndex\nCREATE INDEX `User_handle_idx` ON `User`(`handle`);\n",
  });
  const { code, stdout } = await check("prisma", own.folder, "--all");
  own.dispose();
  expect(stdout).toBe("✔ 1 migration, 2 statements: no findings.\n");
  expect(code).toBe(0);
});

/** What TypeORM 1.1 generated for two versions of an entity, on MariaDB 10.11. */
const first = [
  "CREATE TABLE `team` (`id` int NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB",
  "CREATE TABLE `user` (`id` int NOT NULL AUTO_INCREMENT, `email` varchar(255) NOT NULL, `age` int NULL, `nick` varchar(50) NULL, `legacy` text NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB",
];
const second = [
  "ALTER TABLE `user` DROP COLUMN `legacy`",
  "ALTER TABLE `user` ADD `handle` varchar(255) NOT NULL",
  "ALTER TABLE `user` ADD UNIQUE INDEX `IDX_53197e5dba5dbaf94d29c8edbd` (`handle`)",
  "ALTER TABLE `user` ADD `region` varchar(255) NOT NULL DEFAULT 'eu'",
  "ALTER TABLE `user` ADD `note` varchar(255) NULL",
  "ALTER TABLE `user` ADD `at` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)",
  "ALTER TABLE `user` ADD `code` varchar(36) NOT NULL DEFAULT (uuid())",
  "ALTER TABLE `user` ADD `teamId` int NULL",
  "ALTER TABLE `user` CHANGE `nick` `nick` varchar(50) NOT NULL",
  "CREATE INDEX `IDX_f9575605e918a756d31e5741cd` ON `user` (`note`)",
  "ALTER TABLE `user` ADD CONSTRAINT `FK_1e89f1fd137dc7fea7242377e25` FOREIGN KEY (`teamId`) REFERENCES `team`(`id`) ON DELETE NO ACTION ON UPDATE NO ACTION",
];

test.each(["mariadb", "mysql"])("TypeORM: a data source of %s", async (type) => {
  const own = createRepository();
  own.commit({
    "package.json": `{ "dependencies": { "typeorm": "^1.1.0", "mysql2": "^3" } }`,
    "src/data-source.ts": `import { DataSource } from "typeorm";\nexport default new DataSource({ type: "${type}", migrations: ["src/migrations/*.ts"], entities: [] });\n`,
    "src/migrations/1700000000000-Init.ts": classOf("Init1700000000000", first),
  });
  own.git("switch", "--quiet", "-c", "teams");
  own.commit({ "src/migrations/1700000000001-More.ts": classOf("More1700000000001", second) });
  const { code, stdout } = await check("typeorm", own.folder, "--base", "main", "--format", "github");
  own.dispose();
  const told = stdout
    .split("\n")
    .flatMap((line) => /line=(\d+),.*title=(?:Lockstep:? )?([\w-]+)/.exec(line)?.slice(1).join(" ") ?? []);
  expect(told).toMatchInlineSnapshot(`
    [
      "7 drop-column",
      "8 add-column-not-null",
      "9 add-index",
      "13 add-column-volatile-default",
      "15 set-not-null",
      "17 add-foreign-key",
    ]
  `);
  expect(code).toBe(1);
});

test("a file beside the migrations is for their database; others are counted", async () => {
  const own = createRepository();
  own.commit({
    "prisma/migrations/migration_lock.toml": `provider = "mysql"\n`,
    "prisma/migrations/20260101000000_init/migration.sql": "CREATE TABLE `User` (`id` INTEGER NOT NULL);\n",
    "next.sql": "ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`id` > 0);\n",
  });
  const named = await check("prisma", own.folder, "next.sql");
  own.write({ "prisma/migrations/migration_lock.toml": `provider = "sqlite"\n` });
  const other = await check("prisma", own.folder, "--all");
  own.dispose();
  expect(named.stdout).toContain("✖ add-check 1:20");
  expect(other.stdout).toContain(
    "1 migration of sqlite not checked: Lockstep supports only PostgreSQL, MySQL and MariaDB",
  );
  expect(other.stdout).toMatch(/^No migration\.\n/);
});

function classOf(name: string, statements: readonly string[]): string {
  const lines = statements
    .map((sql) => `        await queryRunner.query(\`${sql.replaceAll("`", "\\`")}\`);\n`)
    .join("");
  return `import { MigrationInterface, QueryRunner } from "typeorm";\n\nexport class ${name} implements MigrationInterface {\n    name = '${name}'\n\n    public async up(queryRunner: QueryRunner): Promise<void> {\n${lines}    }\n\n    public async down(queryRunner: QueryRunner): Promise<void> {\n    }\n}\n`;
}
