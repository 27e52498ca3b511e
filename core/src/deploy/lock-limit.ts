import { isSameTable, type Migration, type Operation, type TableName } from "../model/index.js";
import type { LockLimit, OrmPlugin, Project } from "../plugin.js";
import type { TargetState } from "../release/target-state.js";
import { isRepeatable } from "../repair/settle-unit.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";
import { stallMs } from "../sql/postgres/units/block.js";
import { isDroppedConcurrently } from "../sql/postgres/units/drop-index.js";

/** The limit of a run, and the migrations that it is meant for. */
export interface OwnLimit extends Omit<LockLimit, "onUnlimited"> {
  /** The user's own that are pending and take locks that others queue behind. */
  readonly own: readonly string[];
}

/**
 * How long the user's own statements that are pending may wait for a lock: as long as others may wait behind a frame. Then they fail, and
 * run again.
 *
 * @returns undefined where none of them is pending
 */
export async function lockLimit(
  { pending, failed, units }: TargetState,
  { plugin, project }: { readonly plugin: OrmPlugin; readonly project: Project },
): Promise<OwnLimit | undefined> {
  let isForAll = true;
  const own: string[] = [];
  for (const name of [...failed, ...pending]) {
    const spec = units.find(({ migration }) => migration === name)?.unit.spec;
    const unit = units.find((each) => each.migration === name && isRepeatable(each.unit));
    if (unit === undefined) {
      const { isWhole, isUnfelt } = await look(name, plugin, project);
      isForAll &&= isWhole;
      if (!isUnfelt) own.push(name);
    } else if (spec?.kind === "create-index" || (spec?.kind === "drop-index" && isDroppedConcurrently(spec)))
      // It waits for other transactions by way of locks, and leaves an invalid index when it gives up.
      isForAll = false;
  }
  return own.length === 0 ? undefined : { timeoutMs: stallMs, isForAll, own };
}

interface Look {
  /** Nothing of the migration is left when a statement of it fails. */
  readonly isWhole: boolean;
  /** Nobody queues behind it: all that it does is made new, or built or dropped concurrently. */
  readonly isUnfelt: boolean;
}

async function look(name: string, plugin: OrmPlugin, project: Project): Promise<Look> {
  const unknown: Look = { isWhole: false, isUnfelt: false };
  const statements = await plugin.readStatements(project, name);
  if (statements === undefined) return unknown;
  const parser = await loadParser();
  try {
    const migration = readMigration(statements.up.map((sql) => `${sql}\n;`).join("\n"), name, parser);
    const { operations } = migration;
    return {
      isWhole: isWhole(migration, plugin, project),
      isUnfelt: operations.length > 0 && operations.every((each) => isUnfelt(each, operations)),
    };
  } catch {
    return unknown;
  }
}

function isUnfelt(operation: Operation, all: readonly Operation[]): boolean {
  const isNew = (table: TableName) => all.some((each) => each.kind === "createTable" && isSameTable(each.table, table));
  switch (operation.kind) {
    case "createType":
    case "createDomain":
      return true;
    case "createTable":
      return operation.partitionOf === undefined && [...operation.references, ...operation.inherits].every(isNew);
    case "addForeignKey":
      return isNew(operation.table) && isNew(operation.references);
    case "createIndex":
      return operation.isConcurrent || isNew(operation.table);
    default:
      return "isConcurrent" in operation && operation.isConcurrent === true;
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
