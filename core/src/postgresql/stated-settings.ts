/**
 * What else than its row the value of an expression may depend on: settings of whatever session writes the row. An expression that
 * depends on them is evaluated under these, wherever it is evaluated: in the trigger, the backfill, the proof, checks and gates.
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

/** Clauses of CREATE FUNCTION. They cost 8 µs a call [300,000 rows on PostgreSQL 17], so only what depends on them gets them. */
export const statedSettingsOfFunction = Object.entries(statedSettings)
  .map(([name, value]) => ` SET ${name} = '${value}'`)
  .join("");

const setAll = Object.entries(statedSettings)
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(" || ");

/**
 * The expression in a statement of ours, where no function sets them: once a statement, before the first row. They end with the
 * transaction, so this is for transactions of ours alone.
 */
export function underStatedSettings(sql: string): string {
  // A subquery without references is evaluated once, and CASE evaluates its condition first.
  return `CASE WHEN (SELECT ${setAll}) <> '' THEN (${sql}\n) END`;
}
