import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { type RunResult, run } from "../support/run.js";
import { createTypeormProject, runners, type TypeormVersion } from "../support/typeorm-project.js";
import { serveFile } from "./build.js";
import { type Addition, annotationOf, type Column, type GenerateOptions, type Orm, OrmApp } from "./orm-app.js";
import { mariadb, mysqlServer, postgresql, type System } from "./system.js";

/** How a project looks on one system. */
interface Flavour {
  readonly system: System;
  readonly type: "postgres" | "mariadb" | "mysql";
  /** Options of a column of text. */
  readonly text: string;
  readonly users: string;
}

const onPostgresql: Flavour = {
  system: postgresql,
  type: "postgres",
  text: `type: "text"`,
  users: `CREATE TABLE "users" ("id" SERIAL NOT NULL, "email" text NOT NULL, "name" text NOT NULL, CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY ("id"))`,
};

const onMariadb: Flavour = {
  system: mariadb,
  type: "mariadb",
  text: `type: "varchar", length: 191`,
  users:
    "CREATE TABLE \\`users\\` (\\`id\\` int NOT NULL AUTO_INCREMENT, \\`email\\` varchar(191) NOT NULL, \\`name\\` varchar(191) NOT NULL, PRIMARY KEY (\\`id\\`)) ENGINE=InnoDB",
};

const flavours = {
  PostgreSQL: onPostgresql,
  MariaDB: onMariadb,
  MySQL: { ...onMariadb, system: mysqlServer, type: "mysql" },
} satisfies Readonly<Record<string, Flavour>>;

const filesOf = (flavour: Flavour) => ({
  ".gitignore": "node_modules\n",
  "lockstep.config.ts": `import { defineConfig } from "@lockstep/typeorm";

export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
`,
  "src/data-source.ts": `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";

export default withLockstep(
  new DataSource({
    type: "${flavour.type}",
    url: process.env.DATABASE_URL,
    entities: ["src/entities/*.ts"],
    migrations: ["src/migrations/*.ts"],
  }),
);
`,
  "src/entities/user.ts": entityOf(flavour, "User", "users", [
    { name: "email", isRequired: true },
    { name: "name", isRequired: true },
  ]),
  "src/migrations/1767225600000-Init.ts": `import type { MigrationInterface, QueryRunner } from "typeorm";

export class Init1767225600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`${flavour.users}\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("DROP TABLE users");
  }
}
`,
  "src/database.ts": `import type { DataSource } from "typeorm";
import source from "./data-source";

export function open(): Promise<DataSource> {
  return source.initialize();
}
`,
  "src/users.ts": `import type { DataSource } from "typeorm";
import { User } from "./entities/user";

export async function createUser(source: DataSource, email: string, name: string) {
  const users = source.getRepository(User);
  const user = users.create({ email, name });
  return present(await users.save(user));
}

export async function renameUser(source: DataSource, id: number, name: string) {
  const users = source.getRepository(User);
  const user = await users.findOneByOrFail({ id });
  user.name = name;
  return present(await users.save(user));
}

export async function readUser(source: DataSource, id: number) {
  return present(await source.getRepository(User).findOneByOrFail({ id }));
}

function present(user: User) {
  return { id: user.id, email: user.email, name: user.name };
}
`,
  "src/serve.ts": serveFile,
});

const cli = "node --import tsx node_modules/typeorm/cli.js -d src/data-source.ts";
const scripts = { "migration:generate": `${cli} migration:generate`, "migration:run": `${cli} migration:run` };

/** TypeORM of a version, with its stock CLI run by tsx. */
export function typeorm(version: TypeormVersion, on: keyof typeof flavours = "PostgreSQL"): Orm {
  const flavour = flavours[on];
  return {
    name: `TypeORM ${version}${on === "PostgreSQL" ? "" : `, ${on}`}`,
    plugin: typeormPlugin,
    create() {
      const { root } = createTypeormProject({
        version,
        module: "commonjs",
        files: filesOf(flavour),
        manifest: { scripts },
      });
      return new TypeormApp(root, flavour);
    },
  };
}

class TypeormApp extends OrmApp {
  readonly ledger = "migrations";
  readonly migrationsFolder = "src/migrations";
  readonly modelFile = "src/entities/user.ts";
  readonly noChanges = /No changes in database schema were found/;
  protected override readonly moveFile = `import type { DataSource } from "typeorm";
import { User } from "./entities/user";

