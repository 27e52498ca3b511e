import type { Build } from "./model/build.js";

export type { Build };

export interface AnnounceOptions {
  readonly build: Build;
  /** Runs one statement without parameters on the application's database: `(sql) => pool.query(sql)`. */
  readonly run: (sql: string) => unknown;
  /** Called with the error of a failed announcement, once until it works again. Default: not called. */
  readonly onError?: (error: unknown) => void;
}

const everyMs = 30_000;

/**
 * Announces now and every 30 seconds that an instance of this build is alive. It never throws, does not keep the process alive, and ends
 * with it.
 *
 * @returns a function that stops it earlier
 * @example announce({ build, run: (sql) => pool.query(sql) });
 */
export function announce({ build, run, onError }: AnnounceOptions): () => void {
  let isRunning = false;
  let hasFailed = false;
  let sql: string | undefined;
  const beat = async () => {
    // If the pool has no free connection, one announcement waits, not a hundred.
    if (isRunning) return;
    isRunning = true;
    try {
      sql ??= build.statement.replace("{instance}", crypto.randomUUID());
      await run(sql);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) tell(error, onError);
      hasFailed = true;
    } finally {
      isRunning = false;
    }
  };
  void beat();
  const timer = setInterval(beat, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function tell(error: unknown, onError: AnnounceOptions["onError"]): void {
  try {
    onError?.(error);
  } catch {
    // The application continues, whatever its logger does.
  }
}
