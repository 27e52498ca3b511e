/** Repositories with Prisma 6 as most have it: the client in node_modules, no prisma.config.ts; and where Nx keeps that file. */
import { fileURLToPath } from "node:url";
import { configFile, defaultClient, prisma7, prismaClient, prismaFiles, users } from "./prisma-app.js";
import type { Shape } from "./repository.js";
import { own, tsconfig } from "./shapes.js";

const prisma6 = { "@prisma/client": "6.19.3" };

const under = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));

/** Handlers as Next.js has them in app/: what the request may have left out stays as it is. */
const updateHandler = (from: string): string => `import { prisma } from "${from}";

interface Context {
  params: Promise<{ id: string }>;
}

export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const { id } = await params;
  const user = await prisma.user.findUnique({ where: { id: Number(id) }, select: { id: true, email: true, name: true } });
  return user === null ? new Response(null, { status: 404 }) : Response.json(user);
}

export async function PATCH(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params;
  const { email, name } = (await request.json()) as { email?: string; name?: string };
  const user = await prisma.user.update({
    where: { id: Number(id) },
    data: { ...(email !== undefined && { email }), ...(name !== undefined && { name }) },
  });
  return Response.json(user);
}
`;

/** The schema in a package of its own, the client of all packages in the one node_modules. */
const workspace = (manager: Shape["manager"], isMultiFile: boolean, rest: Partial<Shape> = {}): Shape => ({
  name: `Prisma 6.19 with its default client, ${isMultiFile ? "a schema folder" : "one schema"}, ${manager} workspace, update handlers`,
  manager,
  typescript: "5.9.3",
  formatter: "prettier 3",
  folder: "packages/db",
  places: ["apps/web/src/users.ts", "apps/web/src/app/api/users/[id]/route.ts"],
  // Generating copies the engine, and would download it. No query runs here.
  env: { PRISMA_QUERY_ENGINE_LIBRARY: fileURLToPath(import.meta.url) },
  packages: {
    "packages/db": {
      name: "@acme/db",
      exports: "./src/index.ts",
      dependencies: prisma6,
      devDependencies: { prisma: "6.19.3" },
      ...(isMultiFile ? { prisma: { schema: "prisma" } } : {}),
    },
    "apps/web": { name: "web", dependencies: { "@acme/db": own(manager) } },
  },
  files: {
    ".gitignore": "node_modules\n.next\n",
    ...under("packages/db", {
      "tsconfig.json": tsconfig({ module: "ESNext", moduleResolution: "bundler" }),
      ...prismaFiles({ isModule: false, isMultiFile, hasDefaultClient: true }),
      "src/index.ts": defaultClient,
    }),
    ...under("apps/web", {
      "tsconfig.json": tsconfig({ module: "ESNext", moduleResolution: "bundler", lib: ["ES2022", "DOM"] }),
      "src/users.ts": users("@acme/db"),
      "src/app/api/users/[id]/route.ts": updateHandler("@acme/db"),
    }),
  },
  ...rest,
});

const nested = `${JSON.stringify({ extends: "../../tsconfig.base.json", include: ["."] }, null, 2)}\n`;
const projectOf = (name: string, projectType: string): string =>
  `${JSON.stringify({ name, projectType, sourceRoot: `${projectType === "library" ? "libs" : "apps"}/${name}/src`, targets: {} }, null, 2)}\n`;
const base = { module: "ESNext", moduleResolution: "bundler", paths: { "@acme/db": ["./libs/db/src/index.ts"] } };

/** Projects under one package.json, as Nx has them: the config beside those of other tools in .config. */
const nx: Shape = {
  name: "Prisma 7 in a library of an Nx repository, .config/prisma.ts, npm, eslint, prettier 3, TypeScript 5.9",
  manager: "npm",
  typescript: "5.9.3",
  formatter: "prettier 3",
  isLinted: true,
  projects: [".", "libs/db", "apps/api"],
  packages: { ".": { name: "acme", isModule: true, dependencies: prisma7, devDependencies: { prisma: "7.10.0" } } },
  files: {
    ".gitignore": "node_modules\ngenerated\n.nx\n",
    "tsconfig.base.json": tsconfig(base, []),
    "tsconfig.json": `${JSON.stringify({ extends: "./tsconfig.base.json", include: ["*.ts", ".config/*.ts"] }, null, 2)}\n`,
    "nx.json": `${JSON.stringify({ defaultBase: "main", namedInputs: { default: ["{projectRoot}/**/*"] } }, null, 2)}\n`,
    ".config/prisma.ts": configFile("../libs/db/prisma/schema.prisma", "../libs/db/prisma/migrations"),
    ...under(
      "libs/db",
      Object.fromEntries(
        Object.entries({
          "project.json": projectOf("db", "library"),
          "tsconfig.json": nested,
          ...prismaFiles({ isModule: true }),
          "src/index.ts": prismaClient("./generated/client"),
        }).filter(([file]) => file !== "prisma.config.ts"),
      ),
    ),
    ...under("apps/api", {
      "project.json": projectOf("api", "application"),
      "tsconfig.json": nested,
      "src/users.ts": users("@acme/db"),
    }),
  },
};

export const prisma6Shapes: readonly Shape[] = [
  { ...workspace("npm", true, { isLinted: true }) },
  { ...workspace("yarn 1", false), depth: "expand" },
  { ...workspace("pnpm", false), depth: "expand", isNightly: true },
  nx,
];
