import type { DialectId, MigrationFailure, TransactionMode } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";

/** The Prisma-specific part of one database system. */
export interface PrismaDialect {
  /** As in the provider; MariaDB uses the one of MySQL. */
  readonly id: DialectId;
  /** The system of the server that the project develops on. Queried only if the provider does not determine it. */
  serverOf(connect: () => Promise<Connection>): Promise<DialectId>;
  /** What a version of Prisma runs in one transaction. */
  transactions(version: string): TransactionMode;
  /** A query whose one row has a `found`, null if the database has no table `_prisma_migrations`. */
  readonly findMigrationsTable: string;
  /** A query with one row, `found`: the number of tables in the schema of the URL. */
  readonly countTables: string;
  /** A query whose rows have a `pid`: sessions that currently run Prisma's migrations of this database. */
  readonly runningSessions: string;
  /** The failure in `logs`, which the engine writes. */
  failureIn(logs: string): Promise<MigrationFailure>;
  /**
   * Adds a lock timeout for its session to the URL.
   *
   * @returns the unchanged URL if the project has a timeout of its own; undefined: this system's URLs do not support it
   */
  withLockTimeout(url: string, timeoutMs: number): Promise<string | undefined>;
}
