import type { DialectId, LockstepError, SqlReader } from "@lockstep/core";
import type { Connection } from "@lockstep/core/planning";
import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import type { DataSourceFacts } from "../cli/facts.cjs";
import type { CorrectedChange, GeneratedChange, Known } from "../corrections/correct.js";
import type { Interception } from "../intercept/interception.js";
import type { RecordedLog } from "../intercept/recorded-log.js";
import type { TypeormProject } from "../project.js";

/** What is particular to TypeORM on one database system. What it takes is loaded when it is asked for. */
export interface TypeormDialect {
  /** Of its data sources. */
  readonly type: string;
  /** As the type says it; MariaDB may go by the type of MySQL. */
  readonly id: DialectId;
  /** Which it is, of a data source that is connected. */
  serverOf(dataSource: DataSource): Promise<DialectId>;
  /** A name as TypeORM writes it in SQL. */
  quote(name: string): string;
  /** Where TypeORM writes the table of an entity with a schema, which one. */
  schemaOf(
    entity: { readonly schema?: string | undefined; readonly database?: string | undefined },
    dataSource: Pick<DataSource, "driver">,
  ): string | undefined;
  /** What a migration by hand means by a table without a schema. */
  defaultSchema(project: Pick<TypeormProject, "migrationsTable" | "developmentUrl">): Promise<string>;
  /** A session on the database of a data source, opened as TypeORM opens its own. @throws LS8004 when it cannot be reached */
  openSession(dataSource: Pick<DataSource, "driver">): Promise<Connection>;
  /** The URL of the data source's database; undefined where its settings do not say which one it is. */
  developmentUrl(facts: DataSourceFacts): string | undefined;
  /** Leaves out what TypeORM repeats in each migration although nothing has changed. */
  withoutRepeated(log: RecordedLog, dataSource: DataSource): Promise<RecordedLog>;
  /** Puts right what TypeORM's own SQL gets wrong. Errors as `correct`. */
  correct(change: GeneratedChange<Query>, known: Known, reader: SqlReader): Promise<CorrectedChange<Query>>;
  /** What to write instead where TypeORM's SQL cannot be read. */
  unreadable(error: LockstepError, queries: readonly Query[], about: Interception): Promise<LockstepError>;
  /** A query whose one row has a `name`, null where the database has no such table. */
  findTable(quoted: string): string;
  /** A query whose rows have a `pid`, maybe null: sessions that run migrations of this database right now. */
  readonly runningSessions: string;
}
