import type { ReadStatement, StatementStatistics } from "../../dialect/statements.js";
import { nameWord, type Words } from "../../sql/statement-words.js";

/** With fewer calls, the mean duration of a statement is not reliable. */
export const leastCalls = 100;
/** A smaller difference of the mean is noise from caches and the time of day; below a millisecond it does not matter. */
const slowerFactor = 1.5;
const slowerMs = 1;

/** One statement before and after. */
export interface ComparedStatement {
  readonly id: string;
  readonly words: Words;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Calls after the baseline. */
  readonly calls: number;
  readonly former?: Former;
}

/** The finding is older than the reset of its counters, and is not measured again yet. */
export interface Former {
  /** Calls since the reset of its counters. */
  readonly calls: number;
}

export interface ReplannedStatement {
  readonly id: string;
  readonly former?: Former;
  readonly words: Words;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** It scans a whole table that it read by an index before, or did not read. */
  readonly isWorse: boolean;
}

/** How the reads of a table changed since the baseline. */
export interface StatementComparison {
  readonly compared: readonly ComparedStatement[];
  /** The slower ones in `compared`. */
  readonly slower: readonly ComparedStatement[];
  readonly replanned: readonly ReplannedStatement[];
  /** How many plans were compared. */
  readonly plans: number;
  /** Read the column, are called often enough, and have no counterpart to compare with. */
  readonly unpaired: readonly Omit<ComparedStatement, "beforeMs">[];
  /** New and frequent statements that do not read the column. */
  readonly others: readonly Omit<ComparedStatement, "beforeMs">[];
  /** The number of statements called after the baseline, but too rarely before or after it. */
  readonly seldom: number;
  /** Calls of statements that read the column, after the baseline. */
  readonly columnCalls: number;
  /** The first of these calls, if the server records it. */
  readonly columnSince?: string;
  /** The statistics were reset after the baseline: the calls in between are unknown. */
  readonly isReset: boolean;
  /** Number of statements with fewer calls than at the baseline, if the server does not report a reset of all statistics. */
  readonly restarted: number;
}

interface Counts {
  readonly calls: number;
  readonly totalMs: number;
}

/**
 * Compares the duration of a table's reads before and after a baseline. Reads of the column are new statements: each is compared with the
 * statement that it replaced.
 *
 * @param earlier an earlier baseline: compares only the calls between the two, not everything that the server has counted
 * @param last the statistics of the last check: its findings stay until they are measured again, even if counters are reset
 */
export function compareStatements(request: {
  readonly earlier?: StatementStatistics | undefined;
  readonly baseline: StatementStatistics;
  readonly last?: StatementStatistics | undefined;
  readonly now: StatementStatistics;
  readonly column: string;
}): StatementComparison {
  const { earlier, baseline, last, now, column } = request;
  const isReset = now.since !== undefined && now.since > baseline.at;
  const isEarlierReset = baseline.since !== undefined && earlier !== undefined && baseline.since > earlier.at;
  const was = new Map(baseline.statements.map((each) => [each.id, each]));
  const wasEarlier = new Map(isEarlierReset ? [] : earlier?.statements.map((each) => [each.id, each]));
  const before = (id: string): Counts => {
    const counts = was.get(id) ?? nothing;
    const between = since(counts, wasEarlier.get(id));
    return between.calls >= leastCalls ? between : counts;
  };
  const after = (each: ReadStatement) => since(each, isReset ? undefined : was.get(each.id));
  const called = now.statements.map((each) => ({ ...each, ...after(each) })).filter(({ calls }) => calls > 0);
  const readsColumn = ({ words }: ReadStatement) => words.includes(nameWord(column));
  const compared: ComparedStatement[] = [];
  const unpaired: Omit<ComparedStatement, "beforeMs">[] = [];
  const others: Omit<ComparedStatement, "beforeMs">[] = [];
  const replanned: ReplannedStatement[] = [];
  let [seldom, plans] = [0, 0];
  for (const each of called) {
    // An undone release of the column is no reference for the next one.
    const origin = readsColumn(each) ? originOf(each, baseline.statements, column) : undefined;
    const former = origin ?? was.get(each.id);
    if (former?.shape !== undefined && each.shape !== undefined) {
      plans++;
      if (former.shape.join("\n") !== each.shape.join("\n"))
        replanned.push({
          id: each.id,
          words: each.words,
          before: former.shape,
          after: each.shape,
          isWorse: isWorse(former.shape, each.shape),
        });
    }
    const [counts, figures] = [
      former === undefined ? nothing : before(former.id),
      { id: each.id, words: each.words, afterMs: mean(each), calls: each.calls },
    ];
    if (each.calls < leastCalls) seldom++;
    else if (counts.calls >= leastCalls) compared.push({ ...figures, beforeMs: mean(counts) });
    else if (readsColumn(each)) unpaired.push(figures);
    else if (former === undefined) others.push(figures);
    else seldom++;
  }
  // Statistics from before this release of switch do not apply to it.
  const isOfRelease = last !== undefined && last.at > baseline.at;
  const former = isOfRelease ? compareStatements({ earlier, baseline, now: last, column }) : undefined;
  const lost = <T extends { readonly id: string }>(found: readonly T[] = []) =>
    found.flatMap((each) => {
      const calls = callsSinceLost(each.id, last, now);
      return calls === undefined || calls >= leastCalls ? [] : [{ ...each, former: { calls } }];
    });
  const lostPlans = lost(former?.replanned.filter((each) => each.isWorse));
  const ofColumn = called.filter(readsColumn);
  const first = ofColumn.flatMap(({ firstAt }) => (firstAt === undefined ? [] : [firstAt])).sort()[0];
  return {
    compared,
    slower: [...compared.filter(isSlower), ...lost(former?.slower)],
    replanned: [...replanned.filter(({ id }) => !lostPlans.some((each) => each.id === id)), ...lostPlans],
    plans,
    unpaired,
    others,
    seldom,
    columnCalls: ofColumn.reduce((sum, { calls }) => sum + calls, 0),
    ...(first === undefined ? {} : { columnSince: first }),
    isReset,
    restarted: isReset ? 0 : now.statements.filter((each) => beganAnew(each, was.get(each.id))).length,
  };
}

