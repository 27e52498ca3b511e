import pg from "pg";

/** How long the report takes that is running when a migration arrives. */
export const reportMs = 7_000;

/**
 * The monthly report: an ordinary SELECT that takes a while. It blocks nobody; but an ALTER TABLE has to wait for it, and everybody
 * else waits behind that ALTER TABLE.
 *
 * @returns once it is running
 */
export async function startReport(url: string, table: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "monthly report" });
  // Ended by a shutdown of the server: not our concern any more.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("BEGIN");
  await client.query(`SELECT count(*) FROM ${table}`);
  void client
    .query(`SELECT pg_sleep($1)`, [reportMs / 1000])
    .then(() => client.query("COMMIT"))
    .then(
      () => client.end(),
      () => undefined,
    );
}
