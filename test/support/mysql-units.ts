/** Units on a real MariaDB (or MySQL, where LOCKSTEP_MARIADB_URL names one): specs, sessions, outcomes. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Fill } from "../../core/src/model/fill.js";
import type { UnitSpec } from "../../core/src/model/plan.js";
import { type MysqlServer, statementsOf } from "../../core/src/mysql/units/index.js";
import { createMariadbDatabase, type MariadbDatabase, type MariadbServer } from "./mariadb.js";

export interface MysqlUnits {
  readonly database: MariadbDatabase;
  readonly server: MysqlServer;
  /** Runs the units; the other one looks on, or is in the way. */
  readonly session: Connection;
  readonly observer: Connection;
  /** All statements of a unit, as a driver sends them. */
  run(spec: UnitSpec, on?: Connection): Promise<void>;
  /** `done`, or `45000 <message>`: SQLSTATE and text. */
  outcome(run: Promise<unknown>): Promise<string>;
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
  showTable(name: string): Promise<string>;
  /** The id of a table in InnoDB: another one after it was written again. */
  tableId(name: string): Promise<number>;
  end(): Promise<void>;
}

export const samplePlan = "20261120093000_handle";

export async function openMysqlUnits(on?: MariadbServer): Promise<MysqlUnits> {
  const database = await createMariadbDatabase("units", on);
  const options = { dateStrings: true };
  const [session, observer] = [await database.open(options), await database.open(options)];
  const rows = async (sql: string) => (await observer.query<RowDataPacket[]>(sql))[0];
  const server = String((await rows("SELECT VERSION() AS v"))[0]?.v).includes("MariaDB") ? "mariadb" : "mysql";
  return {
    database,
    server,
    session,
    observer,
    async run(spec, runner = session) {
      for (const statement of statementsOf(spec, { plan: samplePlan, server })) await runner.query(statement);
    },
    outcome: (run) =>
      run.then(
        () => "done",
        (error: { sqlState?: string; message: string }) => `${error.sqlState ?? "lost"} ${error.message}`,
      ),
    rows,
    async showTable(name) {
      return String((await rows(`SHOW CREATE TABLE \`${name}\``))[0]?.["Create Table"]);
    },
    async tableId(name) {
      const catalogue = server === "mariadb" ? "INNODB_SYS_TABLES" : "INNODB_TABLES";
      const [row] = await rows(
        `SELECT TABLE_ID AS id FROM information_schema.${catalogue} WHERE NAME = '${database.name}/${name}'`,
      );
      return Number(row?.id);
    },
    end: () => database.drop(),
  };
}

/** A fill over columns of the row: `` mysqlFill((row) => `lower(${row("email")})`, ["email"]) ``. */
export function mysqlFill(
  expression: (row: (column: string) => string) => string,
  reads: readonly string[],
  changes: Partial<Fill> = {},
): Fill {
  return {
    kind: "backfill",
    sql: expression((column) => column),
    rowSql: expression((column) => `\`${column}\``),
    newSql: expression((column) => `NEW.\`${column}\``),
    oldSql: expression((column) => `OLD.\`${column}\``),
    reads,
    isBuiltinOnly: true,
    source: "schema.prisma:1",
    ...changes,
  };
}
