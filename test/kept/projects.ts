/** The projects whose plans are kept: each ORM on each family of databases, with one required unique column. */
import { type Orm, succeeded } from "../contract/orm-app.js";
import { prisma } from "../contract/prisma.js";
import { typeorm } from "../contract/typeorm.js";
import { createMysqlPrismaProject } from "../support/mysql-prisma-project.js";
import type { RunResult } from "../support/run.js";

export interface Project {
  readonly root: string;
  /** Adds the column to the model, and has the stock command write its migrations. */
  plan(): Promise<unknown>;
  /** The stock command that applies migrations. */
  apply(on: "development" | "production"): Promise<unknown>;
  lockstep(...args: readonly string[]): Promise<RunResult>;
  commit(message: string): Promise<void>;
  close(): Promise<void>;
}

/** With databases that have the first migration, and rows. */
export const projects: Readonly<Record<string, () => Promise<Project>>> = {
  "prisma-postgresql": () => ofOrm(prisma),
  "prisma-mariadb": prismaOnMariadb,
  "typeorm-postgresql": () => ofOrm(typeorm("1.1.1")),
  "typeorm-mariadb": () => ofOrm(typeorm("1.1.1", "MariaDB")),
};

async function ofOrm(orm: Orm): Promise<Project> {
  const app = await orm.create().open();
  return {
    root: app.root,
    plan() {
      app.declare({ columns: [{ name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" }] });
      return succeeded(app.generate("AddHandle"));
    },
    apply: (on) => succeeded(app.apply(app[on])),
    lockstep: (...args) => app.lockstep(...args),
    commit: (message) => app.commit(message),
    close: () => app.close(),
  };
}

const models = `model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
}
`;
const initial = `-- CreateTable
CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`name\` VARCHAR(191) NOT NULL,

    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;
const code = {
  "src/users.ts": `import { prisma } from "./db";

export function register(email: string, name: string) {
  return prisma.user.create({ data: { email, name } });
}
`,
};

async function prismaOnMariadb(): Promise<Project> {
  const shop = await createMysqlPrismaProject(models, initial, code);
  await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
  const apply: Project["apply"] = (on) =>
    shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop[on].url }));
  for (const on of ["development", "production"] as const) {
    await apply(on);
    const session = await shop[on].open();
    const rows = Array.from({ length: 20 }, (_, at) => [`User.${at}@Example.com`, `User ${at}`]);
    await session.query("INSERT INTO `User` (email, name) VALUES ?", [rows]);
    await session.end();
  }
  await shop.commit("Set up Lockstep");
  return {
    root: shop.root,
    plan() {
      const column = "/// @lockstep.backfill(lower(email))\n  handle String @unique";
      const schema = shop.read("prisma/schema.prisma");
      shop.write("prisma/schema.prisma", schema.replace(/(name +String)/, `$1\n  ${column}`));
      return shop.succeed(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
    },
    apply,
    lockstep: (...args) => shop.lockstep(args),
    commit: (message) => shop.commit(message),
    close: () => shop.dispose(),
  };
}

/** What a person confirms for contract. */
export const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];
