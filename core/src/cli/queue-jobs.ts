import { LockstepError } from "../base/errors.js";
import { connect } from "../databases/connect.js";
import { refused } from "../dialect/db/refused.js";

/** A job of the queue: its payload, and the key that makes it unique. */
export interface QueueJob {
  readonly key: string;
  readonly payload: Readonly<Record<string, string>>;
}

export interface QueueOptions {
  /** The schema of graphile-worker. */
  readonly schema: string;
  /** Jobs of one name run one after another. */
  readonly queueName?: string;
  readonly maxAttempts?: number;
}

/** The result for each job: added, already in the queue, or retried after it had failed permanently. */
export type QueuedAs = "added" | "waiting" | "revived";

/**
 * Adds jobs of the task `lockstep-backfill` with graphile-worker's documented SQL functions. Its package need not be installed here.
 *
 * @throws LS8004 the queue is unreachable · LS8019 graphile-worker is not set up there
 */
export async function addJobs(
  url: string,
  jobs: readonly QueueJob[],
  { schema, queueName, maxAttempts }: QueueOptions,
): Promise<readonly QueuedAs[]> {
  const connection = await connect(url, { applicationName: "lockstep", needsSession: false });
  const functions = `"${schema.replaceAll('"', '""')}"`;
  try {
    const isThere =
      connection.dialect.id === "postgresql" &&
      (
        await connection.query("SELECT FROM pg_proc WHERE proname = 'add_job' AND pronamespace = to_regnamespace($1)", [
          functions,
        ])
      ).rows.length > 0;
    if (!isThere)
      throw new LockstepError("LS8019", `${connection.label} has no job queue of graphile-worker (schema ${schema}).`);
    const said: QueuedAs[] = [];
    for (const { key, payload } of jobs) {
      // Keeps an existing job unchanged, even while it runs. `replace` would then add a second one.
      const { rows } = await connection.query<{ id: string; isNew: boolean; hasFailed: boolean }>(
        `SELECT id::text AS id, revision = 0 AS "isNew", locked_at IS NULL AND attempts >= max_attempts AS "hasFailed"
         FROM ${functions}.add_job('lockstep-backfill', $1::json, queue_name => $2::text, max_attempts => $3::int,
           job_key => $4::text, job_key_mode => 'unsafe_dedupe')`,
        [JSON.stringify(payload), queueName ?? null, maxAttempts ?? null, key],
      );
      const { id, isNew, hasFailed } = rows[0]!;
      if (hasFailed)
        await connection.query(
          `SELECT FROM ${functions}.reschedule_jobs(ARRAY[$1::bigint], run_at => now(), attempts => 0, max_attempts => $2::int)`,
          [id, maxAttempts ?? null],
        );
      said.push(hasFailed ? "revived" : isNew ? "added" : "waiting");
    }
    return said;
  } catch (error) {
    throw refused(error, "Adding jobs");
  } finally {
    await connection.close();
  }
}
