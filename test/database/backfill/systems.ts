/** Tests of the backfill that run on each database system there is. */
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import type { BackfillInput, BackfillResult } from "../../../core/src/backfill/runner.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { readBackfills } from "../../../core/src/target/ledger/backfills.js";
import { createDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../support/mariadb.js";
import * as mysql from "../mysql/fixture.js";
import * as postgresql from "./fixture.js";

export interface System {
  readonly name: string;
  createDatabase(name: string): Promise<{ readonly url: string; drop(): Promise<void> }>;
  /** `"User"(id, email, …)` with a column "handle" to fill. */
  makeTable(
    connection: Connection,
    input: { readonly rows: readonly [string, string][]; readonly isUnique?: boolean },
  ): Promise<BackfillSpec>;
  fillTable(
    url: string,
    spec: BackfillSpec,
    input: Partial<BackfillInput>,
  ): Promise<BackfillResult & { readonly events: readonly BackfillEvent[] }>;
  /** Neither table nor ledger. */
  clear(connection: Connection): Promise<void>;
}

const all: readonly System[] = [
  {
    name: "PostgreSQL",
    createDatabase,
    makeTable: postgresql.makeTable,
    fillTable: postgresql.fillTable,
    clear: async (connection) =>
      void (await connection.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`)),
  },
  {
    name: "MariaDB",
    createDatabase: createMariadbDatabase,
    makeTable: mysql.makeTable,
    fillTable: mysql.fillTable,
    async clear(connection) {
      await connection.query("DROP TABLE IF EXISTS `User`");
      // One ledger for all databases of the server.
      if ((await connection.dialect.live.ledger.version(connection)) === undefined) return;
      await readBackfills(connection, postgresql.plan);
      for (const table of ["backfills", "leases", "workers", "courses", "deployments"])
        await connection.query(`DELETE FROM lockstep.${table} WHERE table_schema = DATABASE()`);
    },
  },
];

export const systems = all.filter(({ name }) => name !== "MariaDB" || hasMariadb);

export const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => [String(at + 1), `U${at + 1}@X.org`] as [string, string]);

/** Asks again and again, a little later each time. */
export async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}
