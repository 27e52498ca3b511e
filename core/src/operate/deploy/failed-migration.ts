import { attempt } from "../../base/expected-errors.js";
import { sqlReader } from "../../databases/sql-reader.js";
import type { Connection } from "../../dialect/connection.js";
import { retryReason } from "../../dialect/db/retry.js";
import type { Dialect } from "../../dialect/dialect.js";
import type { IndexSpec } from "../../dialect/leftovers.js";
import type { Migration, Operation, TableName } from "../../model/index.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import type {
  MigrationFailure,
  MigrationStatements,
  OrmPlugin,
  Project,
  UnrecordedFailure,
} from "../../plugin/plugin.js";
import { unitIndex } from "../../rules/steps.js";
import { isNotSql } from "../../sql/not-sql.js";
import { builtIndex, isRepeatable, type Settlement, settleIndex, settleUnit } from "../repair/settle-unit.js";
import { isWhole } from "./lock-limit.js";

/** A migration that is recorded as failed, with what may be done about it. */
export interface FailedMigration {
  readonly name: string;
  readonly failure: MigrationFailure;
  readonly own: ReleasedUnit | undefined;
  /** The ORM applies nothing until its record is put right. */
  readonly isRecorded: boolean;
  /** Locks, and nothing in the data or the statement, stopped it. */
  readonly isLock: boolean;
  /** The tables that its text names; of a unit its plan knows them. */
  readonly tables: readonly TableName[];
  /** The index that it builds concurrently. */
  readonly index: IndexSpec | undefined;
  /** It may run again after `settle`. */
  readonly isRepeatable: boolean;
  /** Statements that ran before and stay; undefined where the run has not told it. */
  readonly left: readonly string[] | undefined;
  /** What takes those back, in order, where the migration itself says it. */
  readonly back: readonly string[];
  /** Makes it fit to run again. Errors as `settleUnit`. */
  settle(connection: Connection): Promise<Settlement | "building">;
}

/**
 * Reads why a migration failed, and whether it may simply run again: a unit of a plan may; of the user's own migrations one that is
 * known to be statements alone, when the server took all of that back: a single statement, or several in one transaction.
 */
export async function readFailed(
  connection: Connection,
  name: string,
  {
    project,
    plugin,
    own,
    said,
  }: {
    readonly project: Project;
    readonly plugin: OrmPlugin;
    readonly own: ReleasedUnit | undefined;
    /** What the run said, of an ORM that has not recorded the failure. */
    readonly said?: UnrecordedFailure | undefined;
  },
): Promise<FailedMigration> {
  const failure = said ?? (await plugin.readFailure(connection, name)) ?? { sqlState: undefined, text: undefined };
  const isOwn = own !== undefined && isRepeatable(own.unit);
  const statements = isOwn ? undefined : await plugin.readStatements(project, name);
  const { dialect } = connection;
  const read = statements && (await readTexts(statements, dialect));
  const single = read && singleStatement(read);
  // DDL that no transaction takes back stands, whatever the run says of its transaction; a single statement is whole everywhere.
  const isTold =
    dialect.sql.capabilities.hasTransactionalDdl || said?.isInTransaction === false || read?.statements.length === 1;
  const left = isTold ? said?.left : undefined;
  const isTakenBack = statements !== undefined && said?.isInTransaction === true && left?.length === 0;
  const index = isOwn ? builtIndex(own.unit) : single?.index;
  const isRecorded = said === undefined;
  return {
    name,
    failure,
    own,
    isRecorded,
    tables: (read?.operations ?? []).flatMap(tablesOfOperation),
    index,
    isLock: isLockFailure(failure.sqlState, index !== undefined),
    isRepeatable:
      isOwn ||
      single !== undefined ||
      isTakenBack ||
      (isRecorded && read !== undefined && isWhole(read, { plugin, project, dialect })),
    left: isOwn ? undefined : left,
    back: backOf(statements, left?.length ?? 0),
    async settle(target) {
      if (isOwn) return settleUnit(target, own.unit);
      return index === undefined ? "rolled-back" : settleIndex(target, index);
    },
  };
}

/** A concurrent build is also ended by a cancel or a timeout of its statement, and by the deadlock detector. */
function isLockFailure(sqlState: string | undefined, buildsIndex: boolean): boolean {
  const reason = retryReason({ code: sqlState });
  return reason === "locked" || reason === "conflict" || (buildsIndex && sqlState === "57014");
}

/** What cannot be read is left to a person. */
async function readTexts({ up }: MigrationStatements, dialect: Dialect): Promise<Migration | undefined> {
  const { readMigration } = await sqlReader(dialect.id);
  return attempt(() => readMigration(up.map((sql) => `${sql}\n;`).join("\n"), "migration.sql"), isNotSql);
}

/** The user's own migration, when it is one statement: with the index that it builds, if that is what it does. */
function singleStatement(migration: Migration): { readonly index: IndexSpec | undefined } | undefined {
  const [operation] = migration.operations;
  if (migration.statements.length !== 1 || operation === undefined) return undefined;
  // These may commit in between.
  if (/^(do|call)\b/i.test(operation.sql)) return undefined;
  // These leave an index beside the old one, or a partition that is half detached.
  if (
    operation.kind !== "createIndex" &&
    operation.kind !== "dropIndex" &&
    "isConcurrent" in operation &&
    operation.isConcurrent
  )
    return undefined;
  if (operation.kind !== "createIndex" || !operation.isConcurrent) return { index: undefined };
  return { index: { table: operation.table, index: unitIndex(operation) } };
}

function tablesOfOperation(operation: Operation): readonly TableName[] {
  if (operation.kind === "unknown") return operation.tables;
  if (operation.kind === "block") return operation.operations.flatMap(tablesOfOperation);
  if (operation.kind === "form") return operation.locks.map(({ table }) => table);
  return [
    ...("table" in operation ? [operation.table] : []),
    ...("references" in operation ? [operation.references].flat() : []),
    ...("partition" in operation ? [operation.partition] : []),
    ...(operation.kind === "createTable" && operation.partitionOf !== undefined ? [operation.partitionOf] : []),
  ];
}

/** ORMs write the way back in the opposite order, one for one where both are of the same length. */
function backOf(statements: MigrationStatements | undefined, count: number): readonly string[] {
  if (statements === undefined || count === 0 || statements.down.length !== statements.up.length) return [];
  return statements.down.slice(-count);
}
