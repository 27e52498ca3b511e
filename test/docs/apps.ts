/** The applications of the pages. */
import { join } from "node:path";
import { prisma7, prismaClient, prismaFiles, users } from "../packed/prisma-app.js";
import { initMigration, postEntity, userEntity, usersService } from "../packed/typeorm-app.js";
import { deployMigrations } from "../support/deploy-migrations.js";
import type { App } from "./project.js";

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: "ES2022", types: ["node"] };
const insert = (table: string) => (rows: number) =>
  `INSERT INTO "${table}" ("email", "name") SELECT 'User.' || n || '@Example.com', 'User ' || n FROM generate_series(1, ${rows}) n`;

export const prismaPackages = ["prisma", "@prisma/client", "@prisma/adapter-pg", "@types", "typescript"];
export const prismaCommands = { prisma: "prisma/build/index.js", tsc: "typescript/bin/tsc" };

/** @param more besides what every application with Prisma has */
export const prismaAppOf = (more: { readonly packages?: readonly string[]; readonly tsconfig?: object }): App => ({
  packages: [...prismaPackages, ...(more.packages ?? [])],
  commands: prismaCommands,
  files: {
    ".gitignore": "node_modules\ngenerated\n",
    "package.json": json({
      name: "app",
      private: true,
      type: "module",
      dependencies: prisma7,
      devDependencies: { prisma: "7.10.0", typescript: "6.0.3" },
    }),
    "tsconfig.json": json({
      compilerOptions: { ...compilerOptions, module: "ESNext", moduleResolution: "bundler", ...more.tsconfig },
      include: ["src"],
    }),
    ...prismaFiles({ isModule: true }),
    "src/db.ts": prismaClient("./generated/client"),
    "src/users.ts": users("./db"),
  },
  prepare: {
    // Before it is wrapped the stock command would download an engine.
    migrate: ({ folder, url }) => deployMigrations(url, join(folder, "prisma/migrations")),
    rows: insert("User"),
  },
});

export const prismaApp = prismaAppOf({});

const typeorm = "typeorm-ts-node-commonjs -d src/data-source.ts";
export const typeormApp: App = {
  packages: ["typeorm", "pg", "reflect-metadata", "ts-node", "@types", "typescript"],
  commands: { "typeorm-ts-node-commonjs": "typeorm/cli-ts-node-commonjs.js", tsc: "typescript/bin/tsc" },
  files: {
    ".gitignore": "node_modules\ndist\n",
    "package.json": json({
      name: "app",
      private: true,
      scripts: {
        "migration:generate": `${typeorm.replace(" -d", " migration:generate -d")}`,
        "migration:run": `${typeorm.replace(" -d", " migration:run -d")}`,
      },
      dependencies: { pg: "8.23.1", "reflect-metadata": "0.2.2", typeorm: "1.1.1" },
      devDependencies: { "ts-node": "10.9.2", typescript: "6.0.3" },
    }),
    "tsconfig.json": json({
      compilerOptions: {
        ...compilerOptions,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        module: "Node16",
        moduleResolution: "Node16",
        rootDir: ".",
      },
      include: ["src"],
    }),
    "src/entities/user.ts": userEntity,
    "src/entities/post.ts": postEntity,
    "src/users.ts": usersService,
    "src/data-source.ts": `import "reflect-metadata";
import { DataSource } from "typeorm";

export const dataSource = new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: ["src/entities/*.ts"],
  migrations: ["src/migrations/*.ts"],
});
`,
    "src/migrations/1767225600000-Init.ts": initMigration,
  },
  prepare: { migrate: ({ type }) => type("npm run migration:run"), rows: insert("user") },
};
