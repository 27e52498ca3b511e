import type { Connection } from "./connection.js";

export interface TransactionOptions {
  readonly isReadOnly?: boolean;
  /** One snapshot for all statements, where a sample must fit its count. Default: false, READ COMMITTED. */
  readonly isRepeatable?: boolean;
  /** Settings for this transaction only. Numbers are milliseconds. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/**
 * Runs statements in one transaction; any error rolls it back.
 * The isolation level is stated because a role may have another default: the backfill relies on READ COMMITTED.
 */
export async function inTransaction<T>(
  connection: Connection,
  options: TransactionOptions,
  run: () => Promise<T>,
): Promise<T> {
  const isolation = options.isRepeatable ? "REPEATABLE READ" : "READ COMMITTED";
  const access = options.isReadOnly ? "READ ONLY" : "READ WRITE";
  const settings = Object.entries(options.settings ?? {}).map(
    ([name, value]) => `SET LOCAL ${name} = ${literal(value)}`,
  );
  // One round trip: the settings are ours, not the user's, so they may stand in the text.
  await connection.query([`BEGIN ISOLATION LEVEL ${isolation}, ${access}`, ...settings].join("; "));
  try {
    const result = await run();
    await connection.query("COMMIT");
    return result;
  } catch (error) {
    // The first error counts, also when the session is gone and cannot roll back.
    if (!connection.isLost) await connection.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

function literal(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value)) : `'${value.replaceAll("'", "''")}'`;
}
