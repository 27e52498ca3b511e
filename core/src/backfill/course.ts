import type { Course, CoursePoint } from "../target/ledger/courses.js";

/** A picture is not wider. */
const mostPoints = 500;
const firstWidthMs = 1000;

/** How a run is, at one moment. */
export interface CourseSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Since the sample before it. */
  readonly forMs: number;
  readonly rows: number;
  readonly lagMs?: number;
  readonly waiting?: { readonly signal: string; readonly reason: string };
}

export const emptyCourse: Course = { widthMs: firstWidthMs, points: [] };

/** The course with one more moment. However long it goes on, it has at most five hundred stretches. */
export function goneOn({ widthMs, points }: Course, { waiting, ...sample }: CourseSample): Course {
  const next: CoursePoint = {
    ...sample,
    ...(waiting !== undefined && { waits: [{ ...waiting, ms: sample.forMs }] }),
  };
  const last = points.at(-1);
  // A run that was interrupted goes on in a stretch of its own.
  const isSame = last !== undefined && last.forMs < widthMs && next.at - (last.at + last.forMs) < widthMs;
  const all = isSame ? [...points.slice(0, -1), together(last, next)] : [...points, next];
  if (all.length <= mostPoints) return { widthMs, points: all };
  const pairs = Array.from({ length: Math.ceil(all.length / 2) }, (_, at) => {
    const [one, other] = [all[at * 2]!, all[at * 2 + 1]];
    return other === undefined ? one : together(one, other);
  });
  return { widthMs: widthMs * 2, points: pairs };
}

function together(one: CoursePoint, other: CoursePoint): CoursePoint {
  const waits = new Map((one.waits ?? []).map((wait) => [wait.signal, wait]));
  for (const wait of other.waits ?? [])
    waits.set(wait.signal, { ...wait, ms: wait.ms + (waits.get(wait.signal)?.ms ?? 0) });
  const lags = [one.lagMs, other.lagMs].filter((each) => each !== undefined);
  return {
    at: one.at,
    forMs: one.forMs + other.forMs,
    rows: one.rows + other.rows,
    ...(lags.length > 0 && { lagMs: Math.max(...lags) }),
    ...(waits.size > 0 && { waits: [...waits.values()] }),
  };
}
