import type { Repository } from "./repository.js";
import { type Orm, succeeded } from "./walk.js";

/** A small application with Prisma, in pieces that shapes put together. */

/** @param options.defaultClient Prisma 6 with the client in node_modules and no prisma.config.ts, as most have it */
export const prismaFiles = (options: {
  readonly isModule: boolean;
  readonly isMultiFile?: boolean;
  readonly hasDefaultClient?: boolean;
}): Record<string, string> => {
  const { isModule, isMultiFile = false, hasDefaultClient = false } = options;
  const output = `  provider = "prisma-client"
  output   = "../src/generated"${isModule ? "" : '\n  moduleFormat = "cjs"'}`;
  const generator = `generator client {
${hasDefaultClient ? '  provider = "prisma-client-js"' : output}
}

datasource db {
  provider = "postgresql"
${hasDefaultClient ? '  url      = env("DATABASE_URL")\n' : ""}}
`;
  const user = `model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
  posts Post[]
}
`;
  const post = `model Post {
  id       Int    @id @default(autoincrement())
  title    String
  authorId Int
  author   User   @relation(fields: [authorId], references: [id])
}
`;
  const schema: Record<string, string> = isMultiFile
    ? { "prisma/schema.prisma": generator, "prisma/models/user.prisma": user, "prisma/models/post.prisma": post }
    : { "prisma/schema.prisma": [generator, user, post].join("\n") };
  return {
    ...schema,
    ...(hasDefaultClient ? {} : { "prisma.config.ts": configFile(isMultiFile ? "prisma" : "prisma/schema.prisma") }),
    "prisma/migrations/migration_lock.toml": `provider = "postgresql"\n`,
    "prisma/migrations/20260101000000_init/migration.sql": `-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Post" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "authorId" INTEGER NOT NULL,

    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
`,
  };
};

/** @param schema from the folder in which Prisma is run @param migrations the same */
export const configFile = (
  schema: string,
  migrations = "prisma/migrations",
): string => `import { defineConfig, env } from "prisma/config";

export default defineConfig({
  schema: "${schema}",
  migrations: { path: "${migrations}" },
  datasource: { url: env("DATABASE_URL") },
});
`;

/** Prisma 6 as most have it: no adapter. */
export const defaultClient = `import { PrismaClient } from "@prisma/client";

export const prisma = new PrismaClient();
export type { User } from "@prisma/client";
`;

/** @param from how the generated client is imported: "./generated/client.js" */
export const prismaClient = (from: string): string => `import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "${from}";

export const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }),
});
export type { User } from "${from}";
`;

/** What uses the models. @param from how the client is imported: "./db.js" */
export const users = (from: string): string => `import { prisma, type User } from "${from}";

export interface UserView {
  id: number;
  email: string;
  name: string;
}

export function viewOf(user: User): UserView {
  return { id: user.id, email: user.email, name: user.name };
}

export async function signUp(email: string, name: string): Promise<UserView> {
  return viewOf(await prisma.user.create({ data: { email, name } }));
}

export async function listUsers(): Promise<UserView[]> {
  const rows = await prisma.user.findMany({ orderBy: { id: "asc" }, include: { posts: true } });
  return rows.map(viewOf);
}
`;

export const prisma7 = { "@prisma/client": "7.10.0", "@prisma/adapter-pg": "7.10.0" };

/** @param schemaFile with the model User, from the root */
export function prismaOf(app: Repository, schemaFile: string): Orm {
  let generated: string | undefined;
  const lines = {
    nickname: "  nickname String?",
    handle: "  /// @lockstep.backfill(lower(email))\n  handle String @unique",
  };
  return {
    userTable: "User",
    addField: (field) => app.edit(schemaFile, (text) => text.replace(/^ +name +String$/m, `$&\n${lines[field]}`)),
    packageName: "@lockstep/prisma",
    named: (command, name) => `${command} --name ${name.toLowerCase()}`,
    deploy: (url) => app.run("prisma migrate deploy", { DATABASE_URL: url }),
    async generate(isWrapped) {
      const models = app.read(schemaFile);
      if (models === generated) return;
      // Without Lockstep the CLI would download an engine first, which it does not need for this.
      const noDownload = isWrapped ? {} : { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
      succeeded(await app.run("prisma generate", noDownload), "prisma generate");
      generated = models;
    },
  };
}
