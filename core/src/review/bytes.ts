const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** `640 B`, `3.1 GB`: powers of 1024, as servers count. */
export function bytes(count: number): string {
  const step = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
  const value = count / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}
