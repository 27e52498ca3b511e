import {
  type Attributes,
  type Context,
  type Counter,
  context,
  type Histogram,
  type ObservableGauge,
  type ObservableResult,
  metrics as otelMetrics,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { LockstepError } from "../base/errors.js";
import { errorCode } from "../dialect/db/retry.js";
import { BatchFailure, type BatchResult } from "./batch.js";
import type { BackfillEvent } from "./events.js";
import { attributes, type BackfillMetric, metrics, placeAttributes } from "./metrics.js";
import type { Waiting } from "./pacing.js";

/** The current state of a run. */
export interface Gauges {
  readonly rate: number;
  readonly done: number;
  /** Undefined: unknown. */
  readonly total: number | undefined;
  readonly workers: number;
  readonly waiting: (Waiting & { readonly forMs: number }) | undefined;
}

export type SpanName = "batch" | "trial" | "look_back";

type MetricsOf<T extends BackfillMetric["type"]> = {
  [K in keyof typeof metrics]: (typeof metrics)[K] extends { readonly type: T } ? K : never;
}[keyof typeof metrics];

/** An unreachable backend must not keep a finished process alive. */
const flushMs = 5000;
/** In seconds: the default buckets of SDKs are for milliseconds. */
const advice = {
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30] },
};

/**
 * Reports a run to OpenTelemetry, through the SDK that the process has registered, if any. The API finds the SDK by a global symbol, and
 * accepts an SDK of its own minor version or later. So the package bundles an early version of the API.
 *
 * Telemetry never contains row values: errors are reported by their code.
 */
export class Telemetry {
  readonly #attributes: Attributes;
  readonly #span: Span;
  readonly #context: Context;
  readonly #counters: Readonly<Record<string, Counter>>;
  readonly #histograms: Readonly<Record<string, Histogram>>;
  readonly #gauges: Readonly<Record<string, ObservableGauge>>;
  readonly #observe: readonly (readonly [ObservableGauge, (result: ObservableResult) => void])[];
  /** Signals that have held the run: an SDK repeats the last value that it received. */
  readonly #holding = new Set<string>();
  #isOver = false;
  /** Time already reported of the current wait. */
  #waitedMs = 0;

