/** The used part of TypeORM's query runner. */
interface Runner {
  readonly isTransactionActive?: boolean;
  query(sql: string, ...rest: unknown[]): Promise<unknown>;
}

/** The recorded state of a running migration. */
export interface Recording {
  /** Statements that have run and cannot be rolled back any more: they were not in a transaction, or it was committed. */
  left(): string[];
  /** A failure now rolls back everything since the transaction began. */
  isInside(): boolean;
  stop(): void;
}

/**
 * Records the statements that a migration has run so far: TypeORM records nothing of one that fails.
 *
 * @param commitsByItself whether a statement commits the current transaction before it runs: DDL on MySQL
 */
export function recording(runner: Runner, commitsByItself: (sql: string) => boolean): Recording {
  const done: string[] = [];
  let held: string[] | undefined = runner.isTransactionActive === true ? [] : undefined;
  const own = Object.getOwnPropertyDescriptor(runner, "query");
  const { query } = runner;
  runner.query = async (sql, ...rest) => {
    const text = String(sql);
    if (commitsByItself(text)) {
      done.push(...(held ?? []));
      held = undefined;
    }
    const result = await query.call(runner, sql, ...rest);
    const begins = /^\s*(?:BEGIN|START\s+TRANSACTION)\b/i.test(text);
    // A whole transaction in one text.
    if (begins && /\b(?:COMMIT|END)\b[^;]*;?\s*$/i.test(text)) done.push(brief(text));
    else if (begins) held ??= [];
    else if (/^\s*(?:COMMIT|END)\b/i.test(text)) {
      done.push(...(held ?? []));
      held = undefined;
    } else if (/^\s*ROLLBACK\b(?!\s+TO\b)/i.test(text)) held = undefined;
    else (held ?? done).push(brief(text));
    return result;
  };
  return {
    left: () => done,
    isInside: () => held !== undefined,
    stop() {
      if (own === undefined) delete (runner as Partial<Runner>).query;
      else Object.defineProperty(runner, "query", own);
    },
  };
}

function brief(sql: string): string {
  const line = sql.trim().replace(/\s+/g, " ");
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
