import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../../core/src/backfill/events.js";
import type { BackfillInput } from "../../../../core/src/backfill/runner.js";
import { connect } from "../../../../core/src/databases/connect.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import { createDatabase } from "../../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../../support/mariadb.js";
import { until } from "../../../support/sessions.js";
import * as mysql from "../../mysql/fixture.js";
import * as postgresql from "../fixture.js";

const rows = Array.from({ length: 100 }, (_, at) => [String(at + 1), `U${at + 1}@X.org`] as [string, string]);
const systems = [
  {
    name: "PostgreSQL",
    createDatabase,
    fixture: postgresql,
    slow: `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN new; END';
      CREATE TRIGGER slow BEFORE UPDATE OF handle ON "User" FOR EACH ROW EXECUTE FUNCTION slow()`,
    write: `UPDATE "User" SET note = 'x' WHERE id = 1`,
    busy: `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
  },
  {
    name: "MariaDB",
    createDatabase: createMariadbDatabase,
    fixture: mysql,
    slow: "CREATE TRIGGER slow BEFORE UPDATE ON `User` FOR EACH ROW SET @slept = sleep(IF(NEW.touched <=> OLD.touched, 0.05, 0))",
    write: "UPDATE `User` SET email = email, touched = '2030-01-01' WHERE id = 1",
    busy: "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = database() AND STATE = 'User sleep'",
  },
] as const;

describe.each(systems.filter(({ name }) => name !== "MariaDB" || hasMariadb))(
  "on $name",
  ({ createDatabase, fixture, slow, write, busy }) => {
    let database: { readonly url: string; drop(): Promise<void> };
    let db: Connection;
    beforeAll(async () => {
      database = await createDatabase("waits");
      db = await connect(database.url, { applicationName: "test" });
    });
    afterAll(async () => {
      await db?.close();
      await database?.drop();
    });

    it("makes smaller batches after a writer waited for rows of one", async () => {
      const spec = await fixture.makeTable(db, { rows });
      await db.query(slow);
      // A batch takes three seconds: who writes at its beginning waits for the rest.
      const writing = (async () => {
        await until("the batch", async () => (await db.query(busy)).rows.length > 0);
        await db.query(write);
      })();
      const input: Partial<BackfillInput> = {
        allowTriggers: true,
        batch: { startRows: 60, minRows: 2, maxRows: 60, targetMs: 60_000 },
      };
      const { events } = (await fixture.fillTable(database.url, spec, input)) as {
        readonly events: readonly BackfillEvent[];
      };
      await writing;
      const waiting = events.find((event) => event.kind === "waiting");
      expect(`${waiting?.signal}: ${waiting?.reason}`).toMatch(
        /^lock-waits: others waited (\d+ ms|[1-3](\.\d)? s) for rows of the last batch, limit 500 ms$/,
      );
      const sizes = events.flatMap((event) => (event.kind === "progress" ? [event.batchRows] : []));
      expect(sizes.slice(0, 2)).toEqual([60, 30]);
    });
  },
);
