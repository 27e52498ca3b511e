import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import type { Announcement } from "../../dialect/ledger-store.js";
import { count, moment, readRow } from "./read.js";
import { ensureLedger, hasLedger, ledgerError } from "./schema.js";

const announcementSchema = z
  .object({
    service: z.string(),
    build: z.string(),
    instance: z.string(),
    plans: z.record(z.string(), z.object({ phase: z.string(), left: z.number() })),
    since: moment,
    at: moment,
    // Two sessions may read the clock in a different order.
    silent_ms: z.union([count, z.string().transform(() => 0)]),
  })
  .transform(({ silent_ms, ...row }) => ({
    ...row,
    /** The time since the last announcement, by the server's clock. */
    silentMs: silent_ms,
  }));

/** An announcement of a build: first at `since`, last at `at`, in server time. Without instance: announced by a deployment. */
export type Announced = Readonly<z.output<typeof announcementSchema>>;

/** Records an announcement or updates it, and deletes those of instances that are gone. */
export async function announceBuild(connection: Connection, announcement: Announcement): Promise<void> {
  await ensureLedger(connection);
  const { ledger } = connection.dialect.live;
  try {
    await connection.query(ledger.announceSql(announcement));
    await ledger.forgetInstances(connection);
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** The announcements on this target, latest last, including instances that are gone. Without a ledger: none. */
export async function readAnnouncements(connection: Connection): Promise<readonly Announced[]> {
  if (!(await knowsAnnouncements(connection))) return [];
  try {
    const rows = await connection.dialect.live.ledger.announcements(connection);
    return rows.map((row) => readRow(announcementSchema, row, "announcements", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** Reading does not upgrade a ledger. Version 4 has no announcements. */
async function knowsAnnouncements(connection: Connection): Promise<boolean> {
  return (await hasLedger(connection)) && ((await connection.dialect.live.ledger.version(connection)) ?? 0) >= 5;
}
