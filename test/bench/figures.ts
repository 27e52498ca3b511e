/** Numbers of a measurement, and how people read them. */

/** @throws when there are none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  if (low === undefined || high === undefined) throw new Error("no values to take the median of");
  return (low + high) / 2;
}

/** The value that `share` of all values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** `2 000 000` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
}

/** `58 ms`, `6 480 ms`; tenths where they are all there is. */
export function milliseconds(ms: number): string {
  return `${Math.abs(ms) < 10 ? ms.toFixed(1) : whole(ms)} ms`;
}

/** `+58 ms`, `-3.1 ms` */
export function difference(ms: number): string {
  return `${ms < 0 ? "" : "+"}${milliseconds(ms)}`;
}

/** Columns as wide as their widest cell; the first is text, the others are numbers. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))),
    )
    .map((row) => `  ${row.join("   ").trimEnd()}`)
    .join("\n");
}
