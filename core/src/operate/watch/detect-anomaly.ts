/** How to judge values of one kind. All amounts have the unit of the values. */
export interface Rule {
  /** The ratio to earlier values that is too high. */
  readonly factor: number;
  /** Smaller increases are ignored, whatever the ratio. */
  readonly leastRise: number;
  /**
   * For a mean: the increase that one observation may show by chance. A mean of n observations may rise by this divided by √n: one stall
   * hardly affects many calls, but does affect few. Default: 0.
   */
  readonly riseOfOne?: number;
  /**
   * For a mean: how much longer one observation may take by chance, for example on a busy machine. An increase that one such observation
   * explains is never an immediate anomaly. Default: 0.
   */
  readonly stall?: number;
  /** An increase of this many times the allowed one is an immediate anomaly; others are after two in a row. */
  readonly hugeTimes: number;
}

/** One measurement of a round. Smaller is better. */
export interface Sample {
  /** When the round began, ISO 8601. */
  readonly at: string;
  readonly value: number;
  /** The number of observations in the mean. Default: 1. */
  readonly events?: number;
  /** A value from before the watch, and the ratio to it that is too high. */
  readonly former?: { readonly value: number; readonly factor: number };
  /** A limit set by the user: replaces all comparisons. */
  readonly atMost?: number;
}

/** The state of one measure during a watch. */
export interface Series {
  /** The first normal values. */
  readonly baseline: readonly number[];
  /** The number of consecutive high rounds, and when the first of them began. */
  readonly high: number;
  readonly since?: string;
}

export const newSeries: Series = { baseline: [], high: 0 };

export interface Detection {
  readonly series: Series;
  /** `taking`: the baseline is not complete · `high`: once; the next round decides */
  readonly state: "taking" | "normal" | "high" | "anomaly";
  /** The reference value and the limit; absent if there is no reference. */
  readonly center?: number;
  readonly limit?: number;
}

/** The first values are the only reference; later ones, up to this number, improve the noise estimate. */
const mostBaseline = 20;
/** Noise like that of the baseline never exceeds the median deviation times this. */
const mostDeviations = 6;
/** With fewer observations, a mean is never an immediate anomaly, however high. */
const leastEventsAtOnce = 5;
/** For a normal distribution: the ratio of the standard deviation to the median absolute deviation. */
const perMedianDeviation = 1.4826;

/**
 * Compares a sample with earlier ones. Pure: the caller passes the series from round to round.
 *
 * @param least the number of samples in a baseline
 */
export function detectAnomaly(series: Series, sample: Sample, rule: Rule, least: number): Detection {
  const { value, events = 1 } = sample;
  const { baseline } = series;
  const references = referencesOf(baseline.length >= least ? baseline : [], sample, rule);
  // The stricter reference decides: one from before the watch may be of another hour, and a current one may include an anomaly that has
  // begun.
  const strictest = references.sort((one, other) => one.limit - other.limit)[0];
  const isHigh = strictest !== undefined && value > strictest.limit;
  if (!isHigh) {
    const kept = baseline.length < Math.max(least, mostBaseline) ? [...baseline, value] : baseline;
    return {
      series: { baseline: kept, high: 0 },
      state: baseline.length >= least || strictest !== undefined ? "normal" : "taking",
      ...strictest,
    };
  }
  const { center, limit } = strictest;
  const isHuge =
    sample.atMost === undefined &&
    (rule.riseOfOne === undefined || events >= leastEventsAtOnce) &&
    value > center + rule.hugeTimes * (limit - center) &&
    (value - center) * events > (rule.stall ?? 0);
  const high = series.high + 1;
  return {
    series: { baseline, high, since: series.since ?? sample.at },
    state: isHuge || high >= 2 ? "anomaly" : "high",
    center,
    limit,
  };
}

interface Reference {
  readonly center: number;
  readonly limit: number;
}

function referencesOf(baseline: readonly number[], { former, atMost, events = 1 }: Sample, rule: Rule): Reference[] {
  if (atMost !== undefined) return [{ center: baseline.length === 0 ? atMost : median(baseline), limit: atMost }];
  const floor = Math.max(rule.leastRise, (rule.riseOfOne ?? 0) / Math.sqrt(events));
  const references: Reference[] = [];
  if (former !== undefined)
    references.push({
      center: former.value,
      limit: former.value + Math.max(floor, (former.factor - 1) * former.value),
    });
  if (baseline.length > 0) {
    const center = median(baseline);
    const spread = perMedianDeviation * median(baseline.map((value) => Math.abs(value - center)));
    references.push({
      center,
      limit: center + Math.max(floor, (rule.factor - 1) * center, mostDeviations * spread),
    });
  }
  return references;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
