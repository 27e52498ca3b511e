import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileChange, LockstepError, type Project } from "@lockstep/core";
import { configFileIn } from "./config-file.js";
import { configTemplate } from "./config-template.js";
import { isAwaitAccepted } from "./top-level-await.js";
import { wrapConfig } from "./wrap-config.js";

/**
 * What `lockstep init` changes: the Prisma config is wrapped, and a lockstep.config.ts is there. Done twice it changes nothing.
 *
 * @throws LockstepError LS8001 without a Prisma config · LS8007 when its form cannot be edited
 */
export async function initialise(project: Project): Promise<{ changes: FileChange[]; notes: string[] }> {
  const { root } = project;
  const file = configFileIn(root);
  if (file === undefined) throw new LockstepError("LS8001", `There is no prisma.config.ts in ${root}`);
  const before = readFileSync(join(root, file), "utf8");
  const wrapped = wrapConfig(before, file, { isAwaitAccepted: isAwaitAccepted(root, file) });
  const changes: FileChange[] = "after" in wrapped ? [{ file, before, after: wrapped.after }] : [];
  const hasConfig = ["ts", "mts", "js", "mjs", "json"].some((extension) =>
    existsSync(join(root, `lockstep.config.${extension}`)),
  );
  if (!hasConfig) changes.push({ file: "lockstep.config.ts", before: undefined, after: configTemplate() });
  return { changes, notes: notes(root) };
}

function notes(root: string): string[] {
  const result: string[] = [];
  if (!isDependency(root)) result.push("Add the package to this project: npm install --save-dev @lockstep/prisma");
  if (process.platform === "win32") {
    result.push("On Windows Prisma cannot start Lockstep; create migrations under WSL or in a container.");
  }
  return result;
}

function isDependency(root: string): boolean {
  try {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    return ["dependencies", "devDependencies"].some((kind) => manifest[kind]?.["@lockstep/prisma"] !== undefined);
  } catch {
    return false;
  }
}
