import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../errors.js";

/**
 * For commands that decide before they have the project's lock: their decision applies to the current plans.
 *
 * @returns a check to run once the lock is held. It throws LS4005 if plans were added, removed or changed since
 */
export function plansAsRead(root: string): () => void {
  const before = textOf(root);
  return () => {
    if (textOf(root) !== before)
      throw new LockstepError("LS4005", "Another command has written plans in lockstep/ since.");
  };
}

function textOf(root: string): string {
  const folder = join(root, "lockstep");
  if (!existsSync(folder)) return "[]";
  const files = readdirSync(folder).map((id) => join(folder, id, "plan.json"));
  return JSON.stringify(files.sort().flatMap((file) => (existsSync(file) ? [file, readFileSync(file, "utf8")] : [])));
}
