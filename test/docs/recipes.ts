/** The applications of docs/recipes.md, by chapter. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prismaClient, users } from "../packed/prisma-app.js";
import { prismaAppOf, prismaPackages, typeormApp } from "./apps.js";
import type { App } from "./project.js";

const nest = fileURLToPath(new URL("../../examples/typeorm-nest", import.meta.url));
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => !/^(?:node_modules|dist)\b/.test(file) && statSync(join(folder, file)).isFile())
      .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  );
const nestFiles = filesOf(nest);
const nestManifest = JSON.parse(nestFiles["package.json"] ?? "");

const setUp = ["npx @lockstep/prisma init --yes"];
const commit = "git add -A && git commit -qm 'Set up Lockstep'";
const nobody = { DATABASE_URL: { rows: 0 }, PRODUCTION_DATABASE_URL: { rows: 0 } };

const prismaNest = prismaAppOf({ packages: ["@nestjs/common"], tsconfig: { experimentalDecorators: true } });
const trpc = prismaAppOf({ packages: ["zod"] });

/** An application whose users are written by a library. */
const signUps = (
  schema: string,
  files: Readonly<Record<string, string>>,
  registry: Readonly<Record<string, string>>,
): App => {
  const { files: all, packages, commands } = prismaAppOf({ packages: ["tsx"] });
  const kept = Object.entries(all).filter(([file]) => !/^prisma\/|^src\/users/.test(file));
  return {
    packages,
    commands: { ...commands, tsx: "tsx/dist/cli.mjs" },
    registry,
    databases: nobody,
    files: {
      ...Object.fromEntries(kept),
      "prisma/schema.prisma": `generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

datasource db {
  provider = "postgresql"
}

${schema}`,
      ...files,
    },
    // Tables that the same migration makes are in nobody's way.
    before: [...setUp, "npx prisma migrate dev --name start", "npx lockstep deploy", commit],
  };
};

/** @param signUp a statement that writes a user with the address `email` */
const signUpScript = (imports: string, signUp: string): string => `import { ${imports} } from "./auth";
import { prisma } from "./db";

const email = process.argv[2] ?? "";
${signUp}
const [row] = await prisma.$queryRaw<{ handle: string | null }[]>\`SELECT handle FROM "User" WHERE email = \${email}\`;
console.log(\`\${email} has the handle \${row?.handle}\`);
await prisma.$disconnect();
`;
const { "src/users.ts": _service, "src/db.ts": _client, ...models } = prismaNest.files;

/** What the fixtures of the gallery declare of packages that are not installed: tRPC's are the same. */
const frameworks = readFileSync(new URL("../scenarios/code/frameworks.d.ts", import.meta.url), "utf8");
const trpcTypes = /declare module "@trpc\/server" \{[\s\S]*?^\}\n/m.exec(frameworks)?.[0] ?? "";

const workspace = prismaAppOf({});
const inFolder = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));
const { ".gitignore": ignore = "", "src/users.ts": _users, ...database } = workspace.files;
const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;

