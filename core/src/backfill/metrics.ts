/** What a backfill measures, by the conventions of OpenTelemetry for names and units. The docs have this table. */
export interface BackfillMetric {
  readonly name: string;
  readonly type: "counter" | "histogram" | "gauge";
  /** https://ucum.org */
  readonly unit: string;
  readonly description: string;
  /** Beside those that every metric has. */
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
  passed: metric("counter", "rows.passed", "{row}", "rows that this process has passed"),
  filled: metric("counter", "rows.filled", "{row}", "rows that this process has given a value"),
  refused: metric("counter", "rows.refused", "{row}", "rows that got no value, because the database refuses it"),
  batches: metric("counter", "batches", "{batch}", "batches that were committed"),
  retries: metric("counter", "retries", "{retry}", "what failed and was tried again", [attributes.reason]),
  waiting: metric("counter", "waiting.time", "s", "time in which a signal let no batch begin", [attributes.signal]),
  runs: metric("counter", "runs", "{run}", "runs that have ended: done, stopped or failed", [
    attributes.outcome,
    attributes.errorType,
  ]),
  batchDuration: metric("histogram", "batch.duration", "s", "how long a batch held its row locks"),
  commitDuration: metric("histogram", "commit.duration", "s", "how long the COMMIT of a batch took"),
  rate: metric("gauge", "rate", "{row}/s", "rows a second that this process goes through"),
  done: metric("gauge", "rows.done", "{row}", "rows passed by all processes, by earlier runs too"),
  total: metric("gauge", "rows.total", "{row}", "rows of the table, estimated"),
  workers: metric("gauge", "workers", "{worker}", "sessions at work, in all processes"),
  waitingFor: metric("gauge", "waiting.duration", "s", "for how long a signal has held the run; 0 once it let go", [
    attributes.signal,
  ]),
} as const satisfies Readonly<Record<string, BackfillMetric>>;
