import { prisma7, prismaClient, prismaFiles, users } from "./prisma-app.js";
import type { Shape } from "./repository.js";

export const tsconfig = (options: object, include: readonly string[] = ["."]): string =>
  `${JSON.stringify({ compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, target: "ES2022", types: ["node"], ...options }, include }, null, 2)}\n`;

/** What security tools and older siblings of a monorepo hold everybody to. */
export const overrides = {
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
