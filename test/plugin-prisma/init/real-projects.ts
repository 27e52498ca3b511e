import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment } from "../../support/run.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const prismaBin = join(repository, "node_modules/.bin/prisma");

/** A project in a folder of its own, outside of this repository, with only the packages named. */
export function project(files: Record<string, string>, packages: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-project-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  for (const name of packages) {
    mkdirSync(dirname(join(root, "node_modules", name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
  }
  return root;
}

/** Runs the stock CLI; both streams as one text. */
export function run(
  root: string,
  binary: string,
  args: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; output: string } {
  const { PRISMA_SCHEMA_ENGINE_BINARY: _, ...rest } = environment();
  const { status, stdout, stderr } = spawnSync(binary, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...rest, ...env },
  });
  return { status, output: stdout + stderr };
}
