import type { DialectId, MigrationFailure, TransactionMode } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";

/** What is particular to Prisma on one database system. */
export interface PrismaDialect {
  /** As the provider says it; MariaDB goes by the one of MySQL. */
  readonly id: DialectId;
  /** Which it is, of the server that the project develops on. Asked only where the provider does not say it. */
  serverOf(connect: () => Promise<Connection>): Promise<DialectId>;
  /** What a version of Prisma runs in one transaction. */
  transactions(version: string): TransactionMode;
  /** A query whose one row has a `found`, null where the database has no table `_prisma_migrations`. */
  readonly findMigrationsTable: string;
  /** A query with one row, `found`: how many tables the schema of the URL has. */
  readonly countTables: string;
  /** A query whose rows have a `pid`: sessions that run Prisma's migrations of this database right now. */
  readonly runningSessions: string;
  /** What the engine has written into `logs`. */
  failureIn(logs: string): Promise<MigrationFailure>;
  /**
   * The URL with a lock timeout for the session that it opens.
   *
   * @returns the URL as it is where the project has a timeout of its own; undefined: no URL can say it
   */
  withLockTimeout(url: string, timeoutMs: number): Promise<string | undefined>;
}
