/** Numbers as people read them. */

/** `200 000` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
}

/** `58 ms`, `6 480 ms` */
export function milliseconds(ms: number): string {
  return `${whole(ms)} ms`;
}

/** `0.8 s`, `12.4 s`, `2 min 05 s` */
export function seconds(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const total = Math.round(ms / 1000);
  return `${Math.floor(total / 60)} min ${String(total % 60).padStart(2, "0")} s`;
}

/** `1 request`, `2 requests` */
export function counted(value: number, noun: string): string {
  return `${whole(value)} ${noun}${value === 1 ? "" : "s"}`;
}

const bars = [..."▁▂▃▄▅▆▇█"];

/** Latencies from 8 ms (lowest bar) to 8 s (highest), logarithmic: 100 ms is in the middle, where people begin to notice. */
export function sparkline(values: readonly number[]): string {
  return values
    .map((ms) => {
      const level = (Math.log10(Math.max(ms, 8)) - Math.log10(8)) / 3;
      return bars[Math.min(bars.length - 1, Math.floor(level * bars.length))];
    })
    .join("");
}
