import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, run } from "../support/run.js";
import { createTypeormProject, runners } from "../support/typeorm-project.js";
import { startCommands } from "./commands.js";
import type { PlannedColumn } from "./history.js";
import type { Environment, Field, HistoryProject } from "./project.js";
import { applyMigrations } from "./typeorm-migrations.js";

const files = {
  "package.json": `{ "name": "app", "private": true, "dependencies": { "typeorm": "1.1.1" }, "scripts": { "migration:generate": "node --import tsx node_modules/typeorm/cli.js -d src/data-source.ts migration:generate", "migration:run": "node --import tsx node_modules/typeorm/cli.js -d src/data-source.ts migration:run" } }\n`,
  ".gitignore": "node_modules\n",
  "tsconfig.json": `{ "compilerOptions": { "target": "ES2022", "module": "commonjs", "strict": true, "experimentalDecorators": true, "emitDecoratorMetadata": true, "esModuleInterop": true, "skipLibCheck": true, "types": ["node"] } }\n`,
  "lockstep.config.ts": `import { defineConfig } from "@lockstep/typeorm";

export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
`,
  "src/data-source.ts": `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";

export default withLockstep(
  new DataSource({
    type: "postgres",
    url: process.env.DATABASE_URL,
    entities: ["src/entities/*.ts"],
    migrations: ["src/migrations/*.ts"],
  }),
);
`,
  "src/entities/user.ts": `import { Column, Entity, PrimaryGeneratedColumn, Unique } from "typeorm";

@Entity("User")
@Unique(["email"])
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "text" })
  email!: string;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "text", nullable: true })
  note!: string | null;

  @Column({ type: "text" })
  team!: string;
}
`,
  "src/migrations/1767225600000-Init.ts": migrationText("Init1767225600000", [
    `CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" text NOT NULL, "name" text NOT NULL, "note" text, "team" text NOT NULL, CONSTRAINT "UQ_4a257d2c9837248d70640b3e36e" UNIQUE ("email"), CONSTRAINT "PK_9862f679340fb2388436a5ab3e4" PRIMARY KEY ("id"))`,
  ]),
};

/** TypeORM with its stock CLI. */
export function typeormProject(): HistoryProject {
  const shared = createTypeormProject({ version: "1.1.1", module: "commonjs" });
  const commands = startCommands("./typeorm-plugin.ts");
  const folder = (root: string) => join(root, "src/migrations");
  const cli = (root: string, args: readonly string[], env: Environment) =>
    run(process.execPath, [...runners.tsx, ...args, "-d", "src/data-source.ts"], { cwd: root, env });
  return {
    name: "TypeORM",
    files,
    modelFile: "src/entities/user.ts",
    migrationsFolder: "src/migrations",
    // By their times: a class has the name of its plan in other letters.
    appliedSql: "SELECT timestamp::text AS name FROM migrations ORDER BY id",
    link: (root) => symlinkSync(join(shared.root, "node_modules"), join(root, "node_modules")),
    addField(model, name, column) {
      const unique = column?.uniqueWith === undefined ? "" : `@Unique(["${column.uniqueWith}", "${name}"])\n`;
      return model
        .replace(/export class/, `${unique}export class`)
        .replace(/\n\}\n$/, `\n${propertyOf(name, column)}}\n`);
    },
    removeField: (model, name) =>
      model
        .replace(new RegExp(`\\n(?:  /\\*\\*[^\\n]*\\n)?(?:  @[^\\n]*\\n)+  ${name}!: [^\\n]*\\n`), "")
        .replaceAll(new RegExp(`^@Unique\\([^\\n]*"${name}"[^\\n]*\\n`, "gm"), ""),
    restoreField: (model, name) => model.replace(/\n\}\n$/, `\n${propertyOf(name, undefined, name === "note")}}\n`),
    tidied,
    fields: (model) =>
      [...model.matchAll(/^ {2}(\w+)!: ([^\n]*);$/gm)].map(
        ([, name = "", type = ""]): Field => ({ name, isRequired: !type.includes("null") }),
      ),
    ownDrop(column, name, stamp) {
      const className = `Own${column}${name.length}${stamp.getTime()}`;
      return [
        `src/migrations/${stamp.getTime()}-${name}.ts`,
        migrationText(className, [`ALTER TABLE "User" DROP COLUMN "${column}"`]),
      ];
    },
    migrationOf: (file) => /(\d{13})-[^/]*$/.exec(file)?.[1] ?? "",
    async develop(root, name, env) {
      await applyMigrations(folder(root), env.DATABASE_URL!);
      const result = await cli(root, ["migration:generate", `src/migrations/${name}`], env);
      await applyMigrations(folder(root), env.DATABASE_URL!).catch(() => undefined);
      const isSame = /No changes in database schema were found/.test(result.output);
      return { ...result, code: isSame ? 0 : result.code };
    },
    lockstep: (root, argv, env) => commands.run({ cwd: root, argv, env }),
    apply: (root, url) => applyMigrations(folder(root), url),
    async run(root, argv, url, env) {
      const [tool, command = ""] = argv;
      if (tool === "lockstep")
        return commands.run({ cwd: root, argv: argv.slice(1), env: { ...env, DATABASE_URL: url } });
      if (command === "migration:run") return applyMigrations(folder(root), url).then(() => done, failed);
      if (command === "migration:generate") return this.develop(root, "Restored", env);
      return { ...done, code: 1, output: `unknown: ${argv.join(" ")}` };
    },
    close() {
      commands.close();
      shared.dispose();
    },
  };
}

