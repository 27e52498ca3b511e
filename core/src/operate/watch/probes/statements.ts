import { LockstepError } from "../../../base/errors.js";
import type { Connection } from "../../../dialect/connection.js";
import type { LedgerTable } from "../../../dialect/ledger-store.js";
import { isBlind } from "../../../dialect/load-signals.js";
import type { ReadStatement, TableStatements } from "../../../dialect/statements.js";
import { leastCalls, originOf } from "../../../gates/reads/compare-statements.js";
import { nameWord, statementText } from "../../../sql/statement-words.js";
import { type Baseline, readBaselines } from "../../../target/ledger/baselines.js";
import { between, type Counter } from "../counters.js";
import type { Sample } from "../detect-anomaly.js";
import { defineProbe, type Point, unseen, type WatchContext } from "./probe.js";

/** Fewer calls wait for the next round, but a second of work counts however few they are. */
const fewCalls = 5;
const muchMs = 1000;
/** A running statement is late at this multiple of its usual time, or if its usual time is unknown. */
const lateTimes = 20;

/** The kept figures are some days old; the server's totals may include times when the table was small. */
const recentFactor = 3;
const everFactor = 10;

/** The duration of each statement that reads or changes the plan's tables. */
export default defineProbe({
  id: "statements",
  summary: "duration of statements on the plan's tables, from the server's statistics",
  start(context) {
    const counted = new Map<string, Counter>();
    const formers = new Map<string, Sample["former"]>();
    let tables: readonly LedgerTable[] | undefined;
    let baselines: readonly (readonly Baseline[])[] = [];
    let last: TableStatements | undefined;
    return async (connection) => {
      if (tables === undefined) {
        const { identity } = connection.dialect.live.systemCatalog;
        const found = await Promise.all(context.tables.map((table) => identity(connection, table)));
        if (found.every((table) => table === undefined)) return unseen("the plan's tables do not exist");
        tables = found.filter((table) => table !== undefined);
        baselines = await keptOf(connection, tables, context);
      }
      const now = await connection.dialect.live.statements.touching(connection, tables);
      if (isBlind(now)) return unseen(now.reason);
      const isReset = last !== undefined && now.since !== undefined && now.since > last.at;
      const before = new Set(last?.running.map(({ run }) => run));
      last = now;
      const points = now.statements.flatMap((statement): Point[] => {
        const { id, words } = statement;
        const calls = between(counted.get(id), statement, isReset);
        if (calls === undefined) {
          counted.set(id, statement);
          return [];
        }
        const late = lateCalls(statement, now, before);
        const events = calls.calls + late.length;
        const totalMs = calls.totalMs + late.reduce((sum, ms) => sum + ms, 0);
        if (events === 0 || (events < fewCalls && totalMs < muchMs)) return [];
        counted.set(id, statement);
        if (!formers.has(id)) formers.set(id, formerOf(statement, baselines, context));
        const former = formers.get(id);
        return [
          {
            measure: "statement-time",
            id,
            subject: statementText(words),
            value: totalMs / events,
            events,
            ...(former === undefined ? {} : { former }),
            ...(late.length === 0 ? {} : { detail: unendedText(late) }),
          },
        ];
      });
      return { points, ...(now.uncounted === undefined ? {} : { blind: [now.uncounted] }) };
    };
  },
});

/**
 * How long calls have run that should have ended long ago. A single call only counts once two rounds have seen it: a busy machine may delay
 * any call once.
 *
 * @param before the runs that the last round saw
 */
export function lateCalls(
  { id, calls, totalMs }: Pick<ReadStatement, "id" | "calls" | "totalMs">,
  { running }: Pick<TableStatements, "running">,
  before: ReadonlySet<string>,
): readonly number[] {
  if (calls < lateTimes) return [];
  const late = running.filter((each) => each.id === id && each.ms > lateTimes * (totalMs / calls));
  return late.filter(({ run }) => late.length > 1 || before.has(run)).map(({ ms }) => ms);
}

function unendedText(late: readonly number[]): string {
  return `${late.length === 1 ? "1 call has" : `${late.length} calls have`} not ended after ${(Math.max(...late) / 1000).toFixed(1)} s`;
}

async function keptOf(connection: Connection, tables: readonly LedgerTable[], { evidence }: WatchContext) {
  const kept: (readonly Baseline[])[] = [];
  try {
    for (const table of tables) kept.push(await readBaselines(connection, { plan: evidence, table }));
  } catch (error) {
    // Watching works without read access to the ledger.
    if (connection.isLost || !(error instanceof LockstepError)) throw error;
  }
  return kept;
}

/** Its duration before a phase was released, from the ledger: its own, or that of the statement that it replaced. */
function formerOf(
  statement: ReadStatement,
  baselines: readonly (readonly Baseline[])[],
  { plan }: WatchContext,
): Sample["former"] {
  for (const kept of baselines) {
    const of = (phase: string) => kept.find((each) => each.phase === phase)?.statistics;
    const [earlier, before] = [of("expand"), of("switch") ?? of("expand")];
    if (before === undefined) continue;
    const column = plan.columns.find(({ name }) => statement.words.includes(nameWord(name)))?.name;
    const origin = column === undefined ? undefined : originOf(statement, before.statements, column);
    const counts = origin ?? before.statements.find(({ id }) => id === statement.id);
    if (counts === undefined || counts.calls < leastCalls) continue;
    const isReset = earlier !== undefined && before.since !== undefined && before.since > earlier.at;
    const recent =
      earlier === before
        ? undefined
        : between(
            earlier?.statements.find(({ id }) => id === counts.id),
            counts,
            isReset,
          );
    return recent !== undefined && recent.calls >= leastCalls
      ? { value: recent.totalMs / recent.calls, factor: recentFactor }
      : { value: counts.totalMs / counts.calls, factor: everFactor };
  }
  return undefined;
}
