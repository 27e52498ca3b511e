import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { foldersUp } from "./folders-up.js";

const lockFiles = {
  "pnpm-lock.yaml": "pnpm",
  "pnpm-workspace.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
  "npm-shrinkwrap.json": "npm",
} as const;
export type PackageManager = (typeof lockFiles)[keyof typeof lockFiles];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The package manager of a project: by package.json, or the lock file, the nearest at or above it within its repository; else the one that
 * runs this process. Default: npm.
 *
 * @param env without one, only the repository counts: the same on every machine
 */
export function packageManager(root: string, env: Environment = {}): PackageManager {
  for (const folder of foldersUp(root)) {
    const found = declared(folder) ?? Object.entries(lockFiles).find(([name]) => existsSync(join(folder, name)))?.[1];
    if (found !== undefined) return found;
  }
  return nameIn(env.npm_config_user_agent) ?? "npm";
}

/** `"packageManager": "pnpm@10.4.1"` of package.json. */
function declared(folder: string): PackageManager | undefined {
  const file = join(folder, "package.json");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return nameIn(/"packageManager"\s*:\s*"([^"]*)"/.exec(text)?.[1]);
}

function nameIn(text = ""): PackageManager | undefined {
  return /^(npm|pnpm|yarn|bun)[@/]/.exec(text)?.[1] as PackageManager | undefined;
}
