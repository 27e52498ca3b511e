/** How values of one kind are judged. All amounts have the unit of the values. */
export interface Rule {
  /** So many times what it was before is another level. */
  readonly factor: number;
  /** A rise of less is nothing, whatever the factor. */
  readonly leastRise: number;
  /**
   * Of a mean: a rise that a single observation may have by chance. A mean of n may have its √n-th part: one stall among many calls does
   * not raise it by much, and among few it does. Default: 0.
   */
  readonly riseOfOne?: number;
  /**
   * Of a mean: what one observation may take longer by chance, as on a machine that does other things. A rise that one such observation
   * explains is never an anomaly at once. Default: 0.
   */
  readonly stall?: number;
  /** A rise this many times as high as what is allowed is an anomaly at once; others are when they come twice in a row. */
  readonly hugeTimes: number;
}

/** What was measured in one look. The smaller the better. */
export interface Sample {
  /** When the look began, ISO 8601. */
  readonly at: string;
  readonly value: number;
  /** Observations that it is the mean of. Default: 1. */
  readonly events?: number;
  /** What is known of before the watch: so many times as high as that is another level. */
  readonly former?: { readonly value: number; readonly factor: number };
  /** Somebody has said what is well: nothing else counts. */
  readonly atMost?: number;
}

/** What is known of one measure while it is watched. */
export interface Series {
  /** Values that were as they should be, the first ones. */
  readonly baseline: readonly number[];
  /** The looks in a row that were not, and when the first of them began. */
  readonly high: number;
  readonly since?: string;
}

export const newSeries: Series = { baseline: [], high: 0 };

export interface Detection {
  readonly series: Series;
  /** `taking`: the baseline is not complete · `high`: once; the next look tells */
  readonly state: "taking" | "normal" | "high" | "anomaly";
  /** What it was before, and what it may be; absent where nothing is known of before. */
  readonly center?: number;
  readonly limit?: number;
}

/** The first values are all there is to compare with; up to so many later ones make the picture of the noise better. */
const mostBaseline = 20;
/** The usual distance from the median, times this, is never exceeded by noise that looks like that of before. */
const mostDeviations = 6;
/** Few observations are no sign of themselves, however far off. */
const leastEventsAtOnce = 5;
/** Of a normal distribution: its standard deviation is so many times the median distance from the median. */
const perMedianDeviation = 1.4826;

/**
 * Compares a sample with what was before it. Pure: the series goes from look to look.
 *
 * @param least samples that make a baseline
 */
export function detectAnomaly(series: Series, sample: Sample, rule: Rule, least: number): Detection {
  const { value, events = 1 } = sample;
  const { baseline } = series;
  const references = referencesOf(baseline.length >= least ? baseline : [], sample, rule);
  // Whichever knows it better: one of before the watch may be of another hour, and one of now may be of an anomaly that has begun.
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
