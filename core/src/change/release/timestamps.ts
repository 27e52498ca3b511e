/** The time in UTC as `20261120093000`. */
function timestampOf(date: Date): string {
  return date.toISOString().replace(/\D/g, "").slice(0, 14);
}

/**
 * The timestamps of `count` new migrations: one second apart, starting at `first`, and after every existing migration. Migrations run in
 * the order of their names, so a later phase must never sort before an earlier one.
 */
export function nextTimestamps(first: Date, existing: readonly string[], count: number): string[] {
  const latest = existing
    .map((name) => /^\d{14}/.exec(name)?.[0])
    .filter((stamp) => stamp !== undefined)
    .sort()
    .at(-1);
  let moment = dateOf(timestampOf(first));
  if (latest !== undefined && dateOf(latest) >= moment) moment = new Date(dateOf(latest).getTime() + 1000);
  return Array.from({ length: count }, (_, index) => timestampOf(new Date(moment.getTime() + index * 1000)));
}

/** The time of a timestamp. */
export function dateOf(stamp: string): Date {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})/.exec(stamp) ?? [];
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)));
}
