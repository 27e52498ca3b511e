import { callers, type Query, type SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource, QueryRunner } from "typeorm";

/** Statements that TypeORM runs together, and what takes them back. One way there may be more of them than the other. */
export interface LogStep {
  readonly up: readonly Query[];
  readonly down: readonly Query[];
}

export interface RecordedLog {
  /** TypeORM's own answer. */
  readonly memory: SqlInMemory;
  /** The same, step by step. */
  readonly steps: readonly LogStep[];
  /** The file of TypeORM that asked for a connection: the copy that the data source was made with. */
  readonly madeBy: string | undefined;
  /** What was left out because it would change nothing, in words. Default: nothing. */
  readonly kept?: readonly string[];
  /** What a person should change because of what TypeORM found, in words. Default: nothing. */
  readonly warnings?: readonly string[];
}

/** Asks TypeORM for the SQL of the entities, and writes down what is taken back by what: its answer is two lists. */
export async function recordedLog(dataSource: DataSource, ask: () => Promise<SqlInMemory>): Promise<RecordedLog> {
  const ends: { up: number; down: number }[] = [];
  let madeBy: string | undefined;
  const { createQueryRunner } = dataSource;
  const own = Object.getOwnPropertyDescriptor(dataSource, "createQueryRunner");
  dataSource.createQueryRunner = (mode) => {
    madeBy ??= callers().find((file) => /[\\/]schema-builder[\\/]\w+\.js$/.test(file));
    const runner = createQueryRunner.call(dataSource, mode) as QueryRunner & Recorded;
    const { executeQueries } = runner;
    runner.executeQueries = (...queries) => {
      const done = executeQueries.apply(runner, queries);
      const { upQueries, downQueries } = runner.getMemorySql();
      ends.push({ up: upQueries.length, down: downQueries.length });
      return done;
    };
    return runner;
  };
  try {
    const memory = await ask();
    return { memory, steps: stepsOf(memory, ends), madeBy };
  } finally {
    if (own === undefined) delete (dataSource as Partial<DataSource>).createQueryRunner;
    else Object.defineProperty(dataSource, "createQueryRunner", own);
  }
}

/** Protected in TypeORM's types: every change of the schema goes through it. */
interface Recorded {
  executeQueries(...queries: unknown[]): Promise<void>;
}

function stepsOf({ upQueries, downQueries }: SqlInMemory, ends: readonly { up: number; down: number }[]): LogStep[] {
  return ends.map(({ up, down }, index) => ({
    up: upQueries.slice(ends[index - 1]?.up ?? 0, up),
    down: downQueries.slice(ends[index - 1]?.down ?? 0, down),
  }));
}

/**
 * Without some of its statements, in both directions. TypeORM's object stays the same one, and untouched where there are none.
 *
 * @param isLeftOut of what goes up and of what takes it back
 */
export function withoutQueries(log: RecordedLog, isLeftOut: (query: Query) => boolean): RecordedLog {
  const { memory } = log;
  if (!memory.upQueries.some(isLeftOut)) return log;
  const kept = (queries: readonly Query[]) => queries.filter((query) => !isLeftOut(query));
  memory.upQueries = kept(memory.upQueries);
  memory.downQueries = kept(memory.downQueries);
  return { ...log, steps: log.steps.map(({ up, down }) => ({ up: kept(up), down: kept(down) })) };
}
