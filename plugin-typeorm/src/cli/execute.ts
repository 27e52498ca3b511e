import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { LockstepError, type PluginCommandContext } from "@lockstep/core";
import { findProject } from "../detect/find-project.js";
import { isUnit, readMigrationSql } from "../migrations/read-sql.js";
import { commandOf } from "./command.js";
import { withoutCommand } from "./typeorm-cli.js";

/**
 * Runs SQL on the data source's database: that of a file, or the `up` of a plan's migration. Nothing is recorded as applied. Uses TypeORM's
 * own `query`, which needs the text and cannot read migrations.
 *
 * @param file from the folder that the command runs in
 * @returns the exit code of TypeORM's command
 * @throws LS9063 a file without such SQL · what `findProject` throws
 */
export async function execute(
  file: string,
  { cwd, env, out, err }: Pick<PluginCommandContext, "cwd" | "env" | "out" | "err">,
): Promise<number> {
  const project = await findProject(cwd);
  const sql = await sqlOf(resolve(cwd, file), relative(project.root, resolve(cwd, file)));
  const { runTool } = await import("@lockstep/core/planning");
  // The header of a migration begins like an option of the CLI.
  const words = [...project.run, "query", `\n${sql}`, "-d", project.dataSource];
  const command = commandOf(words, project.root, env);
  const { exitCode, output } = await runTool(command.file, command.args, {
    cwd: project.root,
    env: command.env,
  }).catch(withoutCommand(command.file, project));
  if (exitCode === 0) out(`✔ ${file} has run on the database of ${project.dataSourceFile}`);
  else err(`${errorIn(output)}\n✖ ${file} has not run on the database of ${project.dataSourceFile}`);
  return exitCode;
}

async function sqlOf(path: string, name: string): Promise<string> {
  if (!existsSync(path)) throw new LockstepError("LS9063", `The file ${name} does not exist.`);
  const text = readFileSync(path, "utf8");
  const sql = /\.[cm]?[jt]s$/.test(path) ? await migrationSqlOf(text, name) : text;
  if (sql === undefined || sql.trim() === "") throw new LockstepError("LS9063", `${name} contains no statement.`);
  return sql;
}

/** All SQL of its `up`. TypeORM has to run SQL that code assembles. */
async function migrationSqlOf(text: string, name: string): Promise<string | undefined> {
  if (isUnit(text)) return readMigrationSql(text);
  const { readClass } = await import("../migrations/evaluate/read-migration.js");
  const { up, built } = readClass(text, name);
  const [code] = built.filter(({ method }) => method === "up");
  if (code !== undefined) throw new LockstepError("LS9063", `${name}:${code.line} is not a statement: ${code.what}.`);
  return up.map(({ sql }) => `${sql.trimEnd().replace(/;$/, "")};\n`).join("");
}

/** TypeORM prints the statement before the error, and a trace below it. */
function errorIn(output: string): string {
  const lines = output.split("\n").filter((line) => !/^\s+at /.test(line));
  const first = lines.findIndex((line) => /^\S*error\b/i.test(line));
  return lines.slice(first === -1 ? -5 : first, first === -1 ? undefined : first + 8).join("\n");
}
