import type { Shape } from "./repository.js";
import { overrides, tsconfig } from "./shapes.js";
import {
  activeRecord,
  activeUsersService,
  initMigration,
  injected,
  mysqlMigration,
  postEntity,
  userEntity,
  usersService,
  withExtensions,
  withTypes,
} from "./typeorm-app.js";

/** @param dataSource the text of src/data-source.ts */
const typeormFiles = (dataSource: string, migrations: string, active = false): Record<string, string> => ({
  ".gitignore": "node_modules\ndist\n",
  "src/entities/user.ts": active ? activeRecord(userEntity) : userEntity,
  "src/entities/post.ts": active ? activeRecord(postEntity) : postEntity,
  "src/users.ts": active ? activeUsersService : usersService,
  "src/data-source.ts": dataSource,
  [`${migrations}/1767225600000-Init.ts`]: initMigration,
});
const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };

export interface TypeormShape extends Shape {
  readonly migrations: string;
  /** The entities differ from what the migrations make, so that none can be generated. */
  readonly isByHand?: true;
}

export const typeormShapes: readonly TypeormShape[] = [
  {
    name: "TypeORM 0.3.11, npm, classes in an array, active record, ts-node, eslint, prettier 2, TypeScript 4.9, CommonJS",
    manager: "npm",
    typescript: "4.9.5",
    formatter: "prettier 2",
    isLinted: true,
    depth: "expand",
    overrides: { yaml: overrides.yaml, commander: overrides.commander, minimatch: overrides.minimatch },
    migrations: "src/migrations",
    packages: {
      ".": {
        name: "app",
        scripts: {
          typeorm: "typeorm-ts-node-commonjs -d src/data-source.ts",
          "migration:generate": "npm run typeorm -- migration:generate",
          "migration:run": "npm run typeorm -- migration:run",
        },
        dependencies: { typeorm: "0.3.11", pg: "8.11.3", "reflect-metadata": "0.1.13" },
        devDependencies: { "ts-node": "10.9.2" },
      },
    },
    files: {
      ...typeormFiles(
        `import "reflect-metadata";
import { DataSource } from "typeorm";
import { Post } from "./entities/post";
import { User } from "./entities/user";
import { Init1767225600000 } from "./migrations/1767225600000-Init";

export const dataSource = new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: [User, Post],
  migrations: [Init1767225600000],
});
`,
        "src/migrations",
        true,
      ),
      "tsconfig.json": tsconfig({ ...decorators, module: "commonjs", moduleResolution: "node" }),
    },
  },
  {
    name: "TypeORM 1, yarn 1, data source from a function, migrations of two databases, tsx, biome, TypeScript 7.0, ESM",
    manager: "yarn 1",
    typescript: "7.0.2",
    formatter: "biome",
    depth: "expand",
    isNightly: true,
    migrations: "src/migrations/postgres",
    packages: {
      ".": {
        name: "app",
        isModule: true,
        scripts: {
          typeorm: "tsx ./node_modules/typeorm/cli.js -d src/data-source.ts",
          "migration:generate": "yarn -s typeorm migration:generate",
          "migration:run": "yarn -s typeorm migration:run",
        },
        dependencies: { typeorm: "1.1.1", pg: "8.16.3", "reflect-metadata": "0.2.2" },
        devDependencies: { tsx: "4.20.6" },
      },
    },
    files: Object.fromEntries(
      Object.entries(
        typeormFiles(
          `import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";
import { Post } from "./entities/post";
import { User } from "./entities/user";

function options(): DataSourceOptions {
  const shared = { entities: [User, Post] };
  return process.env.DB === "sqlite"
    ? { ...shared, type: "better-sqlite3", database: "app.db", migrations: ["src/migrations/sqlite/*.ts"] }
    : { ...shared, type: "postgres", url: process.env.DATABASE_URL, migrations: ["src/migrations/postgres/*.ts"] };
}

function getDataSource(): DataSource {
  return new DataSource(options());
}

export const dataSource = getDataSource();
`,
          "src/migrations/postgres",
        ),
      )
        .concat([
          ["tsconfig.json", tsconfig({ ...decorators, module: "NodeNext", moduleResolution: "NodeNext" })],
          ["src/migrations/sqlite/1767225600000-Init.ts", initMigration],
        ])
        .map(([file, text]) => [file, file.endsWith(".ts") ? withExtensions(withTypes(text)) : text]),
    ),
  },
  {
    name: "TypeORM 0.3, pnpm, compiled to dist, data source in a ternary, eslint, dprint, TypeScript 5.9, CommonJS",
    manager: "pnpm",
    typescript: "5.9.3",
    formatter: "dprint",
    isLinted: true,
    depth: "expand",
    migrations: "src/migrations",
    packages: {
      ".": {
        name: "app",
        scripts: {
          build: "tsc",
          "migration:generate": "typeorm migration:generate -d dist/data-source.js",
          "migration:run": "typeorm migration:run -d dist/data-source.js",
        },
        dependencies: { typeorm: "0.3.31", pg: "8.16.3", "reflect-metadata": "0.2.2" },
      },
    },
    files: {
      ...typeormFiles(
        `import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";

const options: DataSourceOptions = {
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: [\`\${__dirname}/entities/*.js\`],
  migrations: [\`\${__dirname}/migrations/*.js\`],
};

export const dataSource =
  process.env.LOG_SQL === "1" ? new DataSource({ ...options, logging: true }) : new DataSource(options);
`,
        "src/migrations",
      ),
      "tsconfig.json": tsconfig(
        {
          ...decorators,
          module: "Node16",
          moduleResolution: "Node16",
          noEmit: false,
          rootDir: "src",
          outDir: "dist",
          skipLibCheck: true,
        },
        ["src"],
      ),
    },
  },
];

