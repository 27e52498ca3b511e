import { postgresql } from "../systems/postgresql.js";
import { withoutLines } from "../what-is-shown.js";
import type { Orm } from "./orm.js";

const statements = postgresql.naive(`"User"`, `CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle")`);
/** Explicitly one transaction: some versions of Prisma's engine run a file statement by statement. */
const sql = ["BEGIN", ...statements, "COMMIT", ""].join(";\n");
const deploy = { name: "prisma", args: ["migrate", "deploy"] };
const generate = { name: "prisma", args: ["generate"] };

/** Without what Prisma says every time: where it found its config, and the tree of files below each migration. */
const shown = withoutLines([
  /^(Loaded Prisma config|Prisma config detected|Prisma schema loaded|Datasource "db":|Running generate)/,
  /^\d+ migrations? found in /,
  /^The following migration\(s\) have been (created and )?applied/,
  /^(prisma\/)?migrations\/$/,
  /└─ migration\.sql$/,
  /^(Start by importing|Tip: )|pris\.ly/,
]);

function withColumn(schema: string, lines: readonly string[]): string {
  const anchor = /^( *)name {2,}String$/m;
  if (!anchor.test(schema))
    throw new Error("schema.prisma of the example shop has no User.name to put the field after");
  return schema.replace(anchor, (line, indent: string) => [line, ...lines.map((text) => indent + text)].join("\n"));
}

export const prisma: Orm = {
  id: "prisma",
  app: "A small API on Prisma and PostgreSQL",
  example: "prisma-shop",
  packages: [{ workspaces: ["core", "plugin-prisma"], name: "@lockstep/prisma", save: "--save-dev" }],
  table: "User",
  edits: [],
  derived: ["generated"],
  setUp: [generate],
  migrate: deploy,
  migrateDevelopment: deploy,
  shown,
  model: {
    file: "prisma/schema.prisma",
    lockstep: ["/// @lockstep.backfill(lower(email))", "handle    String   @unique"],
    withColumn,
  },
  develop: { name: "prisma", args: ["migrate", "dev", "--name", "add_handle"], shown },
  afterDevelop: [],
  beforeCommit: [generate],
  diffs: {
    expand: ["src/users/routes.ts", "src/db.ts"],
    switch: ["src/users/serializer.ts", "src/users/schemas.ts"],
    contract: ["src/users/serializer.ts", "prisma/schema.prisma"],
  },
  naive: {
    sql,
    edits: [
      { file: "prisma/migrations/20260401090000_add_handle/migration.sql", change: () => sql },
      {
        file: "prisma/schema.prisma",
        change: (schema) => withColumn(schema, ["handle    String   @unique"]),
      },
      {
        file: "src/users/routes.ts",
        change: (code) =>
          code.replace(
            "data: { email: body.email, name: body.name },",
            "data: { email: body.email, name: body.name, handle: body.email.toLowerCase() },",
          ),
      },
      {
        file: "src/users/service.ts",
        change: (code) =>
          code.replace("create: { email, name },", "create: { email, name, handle: email.toLowerCase() },"),
      },
    ],
    commands: [generate],
  },
  // The client of the project is that of its last commit.
  build: { commands: [], copied: ["src/generated"] },
  start: ["--import", "tsx", "src/main.ts"],
  code: ["src", "prisma/schema.prisma"],
};
