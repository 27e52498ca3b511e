import type { System } from "../systems/system.js";
import { everything, matchingLines } from "../what-is-shown.js";
import type { Orm } from "./orm.js";

const dataSource = ["-d", "src/data-source.ts"];
/** As the scripts of package.json have it. */
const cli = (...args: readonly string[]) => ({ name: "typeorm-ts-node-commonjs", args: [...args, ...dataSource] });
const build = { name: "tsc", args: ["-p", "tsconfig.build.json"] };

/** TypeORM runs it in a transaction of its own. */
const migrationOf = (statements: readonly string[]) => `import { MigrationInterface, QueryRunner } from "typeorm";

export class AddHandle1775034000000 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
${statements.map((sql) => `        await queryRunner.query(${JSON.stringify(sql)});`).join("\n")}
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query("ALTER TABLE users DROP COLUMN handle");
    }
}
`;

function withColumn(entity: string, lines: readonly string[]): string {
  const anchor = /^( *)name!: string;$/m;
  if (!anchor.test(entity))
    throw new Error("user.entity.ts of the example shop has no User.name to put the column after");
  return entity.replace(anchor, (line, indent: string) => [line, "", ...lines.map((text) => indent + text)].join("\n"));
}

/** The shop on TypeORM, on one system. */
export function typeorm(system: System): Orm {
  const table = system.quote("users");
  const statements = system.naive(table, system.typeorm.unique(table));
  const sql = system.isTransactional ? ["BEGIN", ...statements, "COMMIT", ""] : [...statements, ""];
  return {
    id: "typeorm",
    app: `A small NestJS API on TypeORM and ${system.label}`,
    example: "typeorm-nest",
    packages: [
      { workspaces: ["plugin-typeorm/wrapper"], name: "@lockstep/typeorm-wrapper", save: "--save-prod" },
      { workspaces: ["core", "plugin-typeorm"], name: "@lockstep/typeorm", save: "--save-dev" },
    ],
    table: "users",
    edits: system.typeorm.edits,
    derived: ["dist"],
    setUp: [],
    // What runs in production is the build.
    migrate: { name: "typeorm", args: ["migration:run", "-d", "dist/data-source.js"] },
    migrateDevelopment: cli("migration:run"),
    // Without the statements of every migration, which are in the commit.
    shown: matchingLines([/^Migration .* has been executed successfully/, /rror/]),
    model: {
      file: "src/users/user.entity.ts",
      lockstep: ["/** @lockstep.backfill(lower(email)) */", "@Column({ unique: true })", "handle!: string;"],
      withColumn,
    },
    develop: { ...cli("migration:generate", "src/migrations/AddHandle"), shown: everything },
    afterDevelop: [cli("migration:run")],
    beforeCommit: [],
    diffs: {
      expand: ["src/users/user.entity.ts", "src/users/users.service.ts"],
      switch: ["src/users/user.entity.ts", "src/users/user.mapper.ts"],
      contract: ["src/users/user.entity.ts", "src/users/user.mapper.ts"],
    },
    naive: {
      sql: sql.join(";\n"),
      edits: [
        { file: "src/migrations/1775034000000-AddHandle.ts", change: () => migrationOf(statements) },
        {
          file: "src/users/user.entity.ts",
          change: (entity) => withColumn(entity, ["@Column({ unique: true })", "handle!: string;"]),
        },
        {
          file: "src/users/users.service.ts",
          change: (code) =>
            code
              .replace(".values({ email, name })", ".values({ email, name, handle: email.toLowerCase() })")
              .replace(
                "{ email: dto.email, name: dto.name });\n    return this.users.save",
                "{ email: dto.email, name: dto.name, handle: dto.email.toLowerCase() });\n    return this.users.save",
              )
              .replace(
                "({ email: user.email, name: user.name })",
                "({ email: user.email, name: user.name, handle: user.email.toLowerCase() })",
              ),
        },
      ],
      commands: [build],
    },
    build: { commands: [build], copied: [] },
    start: ["dist/main.js"],
    code: ["src", ":!src/migrations", ":!src/data-source.ts"],
  };
}
