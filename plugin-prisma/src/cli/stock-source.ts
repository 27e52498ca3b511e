import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { LockstepError } from "@lockstep/core";
import type { ChangeSource } from "../intercept/change.js";
import type { PrismaProject } from "../project.js";
import { runPrisma } from "./prisma-cli.js";

/**
 * The stock CLI as the source of a change: `prisma migrate diff` from the development database, which has every migration by
 * then, to a copy of the model. It writes nothing and, other than `migrate dev --create-only`, never asks.
 */
export function stockSource(project: PrismaProject, env: Readonly<Record<string, string | undefined>>): ChangeSource {
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
 * @throws LS9022 with what it said
 */
export async function runStock(args: readonly string[], options: Parameters<typeof runPrisma>[1]): Promise<void> {
  const { exitCode, output } = await runPrisma(args, options);
  if (exitCode === 0) return;
  throw new LockstepError("LS9022", `prisma ${args.slice(0, 2).join(" ")} ended with ${exitCode}:\n${output.trim()}`);
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? "");
  while (paths.some((path) => relative(folder, path).startsWith(".."))) folder = dirname(folder);
  return folder;
}
