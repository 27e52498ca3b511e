import { attempt } from "../../base/expected-errors.js";
import { sqlReader } from "../../databases/sql-reader.js";
import type { Dialect } from "../../dialect/dialect.js";
import { blocksWrites, type LockMode, type Migration, type Operation } from "../../model/index.js";
import { isDroppedConcurrently } from "../../model/unit-spec.js";
import type { LockLimit, OrmPlugin, Project } from "../../plugin/plugin.js";
import type { TargetState } from "../../plugin/target-state.js";
import { contextOf } from "../../rules/judge.js";
import { isNotSql } from "../../sql/not-sql.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { isRepeatable } from "../repair/settle-unit.js";

/** The lock timeout of a run, and the migrations that it is for. */
export interface OwnLimit extends Omit<LockLimit, "onUnlimited"> {
  /** The user's own pending migrations with locks that other sessions queue behind. */
  readonly own: readonly string[];
}

/** The ORM plugin that runs migrations, its project, and the dialect. */
export interface RunBy {
  readonly plugin: OrmPlugin;
  readonly project: Project;
  readonly dialect: Dialect;
}

/**
 * How long the user's own pending statements may wait for a lock: as long as other sessions may wait behind a frame. After that they fail
 * and are retried.
 *
 * @returns undefined if none of them is pending
 */
export async function lockLimit({ pending, failed, units }: TargetState, about: RunBy): Promise<OwnLimit | undefined> {
  let isForAll = true;
  const own: string[] = [];
  const whole: string[] = [];
  for (const name of [...failed, ...pending]) {
    const spec = units.find(({ migration }) => migration === name)?.unit.spec;
    const unit = units.find((each) => each.migration === name && isRepeatable(each.unit));
    if (unit === undefined) {
      const found = await look(name, about);
      isForAll &&= found.isWhole;
      if (found.mayBlock) own.push(name);
      if (found.isWhole) whole.push(name);
    } else if (spec?.kind === "create-index" || (spec?.kind === "drop-index" && isDroppedConcurrently(spec)))
      // It waits for other transactions through locks, and leaves an invalid index on timeout.
      isForAll = false;
  }
  return own.length === 0 ? undefined : { timeoutMs: about.dialect.live.sessions.stallMs, isForAll, whole, own };
}

interface LockImpact {
  /** If a statement fails, nothing of the migration remains. */
  readonly isWhole: boolean;
  /** Other sessions may queue behind it. */
  readonly mayBlock: boolean;
}

async function look(name: string, about: RunBy): Promise<LockImpact> {
  const unknown: LockImpact = { isWhole: false, mayBlock: true };
  const statements = await about.plugin.readStatements(about.project, name);
  if (statements === undefined) return unknown;
  const { readMigration, judging } = await sqlReader(about.dialect.id);
  const sql = statements.up.map((each) => `${each}\n;`).join("\n");
  const migration = attempt(() => readMigration(sql, name), isNotSql);
  if (migration === undefined) return unknown;
  const { operations } = migration;
  const context = contextOf(operations, { judging });
  return {
    isWhole: isWhole(migration, about),
    mayBlock: operations.length === 0 || operations.some((each) => mayBlockOthers(each, context, about)),
  };
}

/** Whether other sessions may queue behind an operation: its locks allow that, or are unknown. */
function mayBlockOthers(operation: Operation, context: VerdictContext, { dialect }: RunBy): boolean {
  const { locks, doubts } = context.judging.verdictOf(operation, context);
  // If a build allows writes by default, it still locks the whole table at its start and at its end.
  const { buildsIndexesOnline } = dialect.sql.capabilities;
  const queues = (mode: LockMode) => blocksWrites(mode) || (buildsIndexesOnline && mode === "SHARE UPDATE EXCLUSIVE");
  return locks.some(({ mode }) => queues(mode)) || doubts.includes("statement") || doubts.includes("other-tables");
}

/**
 * A single statement, or several that the ORM runs in one transaction. None of them may begin or end a transaction, or be disallowed in
 * one.
 */
export function isWhole(
  { statements, operations }: Pick<Migration, "statements" | "operations">,
  { plugin, project, dialect }: RunBy,
): boolean {
  if (operations.some((operation) => "isConcurrent" in operation && operation.isConcurrent)) return false;
  // A block and a procedure can commit.
  if (operations.some(({ kind, sql }) => kind === "unknown" || kind === "transaction" || /^(do|call)\b/i.test(sql)))
    return false;
  if (statements.length === 1) return true;
  const mode = plugin.transactions?.(project);
  return dialect.sql.capabilities.hasTransactionalDdl && (mode === "all" || mode === "each");
}
