import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearsalSchema } from "../../core/src/rehearsal/results/rehearsal.js";
import { openStage } from "../../core/src/rehearsal/server/open-stage.js";
import { createMariadbDatabase, isOnMysql, serverId, serverName } from "../support/mariadb.js";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../support/mysql-prisma-project.js";
import { type RunResult, run } from "../support/run.js";
import { commands, createTypeormProject } from "../support/typeorm-project.js";

// A plan for MariaDB, or MySQL, is rehearsed as a user types it, on a server of its own.

const models = `model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
  posts Post[]
}

model Post {
  id       Int    @id @default(autoincrement())
  title    String
  author   User   @relation(fields: [authorId], references: [id])
  authorId Int
}
`;
const initial = `CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`name\` VARCHAR(191) NOT NULL,
    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE \`Post\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`title\` VARCHAR(191) NOT NULL,
    \`authorId\` INTEGER NOT NULL,
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

ALTER TABLE \`Post\` ADD CONSTRAINT \`Post_authorId_fkey\` FOREIGN KEY (\`authorId\`) REFERENCES \`User\`(\`id\`) ON DELETE RESTRICT ON UPDATE CASCADE;
`;

let shop: MysqlPrismaProject;
beforeAll(async () => {
  shop = await createMysqlPrismaProject(models, initial);
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"]));
  await shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production.url }));
  const session = await shop.production.open();
  const values = Array.from({ length: 3000 }, (_, at) => [`User.${at}@Example.com`, `User ${at}`]);
  await session.query("INSERT INTO `User` (email, name) VALUES ?", [values]);
  await session.query("ANALYZE TABLE `User`");
  await session.end();
  const schema = shop.read("prisma/schema.prisma");
  shop.write(
    "prisma/schema.prisma",
    schema.replace(/(name +String)/, "$1\n  /// @lockstep.backfill(lower(email))\n  handle String @unique"),
  );
  await shop.succeed(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
});
afterAll(() => shop?.dispose());

test("with the statistics of production every phase goes there and back, with the locks that it states", async () => {
  await shop.succeed(shop.lockstep(["stats", "pull", "--target", "production"]));
  const output = await shop.succeed(shop.lockstep(["rehearse"]));
  expect(output).toMatch(new RegExp(`on ${serverName} \\d+\\.\\d+`));
  expect(output).toContain("every lasting lock was as the plan states");
  expect(output).toContain(`(those of ${serverName} contain no shares of NULLs or common values); `);
  const file = `lockstep/${shop.plans()[0]}/rehearsal.json`;
  const { runs, findings, stage, ends, explained } = rehearsalSchema.parse(JSON.parse(shop.read(file)));
  expect(findings).toEqual([]);
  expect(stage).toMatchObject({ dialect: serverId, kind: "embedded", rows: "statistics" });
  const [naive, planned] = runs;
  // Rows have no value for a required column: the ORM's own migration fills '' without a word, and its unique index is refused.
  expect(naive?.steps.some(({ error }) => error !== undefined)).toBe(true);
  expect(planned?.steps.every(({ error }) => error === undefined)).toBe(true);
  expect(planned?.steps.find(({ kind }) => kind === "backfill")?.rows).toBeGreaterThanOrEqual(3000);
  expect(planned?.steps.filter(({ kind }) => kind === "undo").length).toBeGreaterThanOrEqual(2);
  // MySQL keeps statements unless it is told not to: the one that has filled the table. MariaDB's are reads, changes and new rows made up.
  expect({ ends, explained }).toEqual({ ends: "same", explained: isOnMysql ? 1 : 3 });
});

test("the report shows it", async () => {
  await shop.succeed(shop.lockstep(["report"]));
  const html = shop.read(`lockstep/${shop.plans()[0]}/report.html`);
  expect(html).toContain(`On a stage with ${serverName}`);
});

test("a replica that nobody can start is refused, not left out", async () => {
  const { code, output } = await shop.lockstep(["rehearse", "--replica"]);
  expect(code).toBe(2);
  expect(output).toContain("LS6504");
});

const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";
import { Device } from "./device";
export default withLockstep(
  new DataSource({ type: "mariadb", url: process.env.DATABASE_URL, entities: [Device], migrations: ["src/migrations/*.ts"] }),
);
`;
const device = (more = "") => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
@Entity()
export class Device {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", length: 80 })
  name!: string;
${more}}
`;

test("TypeORM's classes are read, and their plan is rehearsed on a server that is named", async () => {
  const database = await createMariadbDatabase("rehearse_typeorm");
  const project = createTypeormProject({
    version: "1.1.1",
    module: "commonjs",
    files: { "src/data-source.ts": dataSource, "src/device.ts": device() },
  });
  const env = { DATABASE_URL: database.url };
  const done = async (command: Promise<RunResult>) => {
    const { code, output } = await command;
    expect(code, output).toBe(0);
    return output;
  };
  const typeorm = (...args: string[]) => done(project.cli("tsx", args, env));
  const lockstep = (...args: string[]) =>
    done(
      run(process.execPath, [join(project.root, "node_modules", commands.lockstep), ...args], {
        cwd: project.root,
        env,
      }),
    );
  const stage = await openStage({ root: project.root, dialect: serverId, settings: { performance_schema: "ON" } });
  try {
    await typeorm("migration:generate", "src/migrations/Init");
    await typeorm("migration:run");
    const label = `\n  /** @lockstep.backfill(upper(name)) */\n  @Column({ type: "varchar", length: 80 })\n  label!: string;\n`;
    project.write("src/device.ts", device(label));
    await typeorm("migration:generate", "src/migrations/Label");
    const output = await lockstep("rehearse", "--rows", "2000", "--stage-url", stage.admin(await stage.create()));
    expect(output).toContain("every lasting lock was as the plan states");
  } finally {
    await stage.close();
    project.dispose();
    await database.drop();
  }
});
