import { prisma7, prismaClient, prismaFiles, users } from "./prisma-app.js";
import type { Shape } from "./repository.js";

const tsconfig = (options: object, include: readonly string[] = ["."]): string =>
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

export const npmOverrides: Shape = {
  name: "Prisma, npm, overrides, several schema files, path aliases, prettier 3, TypeScript 5.4, ESM",
  manager: "npm",
  typescript: "5.4.5",
  formatter: "prettier 3",
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

export const prismaShapes: readonly Shape[] = [npmOverrides];
