import { blocksWrites, isSameTable, lockModes, type Operation, type TableLock, type Verdict } from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";
import { type Transaction, transactionOf } from "../sql/verdicts/transaction.js";

/** A lock that an earlier statement took, and that its transaction keeps. */
export interface KeptLock extends TableLock {
  /** Of the statement that took it. */
  readonly line: number;
}

/**
 * Follows a migration statement by statement, and answers which locks of earlier ones stop reads or writes for as long as the slow work
 * of this one goes on. Those that it takes itself are its own. Each is told with the first statement that it is kept for.
 */
export function lockFollower(context: VerdictContext): (operation: Operation, verdict: Verdict) => readonly KeptLock[] {
  let current: Transaction | undefined;
  let held: readonly KeptLock[] = [];
  const told = new Set<KeptLock>();
  return (operation, verdict) => {
    const transaction = transactionOf(operation.statement, context);
    if (transaction !== current) held = [];
    current = transaction;
    // Where nobody knows whether there is one nothing is said.
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
