import { isFelt, isSameTable, lockModes, type Operation, type TableLock, type Verdict } from "../model/index.js";
import type { VerdictContext } from "../verdicts/context.js";
import { type Transaction, transactionOf } from "../verdicts/transaction.js";

/** A lock that an earlier statement took, and that its transaction keeps. */
export interface KeptLock extends TableLock {
  /** Of the statement that took it. */
  readonly line: number;
}

/**
 * The locks of earlier statements that stop reads or writes for as long as slow work of the same transaction goes on. Those that the
 * slow statement takes itself are not among them: they are its own. Each
 * is told with the first statement that it is kept for.
 *
 * @param judged in the order in which they run
 * @returns only statements that keep something
 */
export function keptLocks(
  judged: readonly (readonly [Operation, Verdict])[],
  context: VerdictContext,
): ReadonlyMap<Operation, readonly KeptLock[]> {
  const found = new Map<Operation, readonly KeptLock[]>();
  let current: Transaction | undefined;
  let held: KeptLock[] = [];
  const told = new Set<KeptLock>();
  for (const [operation, verdict] of judged) {
    const transaction = transactionOf(operation.statement, context);
    if (transaction !== current) held = [];
    current = transaction;
    // Where nobody knows whether there is one nothing is said.
    if (transaction === undefined || (context.environment.transactions === undefined && !transaction.isStated))
      continue;
    const isRefused = verdict.concerns.some(({ kind }) => kind === "fails-in-transaction");
    if (verdict.held !== "instant" && !isRefused) {
      const kept = held.filter((lock) => !told.has(lock) && !verdict.locks.some((own) => isAsStrong(own, lock)));
      if (kept.length > 0) found.set(operation, kept);
      // Once is enough: what comes after it makes it longer, not other.
      for (const lock of kept) told.add(lock);
    }
    for (const { table, mode } of verdict.locks) {
      const lock = { table, mode, line: operation.line };
      if (!isFelt(mode) || held.some((other) => isAsStrong(other, lock))) continue;
      held = [...held.filter((other) => !isAsStrong(lock, other)), lock];
    }
  }
  return found;
}

function isAsStrong(lock: TableLock, other: TableLock): boolean {
  return isSameTable(lock.table, other.table) && lockModes.indexOf(lock.mode) >= lockModes.indexOf(other.mode);
}
