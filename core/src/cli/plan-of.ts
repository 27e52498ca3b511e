import type { Plan } from "../model/index.js";
import { choosePlan, type WayBack } from "../plan/store.js";
import { type Invocation, sameCommand } from "./command.js";

/**
 * The plan that a command works on: its first argument, or the default.
 *
 * @throws LS3005 none · LS3006 several are possible: the error prints the command for each
 */
export function planOf(invocation: Invocation, root: string, wayBack?: WayBack): Plan {
  const typed = (id: string) => sameCommand(`npx lockstep ${invocation.name} ${id}`, invocation, "");
  const isBackfill = invocation.name.startsWith("backfill ");
  return choosePlan(root, invocation.arguments[0], { typed, wayBack, isBackfill });
}
