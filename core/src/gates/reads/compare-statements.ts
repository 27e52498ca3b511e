import type { ReadStatement, StatementStatistics } from "../../dialect/statements.js";
import { nameWord, type Words } from "../../sql/statement-words.js";

/** Fewer calls say nothing about how long a statement takes. */
export const leastCalls = 100;
/** A mean that differs by less is noise of caches and of the time of day; below a millisecond nobody notices. */
export const slowerFactor = 1.5;
export const slowerMs = 1;

/** One statement before and after. */
export interface ComparedStatement {
  readonly id: string;
  readonly words: Words;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** After the baseline. */
  readonly calls: number;
  readonly former?: Former;
}

/** It was found before its counters were set back, and is not measured anew yet. */
export interface Former {
  /** Since its counters were set back. */
  readonly calls: number;
}

export interface ReplannedStatement {
  readonly id: string;
  readonly former?: Former;
  readonly words: Words;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** It reads a whole table that it read by an index, or not at all. */
  readonly isWorse: boolean;
}

/** What became of the reads of a table since the baseline. */
export interface StatementComparison {
  readonly compared: readonly ComparedStatement[];
  /** Those of `compared` that got slower. */
  readonly slower: readonly ComparedStatement[];
  readonly replanned: readonly ReplannedStatement[];
  /** How many plans were compared. */
  readonly plans: number;
  /** They read the column, often enough, and there is nothing to compare them with. */
  readonly unpaired: readonly Omit<ComparedStatement, "beforeMs">[];
  /** New and often called, and do not read the column. */
  readonly others: readonly Omit<ComparedStatement, "beforeMs">[];
  /** Statements that were called after the baseline, and too seldom before or after it. */
  readonly seldom: number;
  /** Calls of statements that read the column, after the baseline. */
  readonly columnCalls: number;
  /** The first of them, as far as the server knows. */
  readonly columnSince?: string;
  /** The statistics were set back after the baseline: what came between is not known. */
  readonly isReset: boolean;
  /** How many statements count fewer calls than at the baseline, where the server does not tell that all were set back. */
  readonly restarted: number;
}

interface Counts {
  readonly calls: number;
  readonly totalMs: number;
}

/**
 * Compares what reads of a table took before a baseline and after it. Reads of the column are other statements than those before them:
 * each is compared with the one that it came from.
 *
 * @param earlier a baseline of before: what came between the two is compared, not all that the server has counted
 * @param last what was counted when this was last asked: what was found then stays until it is measured anew, whoever sets counters back
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
    // A release of the column that was taken back is no measure for the next one.
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
  // Kept after an earlier release of switch it says nothing of this one.
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

/** How often a statement was called since its counters were set back; undefined: they were not, since that look. */
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

/** Counters that went down began anew: the server had forgotten the statement. */
function since(now: Counts, then: Counts | undefined): Counts {
  if (then === undefined || beganAnew(now, then)) return now;
  return { calls: now.calls - then.calls, totalMs: now.totalMs - then.totalMs };
}

/**
 * The statement that a read of the column came from: the same without the column, or with one other name in the column's place. Of
 * several the one that was called most.
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

/** The words without entries of a list that are the column and nothing else: `t.handle`, `t.handle AS t_handle`. */
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
    // At the start of a list the comma behind it goes, elsewhere the one before it.
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

/** Whether they differ in nothing but one name, in whose place the column stands. Aliases are made of it. */
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

/** Whether a table is read as a whole that was not before. */
function isWorse(before: readonly string[], after: readonly string[]): boolean {
  const whole = (shape: readonly string[]) => shape.map((node) => /Seq Scan (.*)$/.exec(node)?.[1]).filter(Boolean);
  const was = new Set(whole(before));
  return whole(after).some((table) => !was.has(table));
}
