import { prisma7, prismaClient, prismaFiles, users } from "./prisma-app.js";
import type { Shape } from "./repository.js";
import {
  activeRecord,
  activeUsersService,
  initMigration,
  postEntity,
  userEntity,
  usersService,
  withExtensions,
  withTypes,
} from "./typeorm-app.js";

export const tsconfig = (options: object, include: readonly string[] = ["."]): string =>
  `${JSON.stringify({ compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, target: "ES2022", types: ["node"], ...options }, include }, null, 2)}\n`;

/** What security tools and older siblings of a monorepo hold everybody to. */
const overrides = {
  zod: "3.25.76",
  yaml: "1.10.3",
  commander: "9.5.0",
  minimatch: "3.1.2",
  picomatch: "2.3.1",
  diff: "5.2.0",
};

const npmOverrides: Shape = {
  name: "Prisma, npm, overrides, several schema files, path aliases, prettier 3, TypeScript 5.4, ESM",
  isNightly: true,
  manager: "npm",
  typescript: "5.4.5",
  formatter: "prettier 3",
  depth: "expand",
  overrides,
  packages: {
    ".": {
      name: "app",
      isModule: true,
      dependencies: { ...prisma7, zod: overrides.zod },
      devDependencies: { prisma: "7.10.0" },
    },
  },
  files: {
    ".gitignore": "node_modules\ngenerated\n",
    "tsconfig.json": tsconfig({ module: "ESNext", moduleResolution: "bundler", paths: { "@/*": ["./src/*"] } }),
    ...prismaFiles({ isModule: true, isMultiFile: true }),
    "src/db.ts": prismaClient("./generated/client"),
    "src/users.ts": users("@/db"),
  },
};

/** Where the model User is, from the root. */
export const schemaFileOf = ({ files }: Shape): string =>
  Object.keys(files).find((file) => /^model User /m.test(files[file] ?? "")) ?? "";

/** The schema in a package of its own, with code in others: each package builds its own. */
const workspace = (
  manager: Shape["manager"],
  formatter: Shape["formatter"],
  typescript: string,
  catalog?: Shape["catalog"],
): Shape => ({
  name: `Prisma in packages/db, code in two others, ${manager}${catalog === undefined ? "" : " with a catalog"}, ${formatter}, TypeScript ${typescript}`,
  ...(catalog === undefined ? {} : { catalog }),
  manager,
  typescript,
  formatter,
  folder: "packages/db",
  overrides,
  packages: {
    "packages/db": {
      name: "@acme/db",
      isModule: true,
      exports: "./src/index.ts",
      dependencies: catalog === undefined ? prisma7 : inCatalog(prisma7),
      devDependencies: { prisma: catalog === undefined ? "7.10.0" : "catalog:" },
    },
    "apps/api": { name: "api", isModule: true, dependencies: { "@acme/db": own(manager) } },
    "apps/worker": { name: "worker", isModule: true, dependencies: { "@acme/db": own(manager) } },
  },
  files: {
    ".gitignore": "node_modules\ngenerated\n.pnp.*\n.yarn\n",
    ...Object.fromEntries(
      Object.entries({
        "tsconfig.json": tsconfig({ module: "ESNext", moduleResolution: "bundler" }),
        ...prismaFiles({ isModule: true }),
        "src/index.ts": prismaClient("./generated/client"),
      }).map(([file, text]) => [`packages/db/${file}`, text]),
    ),
    ...Object.fromEntries(
      ["api", "worker"].flatMap((name) => [
        [`apps/${name}/tsconfig.json`, tsconfig({ module: "ESNext", moduleResolution: "bundler" })],
        [`apps/${name}/src/users.ts`, users("@acme/db")],
      ]),
    ),
  },
});
/** How a package of the workspace is asked for. */
export const own = (manager: Shape["manager"]) => (/^(?:npm|yarn 1)$/.test(manager) ? "1.0.0" : "workspace:*");

const inCatalog = (packages: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.keys(packages).map((name) => [name, "catalog:"]));

export const prismaShapes: readonly Shape[] = [
  npmOverrides,
  // The newest of each: the compiler in Go, and a CLI whose client is a patch behind.
  workspace("pnpm", "biome", "7.0.2", { ...prisma7, prisma: "7.10.1" }),
  { ...workspace("yarn 4", "prettier 3", "6.0.3"), depth: "expand" },
  { ...workspace("npm", "dprint", "5.4.5"), depth: "expand", isNightly: true },
  {
    ...workspace("pnpm hoisted", "none", "5.9.3"),
    name: "Prisma, pnpm hoisted, eslint, CommonJS, TypeScript 5.9",
    isLinted: true,
    depth: "expand",
    isNightly: true,
    folder: ".",
    overrides: {},
    packages: {
      ".": { name: "app", dependencies: prisma7, devDependencies: { prisma: "7.10.0" } },
    },
    files: {
      ".gitignore": "node_modules\ngenerated\n",
      "tsconfig.json": tsconfig({ module: "Node16", moduleResolution: "Node16" }),
      ...prismaFiles({ isModule: false }),
      "src/db.ts": prismaClient("./generated/client"),
      "src/users.ts": users("./db"),
    },
  },
];

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
