import { blocksWrites, isSameTable, lockModes, type Operation, type TableLock, type Verdict } from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";
import { type Transaction, transactionOf } from "../sql/verdicts/transaction.js";

/** A lock of an earlier statement that its transaction still holds. */
export interface KeptLock extends TableLock {
  /** The line of the statement that took it. */
  readonly line: number;
}

/**
 * Follows a migration statement by statement, and returns the locks of earlier statements that block reads or writes during the slow work
 * of this one. Excludes its own locks. Reports each lock only once, for the first such statement.
 */
export function lockFollower(context: VerdictContext): (operation: Operation, verdict: Verdict) => readonly KeptLock[] {
  let current: Transaction | undefined;
  let held: readonly KeptLock[] = [];
  const told = new Set<KeptLock>();
  return (operation, verdict) => {
    const transaction = transactionOf(operation.statement, context);
    if (transaction !== current) held = [];
    current = transaction;
    // Reports nothing if it is unknown whether there is a transaction.
    if (transaction === undefined || (context.environment.transactions === undefined && !transaction.isStated))
      return [];
    const isSlow = verdict.held !== "instant" && verdict.concerns.every(({ kind }) => kind !== "fails-in-transaction");
    const kept = held.filter(
      (lock) => isSlow && !told.has(lock) && !verdict.locks.some((own) => isAsStrong(own, lock)),
    );
    for (const lock of kept) told.add(lock);
    for (const { table, mode } of verdict.locks) {
      const lock = { table, mode, line: operation.line };
      if (blocksWrites(mode) && !held.some((other) => isAsStrong(other, lock)))
        held = [...held.filter((other) => !isAsStrong(lock, other)), lock];
    }
    return kept;
  };
}

function isAsStrong(lock: TableLock, other: TableLock): boolean {
  return isSameTable(lock.table, other.table) && lockModes.indexOf(lock.mode) >= lockModes.indexOf(other.mode);
}
