import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const lockFiles = {
  "package-lock.json": "npm",
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
} as const;
export type PackageManager = (typeof lockFiles)[keyof typeof lockFiles];

/** The package manager of a project, by the nearest lock file at or above it. Default: npm. */
export function packageManager(root: string): PackageManager {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = Object.entries(lockFiles).find(([name]) => existsSync(join(folder, name)));
    if (found !== undefined) return found[1];
    if (folder === dirname(folder)) return "npm";
  }
}
