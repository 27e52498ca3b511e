import {
  type Environment,
  isFelt,
  isSameTable,
  lockModes,
  type Operation,
  type TableLock,
  type Verdict,
} from "../model/index.js";

/** A lock that an earlier statement took, and that its transaction keeps. */
export interface KeptLock extends TableLock {
  /** Of the statement that took it. */
  readonly line: number;
}

/**
 * The locks of earlier statements that stop reads or writes for as long as slow work of the same transaction goes on. Those that the
 * slow statement takes itself are not among them: they are its own.
 *
 * @param judged in the order in which they run
 * @returns only statements that keep something
 */
export function keptLocks(
  judged: readonly (readonly [Operation, Verdict])[],
  { transactions }: Environment,
): ReadonlyMap<Operation, readonly KeptLock[]> {
  const found = new Map<Operation, readonly KeptLock[]>();
  const isImplicit = transactions === "all" || transactions === "each";
  let isOpen = isImplicit;
  let held: KeptLock[] = [];
  for (const [operation, verdict] of judged) {
    if (operation.kind === "transaction") {
      if (operation.does === "begin") isOpen = true;
      if (operation.does === "commit" || operation.does === "rollback") {
        isOpen = isImplicit;
        held = [];
      }
      continue;
    }
    if (!isOpen) continue;
    const isRefused = verdict.concerns.some(({ kind }) => kind === "fails-in-transaction");
    if (verdict.held !== "instant" && !isRefused) {
      const kept = held.filter((lock) => !verdict.locks.some((own) => isAsStrong(own, lock)));
      if (kept.length > 0) found.set(operation, kept);
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