/** The number of calls since the counters were reset; undefined: no reset since the last check. */
function callsSinceLost(id: string, last: StatementStatistics | undefined, now: StatementStatistics) {
  const counts = now.statements.find((each) => each.id === id);
  if (counts === undefined) return 0;
  const then = last?.statements.find((each) => each.id === id);
  const isLost = last !== undefined && now.since !== undefined && now.since > last.at;
  return isLost || beganAnew(counts, then) ? counts.calls : undefined;
}

const beganAnew = (now: Counts, then: Counts | undefined) =>
  then !== undefined && (now.calls < then.calls || now.totalMs < then.totalMs);

const nothing: Counts = { calls: 0, totalMs: 0 };
const mean = ({ calls, totalMs }: Counts) => (calls === 0 ? 0 : totalMs / calls);
const isSlower = ({ beforeMs, afterMs }: ComparedStatement) =>
  afterMs >= beforeMs * slowerFactor && afterMs - beforeMs >= slowerMs;

/** A lower counter started again from zero: the server had evicted the statement. */
function since(now: Counts, then: Counts | undefined): Counts {
  if (then === undefined || beganAnew(now, then)) return now;
  return { calls: now.calls - then.calls, totalMs: now.totalMs - then.totalMs };
}

/**
 * The statement that a read of the column replaced: the same without the column, or with one other name instead of it. Of several, the most
 * frequent one.
 */
export function originOf(
  read: ReadStatement,
  statements: readonly ReadStatement[],
  column: string,
): ReadStatement | undefined {
  const without = withoutColumn(read.words, column).join("\n");
  return statements
    .filter(({ words }) => !words.includes(nameWord(column)))
    .filter(({ words }) => words.join("\n") === without || isRenamed(words, read.words, column))
    .sort((one, other) => other.calls - one.calls)[0];
}

/** The tokens without list entries that consist only of the column: `t.handle`, `t.handle AS t_handle`. */
export function withoutColumn(words: Words, column: string): Words {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    if (words[at] !== nameWord(column) || words[at + 1] === ".") {
      kept.push(words[at]!);
      continue;
    }
    let start = kept.length;
    while (kept[start - 1] === "." && kept[start - 2]?.startsWith('"')) start -= 2;
    const end = words[at + 1] === "AS" ? at + 3 : at + 1;
    const [previous, next] = [kept[start - 1], words[end]];
    // At the start of a list, removes the comma after it, elsewhere the one before it.
    if (previous === "," && (next === "," || endsList.has(next ?? ""))) {
      kept.length = start - 1;
      at = end - 1;
    } else if ((previous === "SELECT" || previous === "DISTINCT" || previous === "(") && next === ",") {
      kept.length = start;
      at = end;
    } else kept.push(words[at]!);
  }
  return kept;
}

const endsList = new Set(["FROM", ")", "ORDER", "LIMIT", "HAVING", "WHERE", "UNION"]);

/** Whether they differ only in one name, which the column replaces. Aliases contain the name. */
function isRenamed(before: Words, after: Words, column: string): boolean {
  if (before.length !== after.length) return false;
  let former: string | undefined;
  for (const [at, word] of after.entries()) {
    const other = before[at]!;
    if (word === other) continue;
    if (word === nameWord(column)) {
      if (!other.startsWith('"') || (former ?? other) !== other) return false;
      former = other;
    } else if (after[at - 1] !== "AS" || !word.startsWith('"') || !word.slice(1, -1).endsWith(column)) return false;
  }
  return former !== undefined;
}

/** Whether it scans a table completely that it did not before. */
function isWorse(before: readonly string[], after: readonly string[]): boolean {
  const whole = (shape: readonly string[]) => shape.map((node) => /Seq Scan (.*)$/.exec(node)?.[1]).filter(Boolean);
  const was = new Set(whole(before));
  return whole(after).some((table) => !was.has(table));
}
