import type { DialectId, LockstepError, SqlReader } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";
import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import type { DataSourceFacts } from "../cli/facts.cjs";
import type { CorrectedChange, GeneratedChange, Known } from "../corrections/correct.js";
import type { Interception } from "../intercept/interception.js";
import type { RecordedLog } from "../intercept/recorded-log.js";
import type { TypeormProject } from "../project.js";

/** The TypeORM-specific part of one database system. It loads its dependencies on first use. */
export interface TypeormDialect {
  /** Of its data sources. */
  readonly type: string;
  /** As in the data source's type; MariaDB may use the type of MySQL. */
  readonly id: DialectId;
  /** The actual system of a connected data source. */
  serverOf(dataSource: DataSource): Promise<DialectId>;
  /** A name as TypeORM writes it in SQL. */
  quote(name: string): string;
  /** The schema that TypeORM writes for an entity's table, if it writes one. */
  schemaOf(
    entity: { readonly schema?: string | undefined; readonly database?: string | undefined },
    dataSource: Pick<DataSource, "driver">,
  ): string | undefined;
  /** The schema of a table that a hand-written migration names without one. */
  defaultSchema(project: Pick<TypeormProject, "migrationsTable" | "developmentUrl">): Promise<string>;
  /** A session on the database of a data source, opened as TypeORM opens its own. @throws LS8004 when it cannot be reached */
  openSession(dataSource: Pick<DataSource, "driver">): Promise<Connection>;
  /** The URL of the data source's database. Undefined if its settings do not determine it. */
  developmentUrl(facts: DataSourceFacts): string | undefined;
  /** Removes statements that TypeORM repeats in each migration although nothing changed. */
  withoutRepeated(log: RecordedLog, dataSource: DataSource): Promise<RecordedLog>;
  /** Corrects errors in TypeORM's own SQL. Errors as `correct`. */
  correct(change: GeneratedChange<Query>, known: Known, reader: SqlReader): Promise<CorrectedChange<Query>>;
  /** The replacement for TypeORM's SQL that cannot be parsed. */
  unreadable(error: LockstepError, queries: readonly Query[], about: Interception): Promise<LockstepError>;
  /** A query whose one row has a `name`, null if the database has no such table. */
  findTable(quoted: string): string;
  /** A query whose rows have a `pid`, possibly null: sessions that currently run migrations of this database. */
  readonly runningSessions: string;
}
