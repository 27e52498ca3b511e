/** A database with the table that the sample units change. */
import { type Catalogue, readCatalogue } from "./catalogue.js";
import { createDatabase } from "./database.js";
import { openSession, type Session, until, waitEvent } from "./sessions.js";

export interface UnitDatabase {
  readonly url: string;
  /** Runs the units; the others look on, or are in the way. */
  readonly session: Session;
  readonly observer: Session;
  open(settings?: Readonly<Record<string, string>>): Promise<Session>;
  end(): Promise<void>;
}

export interface UserTableOptions {
  readonly rows?: number;
  /** Over 16 MB: there prove commits between its steps instead of doing all in one transaction. */
  readonly isLarge?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** An empty database to use instead of a new one. */
  readonly url?: string;
}

/** `"User"` with `id`, `email` and `name`: rows user1@example.org, … */
export const createUser = `CREATE TABLE "User" ("id" int PRIMARY KEY, "email" text NOT NULL, "name" text)`;

/** Makes the database, the table and its rows. Call `end()` when done. */
export async function openUserDatabase(options: UserTableOptions = {}): Promise<UnitDatabase> {
  const { rows = 3, isLarge = false, settings = {} } = options;
  const database =
    options.url === undefined ? await createDatabase("units") : { url: options.url, drop: async () => undefined };
  const sessions: Session[] = [];
  const open = async (more: Readonly<Record<string, string>> = {}) => {
    const session = await openSession(database.url, more);
    sessions.push(session);
    return session;
  };
  const observer = await open();
  await observer.query(createUser);
  await observer.query(
    `INSERT INTO "User" SELECT n, 'User' || n || '@example.org', 'Name ' || n FROM generate_series(1, $1) n`,
    [rows],
  );
  if (isLarge) {
    await observer.query(`ALTER TABLE "User" ADD "pad" text; ALTER TABLE "User" ALTER "pad" SET STORAGE EXTERNAL`);
    await observer.query(`UPDATE "User" SET "pad" = repeat('x', 1000000) WHERE "id" <= 18`);
    if (rows < 18) throw new Error("A large table needs 18 rows");
  }
  return {
    url: database.url,
    session: await open(settings),
    observer,
    open,
    async end() {
      await Promise.all(sessions.map((session) => session.end()));
      await database.drop();
    },
  };
}

/** Gives every row a value, as the backfill would. */
export async function fillAll({ observer }: UnitDatabase): Promise<void> {
  await observer.query(`UPDATE "User" SET "handle" = lower("email") WHERE "handle" IS NULL`);
}

/** A transaction that reads the table until it is ended: it holds ACCESS SHARE. */
export async function openReader(database: UnitDatabase): Promise<{ readonly pid: number; leave(): Promise<void> }> {
  const reader = await database.open({ application_name: "long reader" });
  await reader.query(`BEGIN; SELECT FROM "User" LIMIT 1`);
  return { pid: reader.pid, leave: async () => void (await reader.query("COMMIT")) };
}

/** Waits until the frame that `session` runs has given way and pauses between two tries. */
export async function untilPausing({ observer, session }: UnitDatabase): Promise<void> {
  await until("the frame pauses", async () => (await waitEvent(observer, session.pid)) === "PgSleep");
}

/** The outcome of a unit that may fail: `{ code: "55P03", message, detail, hint }`, or "done". */
export async function outcome(run: Promise<unknown>): Promise<Failure | "done"> {
  return await run.then(
    () => "done" as const,
    ({ code, message, detail, hint }: Failure) => ({ code, message, detail, hint }),
  );
}

export interface Failure {
  readonly code: string | undefined;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** The rows without a value. */
export async function countNulls({ observer }: UnitDatabase): Promise<number> {
  const { rows } = await observer.query(`SELECT count(*)::int AS n FROM "User" WHERE "handle" IS NULL`);
  return (rows[0] as { n: number }).n;
}

/** "none", or whether the check of the sample is validated. */
export async function checkState({ observer }: UnitDatabase): Promise<string> {
  const { rows } = await observer.query(
    `SELECT convalidated FROM pg_constraint WHERE conname = 'lockstep_nn_User_handle'`,
  );
  const [row] = rows as { convalidated: boolean }[];
  return row === undefined ? "none" : row.convalidated ? "valid" : "not valid";
}

/** Writes a row without a value past the trigger, as a replica or a bulk load with triggers off would. */
export async function writeNull({ open }: UnitDatabase): Promise<void> {
  const writer = await open({ session_replication_role: "replica" });
  await writer.query(`INSERT INTO "User" ("id", "email") VALUES (100000, 'x')`);
}

/** The catalogue of schema public, where the table is. */
export function catalogueOf({ observer }: UnitDatabase): Promise<Catalogue> {
  return readCatalogue(observer, { schemas: ["public"] });
}