export async function moveUser(source: DataSource, id: number, email: string) {
  const user = await source.getRepository(User).findOneByOrFail({ id });
  user.email = email;
  const { name } = await source.getRepository(User).save(user);
  return { id, email, name };
}
`;
  readonly #flavour: Flavour;

  constructor(root: string, flavour: Flavour) {
    super(root, flavour.system);
    this.#flavour = flavour;
  }

  declare({ columns = [], tables = [] }: Addition): void {
    this.write(
      this.modelFile,
      this.read(this.modelFile).replace(
        /\n\}\n$/,
        `\n${columns.map((column) => propertyOf(column, this.#flavour)).join("")}}\n`,
      ),
    );
    for (const { name, columns } of tables)
      this.write(`src/entities/${name.toLowerCase()}.ts`, entityOf(this.#flavour, name, name, columns));
  }

  replaceColumn(name: string, columns: readonly Column[]): void {
    const declared = new RegExp(`\\n  @Column\\([^\\n]*\\)\\n  ${name}!: .*\\n`);
    this.write(
      this.modelFile,
      this.read(this.modelFile).replace(declared, () =>
        columns.map((column) => propertyOf(column, this.#flavour)).join(""),
      ),
    );
  }

  mapColumn(field: string, column: string): void {
    const declared = new RegExp(`(@Column\\([^\\n]*) \\}\\)\\n  ${field}!: `);
    this.write(this.modelFile, this.read(this.modelFile).replace(declared, `$1, name: "${column}" })\n  ${field}!: `));
  }

  writeMigration(name: string, up: readonly string[], isLast = false): string {
    const stamp = isLast ? 4070995200000 : 1767312000000;
    const file = `${this.migrationsFolder}/${stamp}-${name}.ts`;
    const run = (sql: string) => `    await queryRunner.query(\`${sql}\`);\n`;
    this.write(
      file,
      `import type { MigrationInterface, QueryRunner } from "typeorm";

export class ${name}${stamp} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${up.map(run).join("")}  }

  async down(): Promise<void> {}
}
`,
    );
    return file;
  }

  rename(): void {
    this.edit(this.modelFile, "unique: true", 'unique: true, name: "handle"');
    this.replaceIn(this.modelFile, { User: "Member", handle: "slug" });
    this.replaceIn("src/users.ts", { User: "Member", handle: "slug" });
  }

  generate(name: string, { url = this.development, isOff = false }: GenerateOptions = {}): Promise<RunResult> {
    return this.#typeorm(["migration:generate", `src/migrations/${name}`], {
      DATABASE_URL: url,
      LOCKSTEP: isOff ? "off" : undefined,
    });
  }

  apply(url: string): Promise<RunResult> {
    return this.#typeorm(["migration:run"], { DATABASE_URL: url });
  }

  sync(url: string): Promise<RunResult> {
    return this.#typeorm(["schema:sync"], { DATABASE_URL: url, LOCKSTEP: "off" });
  }

  async drift(url: string): Promise<string | undefined> {
    const check = ["migration:generate", "src/migrations/Drift", "--check"];
    const { code, output } = await this.#typeorm(check, { DATABASE_URL: url });
    return code === 0 ? undefined : output;
  }

  async generateClient(): Promise<void> {}

  #typeorm(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<RunResult> {
    return run(process.execPath, [...runners.tsx, ...args, "-d", "src/data-source.ts"], this.runOptions(env));
  }
}

function entityOf(flavour: Flavour, name: string, table: string, columns: readonly Column[]): string {
  return `import { Column, Entity, Index, PrimaryGeneratedColumn } from "typeorm";

@Entity("${table}")
export class ${name} {
  @PrimaryGeneratedColumn()
  id!: number;
${columns.map((column) => propertyOf(column, flavour)).join("")}}
`;
}

function propertyOf(column: Column, { text }: Flavour): string {
  const { name, isNumber, isCounter, isRequired, isUnique, hasIndex, default: value, defaultSql } = column;
  const options = [
    isNumber || isCounter ? `type: "int"` : text,
    ...(isCounter ? [`generated: "increment"`] : []),
    ...(isUnique ? ["unique: true"] : []),
    ...(isRequired ? [] : ["nullable: true"]),
    ...(value === undefined ? [] : [`default: "${value}"`]),
    ...(defaultSql === undefined ? [] : [`default: () => ${JSON.stringify(defaultSql)}`]),
  ];
  const annotation = annotationOf(column);
  return `
${annotation === undefined ? "" : `  /** ${annotation} */\n`}${hasIndex ? "  @Index()\n" : ""}  @Column({ ${options.join(", ")} })
  ${name}!: ${isNumber || isCounter ? "number" : "string"}${isRequired ? "" : " | null"};
`;
}
