/** `npx @lockstep/prisma init`, with what npx would have fetched: installed once, beside all repositories. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../support/run.js";
import { managers } from "./managers.js";
import { registry } from "./registry.js";

let fetched: Promise<string> | undefined;

/** The words before `init`, for a shell. */
export async function fetchedCommand(packageName: "@lockstep/prisma" | "@lockstep/typeorm"): Promise<string> {
  fetched ??= fetch();
  return `"${process.execPath}" "${join(await fetched, "node_modules", packageName, "bin/lockstep.js")}"`;
}

async function fetch(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-packed-npx-"));
  const manager = managers.npm;
  for (const [file, text] of Object.entries(manager.files(await registry()))) writeFileSync(join(folder, file), text);
  const dependencies = { "@lockstep/prisma": "*", "@lockstep/typeorm": "*" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  const { code, output } = await run("sh", ["-c", manager.install], { cwd: folder, env: manager.env });
  if (code !== 0) throw new Error(output);
  return folder;
}
