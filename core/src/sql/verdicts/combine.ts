import {
  type Concern,
  durations,
  doubts as everyDoubt,
  type Held,
  isSameTable,
  type LockMode,
  lockModes,
  type TableLock,
  type TableName,
  type Verdict,
} from "../../model/index.js";

/** No locks, no effects. */
export const harmless: Verdict = { locks: [], held: "instant", concerns: [], doubts: [] };

/** A verdict from its differences to `harmless`. */
export function verdict(parts: Partial<Verdict>): Verdict {
  return { ...harmless, ...parts };
}

/** Locks of one mode on tables, without those that the change creates: no session waits for them. */
export function locksOn(
  mode: LockMode,
  tables: readonly TableName[],
  { createdInThisChange }: { createdInThisChange(table: TableName): boolean },
): TableLock[] {
  return tables.filter((table) => !createdInThisChange(table)).map((table) => ({ table, mode }));
}

/** The combined effects of statements: the strongest lock per table, the longest duration, and every concern and doubt once. */
export function combine(verdicts: readonly Verdict[]): Verdict {
  return {
    locks: strongest(verdicts.flatMap(({ locks }) => locks)),
    held: longest(verdicts.map(({ held }) => held)),
    concerns: distinct(verdicts.flatMap(({ concerns }) => concerns)),
    doubts: everyDoubt.filter((doubt) => verdicts.some(({ doubts }) => doubts.includes(doubt))),
  };
}

/** Each table once, with its strongest lock, in order of first appearance. */
function strongest(locks: readonly TableLock[]): TableLock[] {
  const found: TableLock[] = [];
  for (const lock of locks) {
    const at = found.findIndex(({ table }) => isSameTable(table, lock.table));
    const other = found[at];
    if (other === undefined) found.push(lock);
    else if (rankOf(lock.mode) > rankOf(other.mode)) found[at] = lock;
  }
  return found;
}

function longest(all: readonly Held[]): Held {
  return durations.findLast((held) => all.includes(held)) ?? "instant";
}

function rankOf(mode: LockMode): number {
  return lockModes.indexOf(mode);
}

function distinct(concerns: readonly Concern[]): Concern[] {
  const seen = new Map(concerns.map((concern) => [JSON.stringify(concern), concern]));
  return [...seen.values()];
}
