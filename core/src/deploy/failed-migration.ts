import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "../db/connection.js";
import { retryReason } from "../db/retry.js";
import type { ReleasedUnit } from "../plan/migration-of.js";
import type { MigrationFailure, OrmPlugin, Project } from "../plugin.js";
import type { IndexSpec } from "../repair/index-state.js";
import { builtIndex, dropIndex, isRepeatable, type Settlement, settleUnit } from "../repair/settle-unit.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";

/** A migration that is recorded as failed, with what may be done about it. */
export interface FailedMigration {
  readonly name: string;
  readonly failure: MigrationFailure;
  readonly own: ReleasedUnit | undefined;
  /** The ORM applies nothing until its record is put right. */
  readonly isRecorded: boolean;
  /** Locks, and nothing in the data or the statement, stopped it. */
  readonly isLock: boolean;
  /** The index that it builds concurrently. */
  readonly index: IndexSpec | undefined;
  /** It may run again after `settle`. */
  readonly isRepeatable: boolean;
  /** Makes it fit to run again. Errors as `settleUnit`. */
  settle(connection: Connection): Promise<Settlement | "building">;
}

/**
 * Reads why a migration failed, and whether it may simply run again: a unit of a plan may; of the user's own migrations one that is
 * a single statement, because PostgreSQL took all of that back.
 */
export async function readFailed(
  connection: Connection,
  name: string,
  {
    project,
    plugin,
    own,
    said,
  }: {
    readonly project: Project;
    readonly plugin: OrmPlugin;
    readonly own: ReleasedUnit | undefined;
    /** What the run said, of an ORM that has not recorded the failure. */
    readonly said?: MigrationFailure | undefined;
  },
): Promise<FailedMigration> {
  const failure = said ?? (await plugin.readFailure(connection, name)) ?? { sqlState: undefined, text: undefined };
  const isOwn = own !== undefined && isRepeatable(own.unit);
  const single = isOwn ? undefined : await singleStatement(project, plugin, name);
  const index = isOwn ? builtIndex(own.unit) : single?.index;
  return {
    name,
    failure,
    own,
    isRecorded: said === undefined,
    index,
    isLock: isLockFailure(failure.sqlState, index !== undefined),
    isRepeatable: isOwn || single !== undefined,
    async settle(target) {
      if (isOwn) return settleUnit(target, own.unit);
      if (index !== undefined) await dropIndex(target, index, 5000);
      return "rolled-back";
    },
  };
}

/** A concurrent build is also ended by a cancel or a timeout of its statement, and by the deadlock detector. */
function isLockFailure(sqlState: string | undefined, buildsIndex: boolean): boolean {
  const reason = retryReason({ code: sqlState });
  return reason === "locked" || reason === "conflict" || (buildsIndex && sqlState === "57014");
}

/** The user's own migration, when it is one statement: with the index that it builds, if that is what it does. */
async function singleStatement(
  project: Project,
  plugin: OrmPlugin,
  name: string,
): Promise<{ readonly index: IndexSpec | undefined } | undefined> {
  const path = join(project.root, plugin.migrationPath(project, name));
  if (!existsSync(path)) return undefined;
  const parser = await loadParser();
  let migration: ReturnType<typeof readMigration>;
  try {
    migration = readMigration(readFileSync(path, "utf8"), path, parser);
  } catch {
    return undefined; // what cannot be read is left to a person
  }
  const [operation] = migration.operations;
  if (migration.statements.length !== 1 || operation === undefined) return undefined;
  // These may commit in between.
  if (operation.kind === "unknown" && /^(do|call)\b/i.test(operation.sql)) return undefined;
  if (operation.kind !== "createIndex" || !operation.isConcurrent) return { index: undefined };
  const { table, isUnique, columns = [], method } = operation;
  return { index: { table, index: { name: operation.name, isUnique, columns, method } } };
}