const done: RunResult = { code: 0, stdout: "", stderr: "", output: "", waits: [] };
const failed = (error: Error): RunResult => ({ ...done, code: 1, output: error.message });

function propertyOf(name: string, column: PlannedColumn | undefined, isOptional = column === undefined): string {
  const isInt = column?.type === "int";
  const optional = column === undefined ? isOptional : !column.isRequired;
  const options = [
    `type: "${isInt ? "int" : "text"}"`,
    ...(column?.isUnique ? ["unique: true"] : []),
    ...(optional ? ["nullable: true"] : []),
  ];
  const annotation = column === undefined ? "" : `  /** @lockstep.backfill(${column.fill}) */\n`;
  return `\n${annotation}  @Column({ ${options.join(", ")} })\n  ${name}!: ${isInt ? "number" : "string"}${optional ? " | null" : ""};\n`;
}

/** Of two declarations of a property, the first; its decorators may have got between those of the other. */
function tidied(model: string): string {
  const seen = new Set<string>();
  const kept: string[] = [];
  let above: string[] = [];
  for (const line of model.split("\n")) {
    if (/^ {2}(?:\/\*\*|@)/.test(line)) {
      const kind = /^ {2}(\/\*\*|@\w+)/.exec(line)![1]!;
      if (!above.some((each) => each.includes(kind))) above.push(line);
      continue;
    }
    const key = /^ {2}(\w+)!:/.exec(line)?.[1] ?? (line.startsWith("@Unique(") ? line : undefined);
    if (key === undefined || !seen.has(key)) kept.push(...above, line);
    if (key !== undefined) seen.add(key);
    above = [];
  }
  const listed = (line: string) =>
    [...(/^@Unique\((.*)\)/.exec(line)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(([, name]) => name!);
  return kept
    .filter((line) => listed(line).every((name) => seen.has(name)))
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replaceAll(/\n\n\}/g, "\n}");
}

function migrationText(name: string, up: readonly string[]): string {
  return `import type { MigrationInterface, QueryRunner } from "typeorm";

export class ${name} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${up.map((sql) => `    await queryRunner.query(\`${sql}\`);\n`).join("")}  }

  async down(): Promise<void> {}
}
`;
}
