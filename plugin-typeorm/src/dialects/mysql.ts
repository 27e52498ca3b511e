import type { DialectId } from "@lockstep/core";
import type { TypeormDialect } from "./dialect.js";
import { loginOf } from "./postgresql.js";

/** Data sources of one driver: only the server shows which of the two systems it is. */
export function mysql(type: Exclude<DialectId, "postgresql">): TypeormDialect {
  return {
    type,
    id: type,

    async serverOf(dataSource) {
      const [row]: readonly { readonly version: string }[] = await dataSource.query("SELECT VERSION() AS version");
      return /mariadb/i.test(row?.version ?? "") ? "mariadb" : "mysql";
    },

    quote: (name) => `\`${name.replaceAll("`", "``")}\``,
    // MySQL has no schemas in TypeORM's sense: tables are in databases.
    schemaOf: ({ database }, { driver }) => (database === driver.database ? undefined : database),

    async defaultSchema({ migrationsTable, developmentUrl }) {
      if (migrationsTable.schema !== undefined || developmentUrl === undefined) return migrationsTable.schema ?? "";
      const { defaultSchema } = await import("@lockstep/core/planning");
      return defaultSchema(developmentUrl);
    },

    async openSession({ driver }) {
      const { options, createConnectionOptions } = driver as unknown as MysqlDriver;
      const settings = createConnectionOptions.call(driver, options, options.replication?.master ?? options);
      const { connectMysqlWith } = await import("@lockstep/core/planning");
      return connectMysqlWith(settings, { applicationName: "lockstep plan" });
    },

    developmentUrl({ url, host = "localhost", port = 3306, username, password, database, ssl }) {
      if (url !== undefined) return url;
      if (database === undefined) return undefined;
      const query = ssl === undefined ? "" : ssl === "verified" ? "?sslaccept=strict" : "?sslmode=require";
      return `${type}://${loginOf(username, password)}${host}:${port}/${encodeURIComponent(database)}${query}`;
    },

    async withoutRepeated(asked, dataSource) {
      const { repeatedChanges } = await import("../intercept/repeated-changes.js");
      const { withoutQueries } = await import("../intercept/recorded-log.js");
      const { mayBeIdle, withoutIdleChanges } = await import("../intercept/idle-changes.js");
      if (!mayBeIdle(asked)) return asked;
      const repeated = repeatedChanges(asked);
      const isOther = type === "mysql" && (await this.serverOf(dataSource)) === "mariadb";
      const log = {
        ...(repeated.size === 0 ? asked : withoutQueries(asked, (query) => repeated.has(query))),
        ...(isOther ? { warnings: [otherType] } : {}),
      };
      if (!mayBeIdle(log)) return log;
      const connection = await this.openSession(dataSource);
      try {
        return await withoutIdleChanges(log, connection);
      } finally {
        await connection.close();
      }
    },

    async correct(change, known, reader) {
      const { modifyColumns } = await import("../corrections/modify-columns.js");
      return modifyColumns(change, (query) => ({ query }), reader, known);
    },

    unreadable: async (error) => error,

    findTable: (quoted) => {
      const [name = "", schema] = namesIn(quoted).toReversed();
      const from = schema === undefined ? "DATABASE()" : `'${schema}'`;
      return `SELECT MAX(TABLE_NAME) AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${from} AND TABLE_NAME = '${name}'`;
    },
    // The lock of every unit of a plan, and that of a wrapped data source while it runs migrations.
    runningSessions: `SELECT COALESCE(IS_USED_LOCK(${lockOf("lockstep ")}), IS_USED_LOCK(${lockOf("lockstep run ")})) AS pid`,
  };
}

/** The consequences of the type of MySQL on a MariaDB. */
export const otherType =
  'The data source has the type "mysql", and the server is MariaDB: TypeORM takes columns for changed that are as declared. Set type: "mariadb".';

const lockOf = (prefix: string) => `LEFT(CONCAT('${prefix}', SHA2(DATABASE(), 256)), 64)`;

/** The part of TypeORM's driver that is read. */
interface MysqlDriver {
  readonly options: { readonly replication?: { readonly master?: object } };
  createConnectionOptions(options: object, credentials: object): object;
}

/** Of `` `shop`.`migrations` ``, as the text of literals. */
function namesIn(quoted: string): readonly string[] {
  return [...quoted.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name = ""]) =>
    name.replaceAll("``", "`").replaceAll("'", "''"),
  );
}
