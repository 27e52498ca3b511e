import { type Change, quoted, tableOf } from "./change.js";
import type { Database } from "./database.js";

/** Mixed case, other scripts, quotes and backslashes, long texts, big numbers, NULL. */
const seeds = [
  ["'Ann'", "1", "NULL"],
  ["'BOB'", "-2", "'MiXed'"],
  ["'Zoë ß'", "2147483647", "repeat('Long ', 2000)"],
  ["'日本語 🙂'", "0", "''"],
  [`concat('O''Hara ', char(92), ' "q" \`b\`')`, "42", "'  spaces  '"],
  ["''", "7", "NULL"],
] as const;

let numbers = 0;

function insert(change: Change, values: Readonly<Record<string, string>>): string {
  numbers += 1;
  const k = String(100 + numbers);
  const names = Object.keys(values).map(quoted).join(", ");
  const texts = Object.values(values).map((sql) => sql.replaceAll("{k}", k));
  return `INSERT INTO ${quoted(tableOf(change))} (${names}) VALUES (${texts.join(", ")})`;
}

export async function seed(change: Change, database: Database): Promise<void> {
  for (const [name, n, v] of seeds)
    await database.query(insert(change, { name, n, v, touchedAt: "'2020-01-02 03:04:05.678901'", ...change.always }));
}

/** As code that does not know the change. */
export async function serveOld(change: Change, database: Database): Promise<void> {
  await database.query(insert(change, { name: "'Old {k}'", n: "{k}", v: "'OLD'", ...change.always }));
  const { update } = change;
  if (update !== undefined) await database.query(update.replaceAll("{t}", quoted(tableOf(change))));
}

/** As code of after the change. */
export function serveNew(change: Change, database: Database): Promise<unknown> {
  return database.query(
    insert(change, { name: "'New {k}'", n: "{k}", v: "'NEW'", ...change.always, ...change.writes }),
  );
}

/** The rows of the seed, with the columns that were there before. */
export async function seededRows(change: Change, columns: readonly string[], database: Database): Promise<string[]> {
  const list = columns.map(quoted).join(", ");
  const rows = await database.query(
    `SELECT ${list} FROM ${quoted(tableOf(change))} WHERE name NOT LIKE 'Old %' AND name NOT LIKE 'New %'`,
  );
  return rows.map((row) => JSON.stringify(Object.values(row))).sort();
}

/** How many rows are wrong, of those that new code has not written. */
export async function wrongRows({ right, ...change }: Change, database: Database): Promise<readonly unknown[]> {
  if (right === undefined) return [];
  return database.query(
    `SELECT * FROM ${quoted(tableOf(change))} WHERE name NOT LIKE 'New %' AND NOT coalesce((${right}), false)`,
  );
}
