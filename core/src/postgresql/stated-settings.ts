/**
 * Session settings that can affect the value of an expression besides its row. An expression that depends on them is always evaluated under
 * these values: in the trigger, the backfill, the proof, checks and gates.
 */
export const statedSettings: Readonly<Record<string, string>> = {
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  extra_float_digits: "1",
  bytea_output: "hex",
  lc_monetary: "C",
  lc_numeric: "C",
  lc_time: "C",
};

/** Clauses of CREATE FUNCTION. They cost 8 µs per call [300,000 rows on PostgreSQL 17], so only functions that depend on them get them. */
export const statedSettingsOfFunction = Object.entries(statedSettings)
  .map(([name, value]) => ` SET ${name} = '${value}'`)
  .join("");

const setAll = Object.entries(statedSettings)
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(" || ");

/**
 * An expression outside a function with these settings. Sets them once per statement, before the first row. They last until the end of the
 * transaction, so use this only in Lockstep's own transactions.
 */
export function underStatedSettings(sql: string): string {
  // A subquery without references is evaluated once, and CASE evaluates its condition first.
  return `CASE WHEN (SELECT ${setAll}) <> '' THEN (${sql}\n) END`;
}
