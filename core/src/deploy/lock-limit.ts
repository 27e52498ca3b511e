import type { Migration } from "../model/index.js";
import type { LockLimit, OrmPlugin, Project } from "../plugin.js";
import type { TargetState } from "../release/target-state.js";
import { isRepeatable } from "../repair/settle-unit.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";
import { stallMs } from "../sql/postgres/units/block.js";
import { isDroppedConcurrently } from "../sql/postgres/units/drop-index.js";

/**
 * How long the user's own statements that are pending may wait for a lock: as long as others may wait behind a frame. Then they fail, and
 * run again.
 *
 * @returns undefined where none of them is pending
 */
export async function lockLimit(
  { pending, failed, units }: TargetState,
  { plugin, project }: { readonly plugin: OrmPlugin; readonly project: Project },
): Promise<LockLimit | undefined> {
  let isForAll = true;
  let isNeeded = false;
  for (const name of [...failed, ...pending]) {
    const spec = units.find(({ migration }) => migration === name)?.unit.spec;
    const own = units.find(({ migration, unit }) => migration === name && isRepeatable(unit));
    if (own === undefined) {
      isNeeded = true;
      isForAll &&= await isAllOrNothing(name, plugin, project);
    } else if (spec?.kind === "create-index" || (spec?.kind === "drop-index" && isDroppedConcurrently(spec)))
      // It waits for other transactions by way of locks, and leaves an invalid index when it gives up.
      isForAll = false;
  }
  return isNeeded ? { timeoutMs: stallMs, isForAll } : undefined;
}

/** Whether nothing of a migration is left when a statement of it fails. */
async function isAllOrNothing(name: string, plugin: OrmPlugin, project: Project): Promise<boolean> {
  const statements = await plugin.readStatements(project, name);
  if (statements === undefined) return false;
  const parser = await loadParser();
  try {
    return isWhole(readMigration(statements.up.map((sql) => `${sql}\n;`).join("\n"), name, parser), plugin, project);
  } catch {
    return false;
  }
}

/** A single statement, or several that the ORM runs in one transaction; none that begins or ends one, or cannot be in one. */
export function isWhole(
  { statements, operations }: Pick<Migration, "statements" | "operations">,
  plugin: OrmPlugin,
  project: Project,
): boolean {
  if (operations.some((operation) => "isConcurrent" in operation && operation.isConcurrent)) return false;
  if (operations.some(({ kind }) => kind === "unknown" || kind === "transaction")) return false;
  const mode = plugin.transactions?.(project);
  return statements.length === 1 || mode === "all" || mode === "each";
}
