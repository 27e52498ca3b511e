import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DialectId, OrmPlugin, Project } from "@lockstep/core";
import { packageManager } from "@lockstep/core/text";
import { readManifest } from "./detect/call.js";
import type { CommandLine } from "./detect/scripts.js";
import { migrationFile } from "./migrations/list.js";
import { className } from "./migrations/names.js";
import type { TypeormProject } from "./project.js";

type Words = OrmPlugin["words"];

/** Before a project is known. */
export const generalWords: Words = wordsFor({
  deploy: "npx typeorm migration:run",
  develop: "npx typeorm migration:generate",
  query: (sql) => `npx typeorm query ${sql}`,
  dialect: "postgresql",
  table: ["migrations"],
  recordedAs: (migration) => [className(migration)],
});

/** As in the scripts of the project's package.json, else its own command line. */
export function wordsOf(project: Project): Words {
  const {
    root,
    run: words,
    dialect,
    dataSource,
    scripts,
    migrationsFolder,
    migrationsTable,
  } = project as TypeormProject;
  const manager = packageManager(root);
  const cli = asTyped(words);
  const script = (command: string) => scripts.find((line) => line.command === command);
  const generate = script("migration:generate");
  const file = `${migrationsFolder}/<Name>`;
  // Only npm requires a mark after its own options.
  const argument = manager === "npm" ? ` -- ${file}` : ` ${file}`;
  const hasPath = generate?.rest.some((word) => !word.startsWith("-")) === true;
  const { schema, name } = migrationsTable;
  const run = script("migration:run");
  const { dataSourceFile } = project as TypeormProject;
  const build = dataSource === dataSourceFile ? undefined : buildCommand(root, manager);
  const built = (line: CommandLine | undefined, command: string) =>
    build === undefined || (line !== undefined && buildsItself(line, root)) ? command : `${build} && ${command}`;
  return wordsFor({
    build,
    deploy: built(run, run === undefined ? `${cli} migration:run -d ${dataSource}` : `${manager} run ${run.script}`),
    develop: built(
      generate,
      generate === undefined
        ? `${cli} migration:generate ${file} -d ${dataSource}`
        : `${manager} run ${generate.script}${hasPath ? "" : argument}`,
    ),
    query: (sql) => `${cli} query ${sql} -d ${dataSource}`,
    dialect,
    table: [...(schema === undefined ? [] : [schema]), name],
    recordedAs: (migration) =>
      migrationFile(project as TypeormProject, migration)?.recordedAs ?? [className(migration)],
  });
}

/** The command that compiles a project. */
export function buildCommand(root: string, manager: string): string {
  if (readManifest(root).scripts?.build !== undefined) return `${manager} run build`;
  return existsSync(join(root, "tsconfig.build.json")) ? "npx tsc -p tsconfig.build.json" : "npx tsc";
}

/** Its script does it, or the pre-script that package managers run. */
function buildsItself({ script }: CommandLine, root: string): boolean {
  const { scripts = {} } = readManifest(root);
  return [scripts[script], scripts[`pre${script}`]].some(
    (text) => text !== undefined && /\b(?:build|compile|tsc|swc)\b/.test(text),
  );
}

/** For a shell, which does not find commands of packages as the scripts of package.json do. */
function asTyped(run: readonly string[]): string {
  const at = run.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const isFound = /^(?:node|npx|npm|pnpm|yarn|bunx?)$|[\\/]/.test(run[at] ?? "");
  return (isFound ? run : run.toSpliced(at, 0, "npx")).join(" ");
}

interface Commands {
  readonly build?: string | undefined;
  readonly deploy: string;
  readonly develop: string;
  /** Runs the text after shell expansion. */
  query(sql: string): string;
  readonly dialect: DialectId;
  /** The parts of its name. */
  readonly table: readonly string[];
  recordedAs(migration: string): readonly string[];
}

function wordsFor({ build, deploy, develop, query, dialect, table, recordedAs }: Commands): Words {
  const isPostgres = dialect === "postgresql";
  const quoted = (name: string) => (isPostgres ? `"${name}"` : `\`${name}\``);
  // These texts are inside single quotes of the shell.
  const text = (value: string) => (isPostgres ? `$$${value}$$` : `'\\''${value}'\\''`);
  return {
    build,
    deploy,
    develop,
    // Failures are not recorded: the next run begins with the migration that failed.
    recover: () => deploy,
    skip(migration) {
      const rows = recordedAs(migration).map((name) => `(${name.slice(-13)}, ${text(name)})`);
      const columns = ["timestamp", "name"].map(quoted).join(", ");
      return query(`'INSERT INTO ${table.map(quoted).join(".")} (${columns}) VALUES ${rows.join(", ")}'`);
    },
    execute: (file) => `npx lockstep typeorm execute ${file}`,
    generate: undefined,
    annotation: (text) => `/** ${text} */`,
    columnName: (name) => `name: ${JSON.stringify(name)}`,
  };
}
