import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The names of a project's plans, in order. Only lists folders. */
export function planIds(root: string): string[] {
  const folder = join(root, "lockstep");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, "plan.json")))
    .sort();
}
