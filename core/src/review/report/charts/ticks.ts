/** Round values from 0 to at least the greatest one, few enough to be readable. */
export function ticks(most: number, count = 4): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= raw * 0.999) ?? raw;
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

/** Seconds, minutes or hours that divide a run into a handful of parts, in milliseconds. */
export function timeTicks(endMs: number): readonly number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
  const step = 1000 * (steps.find((each) => endMs / (each * 1000) <= 6) ?? Math.ceil(endMs / 6000 / 86_400) * 86_400);
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, at) => at * step);
}

/** `0 s`, `30 s`, `5 min`, `2 h` */
export function timeText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120 && seconds % 60 !== 0) return `${seconds} s`;
  if (seconds === 0) return "0 s";
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
