import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import {
  type Drop,
  finishInterrupted,
  LockstepError,
  lockProject,
  type Operation,
  type PluginCommandContext,
} from "@lockstep/core";
import { type AfterNote, tellAfter } from "@lockstep/core/after";
import { isAtLeast } from "../engine/prisma-version.js";
import { findProject } from "../init/project.js";
import type { ChangeSource } from "../intercept/change.js";
import { decideChange, noteOf, restored } from "../intercept/change.js";
import type { PrismaProject } from "../project.js";
import { passToPrisma, runPrisma } from "./prisma-cli.js";

/**
 * `lockstep prisma migrate dev`: does what the proxy does between the stock CLI and its engine, but around the stock CLI. It first requests
 * the SQL of the change. If that needs a plan, it writes the plan's migrations, model and code edits instead, and the stock `prisma migrate
 * dev` applies them. A change that needs none goes to the stock command as it was typed.
 *
 * @returns the exit code
 * @throws what planning throws, LS9022 when the stock CLI fails, LS9023 when the change also loses data
 */
export async function migrateDev(args: readonly string[], context: PluginCommandContext): Promise<number> {
  const { name, isCreateOnly } = readOptions(args);
  const project = await findProject(context.cwd);
  if (!isAtLeast(project.ormVersion, 7, 0))
    throw new LockstepError(
      "LS8002",
      `lockstep prisma migrate dev needs Prisma 7, but the project has ${project.ormVersion}.`,
      {
        hint: "Wrap the config (npx lockstep init), then use the stock npx prisma migrate dev.",
      },
    );
  const command = "lockstep prisma migrate dev";
  const lock = await lockProject(project.root, command);
  try {
    const recovery = await finishInterrupted(project.root, command);
    if (recovery.kind === "finished" && recovery.files.length > 0)
      context.err(`Finished a write that was interrupted: ${recovery.files.join(", ")}`);
    return await planAndRun(project, { args, name, isCreateOnly }, context);
  } finally {
    lock.release();
  }
}

async function planAndRun(
  project: PrismaProject,
  { args, name, isCreateOnly }: ReturnType<typeof readOptions> & { readonly args: readonly string[] },
  context: PluginCommandContext,
): Promise<number> {
  // If the config names the proxy, that must not plan a second time.
  const options = { cwd: project.root, env: { ...context.env, LOCKSTEP: "off" } };
  let note: AfterNote | undefined;
  const stock = async () => {
    const exitCode = await passToPrisma(["migrate", "dev", ...args], options);
    if (exitCode === 0 && note !== undefined) tellAfter(note, context.out);
    return exitCode;
  };

  // `migrate dev` applies pending migrations before it compares, too.
  await runStock(["migrate", "deploy"], options);
  const source = stockSource(project, options.env);
  const change = await decideChange(source);
  if (change.message !== undefined) context.out(change.message);
  note = await noteOf(change);
  refusePendingDrops([...change.pending, ...(change.kind === "plan" ? (change.plan.drops ?? []) : [])]);
  if (change.kind === "pass") {
    const message = await restored(change);
    if (message !== undefined) context.out(message);
    return stock();
  }
  refuseLoss(change.migration.operations);
  if (name === undefined)
    throw new LockstepError("LS8005", "The migration needs a name.", {
      hint: "npx lockstep prisma migrate dev --name <name>",
    });
  const [{ preparePlanned }, planning] = await Promise.all([
    import("../intercept/write-expand.js"),
    import("@lockstep/core/planning"),
  ]);
  const { prismaPlugin } = await import("../plugin.js");
  const stamp = prismaPlugin.stamps(new Date(), prismaPlugin.listMigrations(project), 1)[0];
  const relaxedSql = await source.sqlFor(change.schema);
  const { prepared, text } = await preparePlanned(change, `${stamp}_${name}`, relaxedSql);
  planning.writeFiles(project.root, prepared.changes);
  context.out(text);
  if (isCreateOnly) {
    if (note !== undefined) tellAfter(note, context.out);
    return 0;
  }
  const exitCode = await stock();
  if (
    exitCode === 130 &&
    !(await hasBegun(
      project,
      prepared.migrations.map((migration) => migration.name),
    ))
  ) {
    // The stock command first requires a reset of the development database: it has not started these migrations.
    planning.writeFiles(
      project.root,
      prepared.changes.map(({ file, before, after }) => ({ file, before: after, after: before })),
    );
    context.err("Nothing was written. Do what Prisma requires, then run the command again.");
  }
  return exitCode;
}

