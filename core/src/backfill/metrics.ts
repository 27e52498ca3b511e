/** Metrics of a backfill, named by the conventions of OpenTelemetry. The docs contain this table. */
export interface BackfillMetric {
  readonly name: string;
  readonly type: "counter" | "histogram" | "gauge";
  /** https://ucum.org */
  readonly unit: string;
  readonly description: string;
  /** In addition to the attributes of every metric. */
  readonly attributes: readonly string[];
}

function metric<T extends BackfillMetric["type"]>(
  type: T,
  name: string,
  unit: string,
  description: string,
  attributes: readonly string[] = [],
): BackfillMetric & { readonly type: T } {
  return { type, name: `lockstep.backfill.${name}`, unit, description, attributes };
}

/** Attributes of every metric and of every span. */
export const placeAttributes = {
  plan: "lockstep.backfill.plan",
  target: "lockstep.backfill.target",
  table: "db.collection.name",
} as const;

export const attributes = {
  reason: "lockstep.backfill.retry.reason",
  signal: "lockstep.backfill.signal",
  outcome: "lockstep.backfill.outcome",
  errorType: "error.type",
} as const;

export const metrics = {
  passed: metric("counter", "rows.passed", "{row}", "rows processed, this process"),
  filled: metric("counter", "rows.filled", "{row}", "rows filled, this process"),
  refused: metric("counter", "rows.refused", "{row}", "rows that the database rejected"),
  batches: metric("counter", "batches", "{batch}", "committed batches"),
  retries: metric("counter", "retries", "{retry}", "retries after a failure", [attributes.reason]),
  waiting: metric("counter", "waiting.time", "s", "time spent waiting for a signal", [attributes.signal]),
  runs: metric("counter", "runs", "{run}", "ended runs: done, stopped or failed", [
    attributes.outcome,
    attributes.errorType,
  ]),
  batchDuration: metric("histogram", "batch.duration", "s", "time for which a batch held its row locks"),
  commitDuration: metric("histogram", "commit.duration", "s", "duration of a batch's COMMIT"),
  rate: metric("gauge", "rate", "{row}/s", "rows per second, this process"),
  done: metric("gauge", "rows.done", "{row}", "rows processed by all processes, earlier runs included"),
  total: metric("gauge", "rows.total", "{row}", "estimated rows of the table"),
  workers: metric("gauge", "workers", "{worker}", "active sessions of all processes"),
  waitingFor: metric(
    "gauge",
    "waiting.duration",
    "s",
    "how long the run has waited for the signal so far; 0 after it resumes",
    [attributes.signal],
  ),
} as const satisfies Readonly<Record<string, BackfillMetric>>;