  constructor(place: Readonly<Record<keyof typeof placeAttributes, string>>, look: () => Gauges) {
    this.#attributes = Object.fromEntries(
      Object.entries(place).map(([name, value]) => [placeAttributes[name as keyof typeof placeAttributes], value]),
    );
    this.#span = this.#tracer.startSpan("lockstep.backfill.run", { attributes: this.#attributes });
    this.#context = trace.setSpan(context.active(), this.#span);
    const meter = otelMetrics.getMeter("lockstep");
    const of = <I>(type: BackfillMetric["type"], make: (metric: BackfillMetric) => I) =>
      Object.fromEntries(
        Object.entries(metrics).flatMap(([key, metric]) => (metric.type === type ? [[key, make(metric)]] : [])),
      );
    const described = ({ unit, description }: BackfillMetric) => ({ unit, description });
    this.#counters = of("counter", (metric) => meter.createCounter(metric.name, described(metric)));
    this.#histograms = of("histogram", (metric) =>
      meter.createHistogram(metric.name, { ...described(metric), ...advice }),
    );
    this.#gauges = of("gauge", (metric) => meter.createObservableGauge(metric.name, described(metric)));
    this.#observe = this.#observed(look);
    for (const [gauge, callback] of this.#observe) gauge.addCallback(callback);
  }

  get #tracer() {
    return trace.getTracer("lockstep");
  }

  /** Runs a part of the run in a child span, which is active for everything that it calls. */
  async span<T>(name: SpanName, more: Attributes, run: (span: Span) => Promise<T>): Promise<T> {
    const all = { attributes: { ...this.#attributes, ...more } };
    const span = this.#tracer.startSpan(`lockstep.backfill.${name}`, all, this.#context);
    try {
      return await context.with(trace.setSpan(this.#context, span), () => run(span));
    } catch (error) {
      failed(span, typeOf(error));
      throw error;
    } finally {
      span.end();
    }
  }

  /** A batch that was committed. */
  batch({ rows, filled, commitMs }: BatchResult, batchMs: number): void {
    this.#add("passed", rows);
    this.#add("filled", filled);
    this.#add("batches", 1);
    this.#record("batchDuration", batchMs);
    this.#record("commitDuration", commitMs);
  }

  /** A row that gets no value and that the pass skips. */
  refused(passed: number): void {
    this.#add("refused", 1);
    this.#add("passed", passed);
  }

  event(event: BackfillEvent): void {
    switch (event.kind) {
      case "retry":
        this.#add("retries", 1, { [attributes.reason]: event.reason });
        return;
      case "waiting":
      case "released": {
        this.#holding.add(event.signal);
        // Report a long wait while it lasts.
        const told = Math.min(this.#waitedMs, event.forMs);
        this.#add("waiting", (event.forMs - told) / 1000, { [attributes.signal]: event.signal });
        this.#waitedMs = event.kind === "released" ? 0 : event.forMs;
        return;
      }
      case "finished":
        this.#add("runs", 1, { [attributes.outcome]: event.status });
        this.#span.setAttributes({
          [attributes.outcome]: event.status,
          "lockstep.backfill.rows": event.rows,
          "lockstep.backfill.rows.filled": event.filled,
        });
        return;
      case "failed":
        this.#add("runs", 1, { [attributes.outcome]: "failed", [attributes.errorType]: event.code });
        this.#span.setAttribute(attributes.outcome, "failed");
        failed(this.#span, event.code);
        return;
      default:
    }
  }

  /** Ends the run's telemetry. The process ends soon, so buffered data is sent now. */
  async end(): Promise<void> {
    this.#span.end();
    this.#isOver = true;
    await flushed([otelMetrics.getMeterProvider(), trace.getTracerProvider()]);
    for (const [gauge, callback] of this.#observe) gauge.removeCallback(callback);
  }

  #observed(look: () => Gauges): [ObservableGauge, (result: ObservableResult) => void][] {
    const now = (value: number) => (this.#isOver ? 0 : value);
    type Observed = readonly (readonly [value: number | undefined, more?: Attributes])[];
    const values: Readonly<Record<MetricsOf<"gauge">, (gauges: Gauges) => Observed>> = {
      rate: ({ rate }) => [[now(rate)]],
      done: ({ done }) => [[done]],
      total: ({ total }) => [[total]],
      workers: ({ workers }) => [[now(workers)]],
      waitingFor: ({ waiting }) =>
        [...this.#holding].map((signal) => [
          now(waiting?.signal === signal ? waiting.forMs / 1000 : 0),
          { [attributes.signal]: signal },
        ]),
    };
    return Object.entries(values).map(([key, measure]) => [
      this.#gauges[key]!,
      (result: ObservableResult) => {
        for (const [value, more] of measure(look()))
          if (value !== undefined) result.observe(value, { ...this.#attributes, ...more });
      },
    ]);
  }

  #add(key: MetricsOf<"counter">, value: number, more: Attributes = {}): void {
    if (value > 0) this.#counters[key]!.add(value, { ...this.#attributes, ...more });
  }

  #record(key: MetricsOf<"histogram">, ms: number): void {
    this.#histograms[key]!.record(ms / 1000, this.#attributes);
  }
}

function failed(span: Span, type: string): void {
  span.setAttribute(attributes.errorType, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

/** SQLSTATE, our own code, or the class of the error: its message may contain values. */
function typeOf(error: unknown): string {
  const cause = error instanceof BatchFailure ? error.cause : error;
  if (cause instanceof LockstepError) return cause.code;
  return errorCode(cause) ?? (cause instanceof Error ? cause.name : "_OTHER");
}

/** The API does not define `forceFlush`, but the SDKs' providers do. */
async function flushed(providers: readonly object[]): Promise<void> {
  const flushes = providers.map(async (each) => {
    const { getDelegate } = each as { getDelegate?(): object };
    const provider = (getDelegate === undefined ? each : getDelegate.call(each)) as { forceFlush?(): Promise<void> };
    await provider.forceFlush?.();
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushMs);
  });
  // Undelivered telemetry must not fail the backfill.
  await Promise.race([Promise.allSettled(flushes), late]);
  clearTimeout(timer);
}
