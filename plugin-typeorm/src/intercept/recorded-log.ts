import { callers, type Query, type SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource, QueryRunner } from "typeorm";

/** Statements that TypeORM runs together, and those that revert them. The two may differ in number. */
export interface LogStep {
  readonly up: readonly Query[];
  readonly down: readonly Query[];
}

export interface RecordedLog {
  /** TypeORM's own answer. */
  readonly memory: SqlInMemory;
  /** The same, step by step. */
  readonly steps: readonly LogStep[];
  /** The TypeORM file that requested a connection: the copy that the data source was created with. */
  readonly madeBy: string | undefined;
  /** Messages: what was left out because it would change nothing. Default: none. */
  readonly kept?: readonly string[];
  /** Messages: what a person should change because of TypeORM's findings. Default: none. */
  readonly warnings?: readonly string[];
}

/** Queries TypeORM for the SQL of the entities, and records which statement reverts which: its answer is two lists. */
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

/** Protected in TypeORM's types: every change of the schema passes through it. */
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
 * The log without some of its statements, in both directions. TypeORM's object stays the same one, and unchanged if there are none.
 *
 * @param isLeftOut for statements of both directions
 */
export function withoutQueries(log: RecordedLog, isLeftOut: (query: Query) => boolean): RecordedLog {
  const { memory } = log;
  if (!memory.upQueries.some(isLeftOut)) return log;
  const kept = (queries: readonly Query[]) => queries.filter((query) => !isLeftOut(query));
  memory.upQueries = kept(memory.upQueries);
  memory.downQueries = kept(memory.downQueries);
  return { ...log, steps: log.steps.map(({ up, down }) => ({ up: kept(up), down: kept(down) })) };
}