function readOptions(args: readonly string[]): { readonly name: string | undefined; readonly isCreateOnly: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: { name: { type: "string", short: "n" }, "create-only": { type: "boolean" } },
    strict: false,
  });
  for (const option of ["schema", "config", "url"])
    if (option in values)
      throw new LockstepError("LS8002", `lockstep prisma migrate dev has no --${option}.`, {
        hint: "Set it in prisma.config.ts, then run the command in the folder of that file.",
      });
  const name = typeof values.name === "string" ? nameOf(values.name) : "";
  return { name: name === "" ? undefined : name, isCreateOnly: values["create-only"] === true };
}

/** As Prisma turns it into a folder's name: "Add handle" → "add_handle". */
function nameOf(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 200);
}

/** Prisma asks before it drops objects that may have rows; after a plan was written it has nothing left to ask about. */
function refuseLoss(operations: readonly Operation[]): void {
  const lossy = operations.filter(({ kind }) => kind === "setType");
  if (lossy.length === 0) return;
  throw new LockstepError(
    "LS9023",
    `In addition to what needs a plan, the change contains: ${lossy.map((operation) => operation.sql.replace(/\s+/g, " ")).join("; ")}`,
  );
}

/** The stock command would make the drops at once: only the proxy can leave them out. */
function refusePendingDrops(drops: readonly Drop[]): void {
  if (drops.length === 0) return;
  const names = drops
    .map(({ table, column }) => `"${table.name}"${column === undefined ? "" : `."${column}"`}`)
    .join(", ");
  throw new LockstepError(
    "LS9023",
    `A plan drops ${names} in a later deployment, and this command would drop it now.`,
    {
      hint: "Wrap the config (npx lockstep init), then use the stock npx prisma migrate dev.",
    },
  );
}

async function hasBegun(project: PrismaProject, names: readonly string[]): Promise<boolean> {
  if (project.developmentUrl === undefined) return true;
  const [{ connect }, { readAppliedMigrations }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../applied.js"),
  ]);
  const connection = await connect(project.developmentUrl, { applicationName: "lockstep", needsSession: false });
  try {
    const { applied, failed } = await readAppliedMigrations(connection);
    return names.some((name) => applied.includes(name) || failed.includes(name));
  } finally {
    await connection.close();
  }
}

/**
 * The stock CLI as the source of a change: `prisma migrate diff` from the development database, which has every migration by then, to a
 * copy of the model. It writes nothing and, unlike `migrate dev --create-only`, never asks.
 */
function stockSource(project: PrismaProject, env: Readonly<Record<string, string | undefined>>): ChangeSource {
  const content = (file: string) => readFileSync(join(project.root, file), "utf8");
  return {
    project,
    schema: { files: project.schemaFiles.map((file) => ({ path: join(project.root, file), content: content(file) })) },
    async sqlFor(schema) {
      const folder = mkdtempSync(join(tmpdir(), "lockstep-model-"));
      try {
        const base = commonFolder(schema.files.map((file) => file.path));
        const copies = schema.files.map((file) => join(folder, "model", relative(base, file.path)));
        schema.files.forEach((file, index) => {
          const copy = copies[index] ?? "";
          mkdirSync(dirname(copy), { recursive: true });
          writeFileSync(copy, file.content);
        });
        const output = join(folder, "change.sql");
        const to = copies.length === 1 ? (copies[0] ?? "") : join(folder, "model");
        await runStock(
          ["migrate", "diff", "--from-config-datasource", "--to-schema", to, "--script", "--output", output],
          { cwd: project.root, env },
        );
        return readFileSync(output, "utf8");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Runs a command of the stock CLI that has to succeed.
 *
 * @throws LS9022 with its output
 */
async function runStock(args: readonly string[], options: Parameters<typeof runPrisma>[1]): Promise<void> {
  const { exitCode, output } = await runPrisma(args, options);
  if (exitCode === 0) return;
  throw new LockstepError(
    "LS9022",
    `prisma ${args.slice(0, 2).join(" ")} failed with exit code ${exitCode}:\n${output.trim()}`,
  );
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? "");
  while (paths.some((path) => relative(folder, path).startsWith(".."))) folder = dirname(folder);
  return folder;
}