/** Where the data source and the repositories come out of classes and containers. */
const fromContainer: TypeormShape = {
  name: "TypeORM 0.3.20, npm, data source in a getter of a class, repositories in a container, eslint, prettier 3, TypeScript 5.9",
  manager: "npm",
  typescript: "5.9.3",
  formatter: "prettier 3",
  isLinted: true,
  migrations: "src/migrations",
  packages: {
    ".": {
      name: "app",
      scripts: {
        typeorm: "typeorm-ts-node-commonjs -d src/data-source.ts",
        "migration:generate": "npm run typeorm -- migration:generate",
        "migration:run": "npm run typeorm -- migration:run",
      },
      dependencies: { typeorm: "0.3.20", pg: "8.16.3", "reflect-metadata": "0.2.2", inversify: "6.2.2" },
      devDependencies: { "ts-node": "10.9.2" },
    },
  },
  files: {
    ...typeormFiles(
      `import { DatabaseConfig } from "./database-config";

export const dataSource = new DatabaseConfig().dataSource;
`,
      "src/migrations",
    ),
    ...injected,
    "src/database-config.ts": `import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";
import { Post } from "./entities/post";
import { User } from "./entities/user";
import { Init1767225600000 } from "./migrations/1767225600000-Init";

export class DatabaseConfig {
  get options(): DataSourceOptions {
    return {
      type: "postgres",
      url: process.env.DATABASE_URL,
      entities: [User, Post],
      migrations: [Init1767225600000],
    };
  }

  get dataSource(): DataSource {
    return new DataSource(this.options);
  }
}
`,
    "tsconfig.json": tsconfig({ ...decorators, module: "commonjs", moduleResolution: "node" }),
  },
};

/** The driver's name for both servers, which many have kept. */
const asMysql: TypeormShape = {
  name: "TypeORM 0.3.31 as mysql on MariaDB, yarn 4, biome, TypeScript 6.0",
  manager: "yarn 4",
  typescript: "6.0.3",
  formatter: "biome",
  database: "MariaDB",
  migrations: "src/migrations",
  packages: {
    ".": {
      name: "app",
      isModule: true,
      scripts: {
        typeorm: "tsx ./node_modules/typeorm/cli.js -d src/data-source.ts",
        "migration:generate": "yarn typeorm migration:generate",
        "migration:run": "yarn typeorm migration:run",
      },
      dependencies: { typeorm: "0.3.31", mysql2: "3.15.3", "reflect-metadata": "0.2.2" },
      devDependencies: { tsx: "4.20.6" },
    },
  },
  files: Object.fromEntries(
    Object.entries({
      ...typeormFiles(
        `import "reflect-metadata";
import { DataSource } from "typeorm";
import { Post } from "./entities/post";
import { User } from "./entities/user";

export const dataSource = new DataSource({
  type: "mysql",
  url: process.env.DATABASE_URL,
  entities: [User, Post],
  migrations: ["src/migrations/*.ts"],
});
`,
        "src/migrations",
      ),
      "src/entities/user.ts": userEntity
        .replace("Column, Entity", "Column, CreateDateColumn, Entity")
        .replace("  name!: string;\n", "$&\n  @CreateDateColumn()\n  createdAt!: Date;\n"),
      "src/migrations/1767225600000-Init.ts": mysqlMigration,
      "tsconfig.json": tsconfig({ ...decorators, module: "NodeNext", moduleResolution: "NodeNext" }),
    }).map(([file, text]) => [file, file.endsWith(".ts") ? withExtensions(withTypes(text)) : text]),
  ),
};

/** Where `migration:generate` always has something to say that nobody has edited. */
const byHand: TypeormShape = {
  name: "TypeORM 0.3.31, pnpm, migrations by hand that differ from the entities, prettier 3, TypeScript 5.4",
  manager: "pnpm",
  typescript: "5.4.5",
  formatter: "prettier 3",
  migrations: "src/migrations",
  isByHand: true,
  packages: {
    ".": {
      name: "app",
      scripts: {
        "migration:generate": "typeorm-ts-node-commonjs migration:generate -d src/data-source.ts",
        "migration:run": "typeorm-ts-node-commonjs migration:run -d src/data-source.ts",
      },
      dependencies: { typeorm: "0.3.31", pg: "8.16.3", "reflect-metadata": "0.2.2" },
      devDependencies: { "ts-node": "10.9.2" },
    },
  },
  files: {
    ...typeormFiles(
      `import "reflect-metadata";
import { DataSource } from "typeorm";

export const dataSource = new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: ["src/entities/*.ts"],
  migrations: ["src/migrations/*.ts"],
});
`,
      "src/migrations",
    ),
    // No entity has this length, column and index.
    "src/entities/user.ts": userEntity.replace("@Column()\n  name", "@Column({ length: 100 })\n  name"),
    "src/migrations/1767225600000-Init.ts": initMigration
      .replace('"name" character varying', '"legacyId" integer, "name" character varying(200)')
      .replace(
        /(?= {2}\}\n\n {2}public async down)/,
        '    await queryRunner.query(`CREATE INDEX "user_name" ON "user" ("name")`);\n',
      ),
    "tsconfig.json": tsconfig({ ...decorators, module: "commonjs", moduleResolution: "node" }),
  },
};

export const typeormForms = [fromContainer, byHand];
export const typeormOnMariadb = [asMysql];