export const recipes: Readonly<Record<string, App>> = {
  "better-auth": signUps(
    `model User {
  id            String    @id
  name          String
  email         String    @unique
  emailVerified Boolean   @default(false)
  image         String?
  createdAt     DateTime  @default(now())
  updatedAt     DateTime  @updatedAt
  sessions      Session[]
  accounts      Account[]
}

model Session {
  id        String   @id
  expiresAt DateTime
  token     String   @unique
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  ipAddress String?
  userAgent String?
  userId    String
  user      User     @relation(fields: [userId], references: [id], onDelete: Cascade)
}

model Account {
  id                    String    @id
  accountId             String
  providerId            String
  userId                String
  user                  User      @relation(fields: [userId], references: [id], onDelete: Cascade)
  accessToken           String?
  refreshToken          String?
  idToken               String?
  accessTokenExpiresAt  DateTime?
  refreshTokenExpiresAt DateTime?
  scope                 String?
  password              String?
  createdAt             DateTime  @default(now())
  updatedAt             DateTime  @updatedAt
}

model Verification {
  id         String   @id
  identifier String
  value      String
  expiresAt  DateTime
  createdAt  DateTime @default(now())
  updatedAt  DateTime @updatedAt
}
`,
    {
      "src/auth.ts": `import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { prisma } from "./db";

export const auth = betterAuth({
  baseURL: "http://localhost:3000",
  secret: "only for this page, and long enough",
  database: prismaAdapter(prisma, { provider: "postgresql" }),
  emailAndPassword: { enabled: true },
});
`,
      "src/sign-up.ts": signUpScript(
        "auth",
        `await auth.api.signUpEmail({ body: { email, name: "Ada", password: "a long password" } });`,
      ),
    },
    { "better-auth": "1.7.25" },
  ),
  "NextAuth (Auth.js)": signUps(
    `model User {
  id            String    @id @default(cuid())
  name          String?
  email         String    @unique
  emailVerified DateTime?
  image         String?
}
`,
    {
      "src/auth.ts": `import { PrismaAdapter } from "@auth/prisma-adapter";
import { prisma } from "./db";

export const adapter = PrismaAdapter(prisma);
`,
      "src/sign-up.ts": signUpScript(
        "adapter",
        `await adapter.createUser?.({ id: "", email, emailVerified: null, name: "Ada" });`,
      ),
    },
    { "@auth/prisma-adapter": "2.11.3" },
  ),
  "NestJS with TypeORM": {
    files: { ...nestFiles, ".gitignore": "node_modules\ndist\n" },
    packages: [...Object.keys({ ...nestManifest.dependencies, ...nestManifest.devDependencies })],
    commands: typeormApp.commands,
    prepare: { migrate: ({ type }) => type("npm run migration:run"), rows: () => "SELECT" },
  },
  "NestJS with Prisma": {
    ...prismaNest,
    before: setUp,
    files: {
      ...models,
      "src/prisma.service.ts": `import { Injectable } from "@nestjs/common";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client";

@Injectable()
export class PrismaService extends PrismaClient {
  constructor() {
    super({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
  }
}
`,
      "src/users.service.ts": `import { Injectable } from "@nestjs/common";
import { PrismaService } from "./prisma.service";

@Injectable()
export class UsersService {
  constructor(private readonly prisma: PrismaService) {}

  signUp(email: string, name: string) {
    return this.prisma.user.create({ data: { email, name } });
  }
}
`,
    },
  },
  tRPC: {
    ...trpc,
    before: [...setUp, commit],
    databases: nobody,
    files: {
      ...trpc.files,
      "src/trpc.d.ts": trpcTypes,
      "src/router.ts": `import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { prisma } from "./db";

const t = initTRPC.context<object>().create();
const userOutput = z.strictObject({ id: z.number(), email: z.string(), name: z.string() });

export const users = t.router({
  list: t.procedure.output(z.array(userOutput)).query(() => prisma.user.findMany()),
  signUp: t.procedure
    .input(z.object({ email: z.string(), name: z.string() }))
    .mutation(({ input }) => prisma.user.create({ data: input })),
});
`,
    },
  },
  "Rename a field": { ...workspace, before: [...setUp, commit], databases: nobody },
  Monorepo: {
    ...workspace,
    packages: prismaPackages,
    links: { "@acme/db": "packages/db" },
    folder: "packages/db",
    files: {
      ".gitignore": ignore,
      "package.json": json({ name: "acme", private: true, workspaces: ["packages/*", "apps/*"] }),
      ...inFolder("packages/db", {
        ...database,
        "package.json": json({
          ...JSON.parse(database["package.json"] ?? ""),
          name: "@acme/db",
          exports: "./src/db.ts",
        }),
      }),
      ...inFolder("apps/api", {
        "package.json": json({ name: "api", private: true, type: "module", dependencies: { "@acme/db": "*" } }),
        "tsconfig.json": database["tsconfig.json"] ?? "",
        "src/users.ts": users("@acme/db"),
      }),
    },
  },
  "Several databases": {
    ...workspace,
    before: setUp,
    databases: { DATABASE_URL: { rows: 5 }, EU_DATABASE_URL: { rows: 50 }, US_DATABASE_URL: { rows: 70 } },
  },
  "Several Prisma schemas": {
    ...workspace,
    files: {
      ...workspace.files,
      ...inFolder("billing", {
        ...Object.fromEntries(Object.entries(workspace.files).filter(([file]) => file.startsWith("prisma"))),
        "src/db.ts": prismaClient("./generated/client"),
      }),
    },
  },
  Tenants: {
    ...workspace,
    before: setUp,
    databases: {
      DATABASE_URL: { rows: 5 },
      PRODUCTION_DATABASE_URL: { rows: 10 },
      ACME_DATABASE_URL: { rows: 50, schema: { name: "acme", of: "PRODUCTION_DATABASE_URL" } },
      GLOBEX_DATABASE_URL: { rows: 70, schema: { name: "globex", of: "PRODUCTION_DATABASE_URL" } },
    },
  },
};
