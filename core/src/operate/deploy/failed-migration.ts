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

/** A migration that is recorded as failed, with the possible actions. */
export interface FailedMigration {
  readonly name: string;
  readonly failure: MigrationFailure;
  readonly own: ReleasedUnit | undefined;
  /** The ORM applies nothing until this record is corrected. */
  readonly isRecorded: boolean;
  /** Only locks stopped it, not the data or the statement. */
  readonly isLock: boolean;
  /** The tables that its SQL names; for a unit, those of its plan. */
  readonly tables: readonly TableName[];
  /** The index that it builds concurrently. */
  readonly index: IndexSpec | undefined;
  /** It can run again after `settle`. */
  readonly isRepeatable: boolean;
  /** Statements that ran before the failure and persist; undefined if the run did not report them. */
  readonly left: readonly string[] | undefined;
  /** The statements that revert them, in order, if the migration itself contains them. */
  readonly back: readonly string[];
  /** Prepares it to run again. Errors as in `settleUnit`. */
  settle(connection: Connection): Promise<Settlement | "building">;
}

/**
 * Reads why a migration failed, and whether it can simply run again. A unit of a plan can. A user's own migration can if it is known to
 * consist only of statements and the server rolled all of them back: a single statement, or several in one transaction.
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
    /** The failure from the run's output, for an ORM that does not record it. */
    readonly said?: UnrecordedFailure | undefined;
  },
): Promise<FailedMigration> {
  const failure = said ?? (await plugin.readFailure(connection, name)) ?? { sqlState: undefined, text: undefined };
  const isOwn = own !== undefined && isRepeatable(own.unit);
  const statements = isOwn ? undefined : await plugin.readStatements(project, name);
  const { dialect } = connection;
  const read = statements && (await readTexts(statements, dialect));
  const single = read && singleStatement(read);
  // DDL that no transaction rolls back persists, whatever the run reports of its transaction. A single statement is atomic everywhere.
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

/** A cancel, a statement timeout and the deadlock detector also end a concurrent build. */
function isLockFailure(sqlState: string | undefined, buildsIndex: boolean): boolean {
  const reason = retryReason({ code: sqlState });
  return reason === "locked" || reason === "conflict" || (buildsIndex && sqlState === "57014");
}

/** SQL that cannot be parsed is left to a person. */
async function readTexts({ up }: MigrationStatements, dialect: Dialect): Promise<Migration | undefined> {
  const { readMigration } = await sqlReader(dialect.id);
  return attempt(() => readMigration(up.map((sql) => `${sql}\n;`).join("\n"), "migration.sql"), isNotSql);
}

/** The user's own migration if it is one statement, with the index if it builds one. */
function singleStatement(migration: Migration): { readonly index: IndexSpec | undefined } | undefined {
  const [operation] = migration.operations;
  if (migration.statements.length !== 1 || operation === undefined) return undefined;
  // DO and CALL may commit in between.
  if (/^(do|call)\b/i.test(operation.sql)) return undefined;
  // These leave an index beside the old one, or a half-detached partition.
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

/** ORMs write the down statements in reverse order. They match one to one if both lists have the same length. */
function backOf(statements: MigrationStatements | undefined, count: number): readonly string[] {
  if (statements === undefined || count === 0 || statements.down.length !== statements.up.length) return [];
  return statements.down.slice(-count);
}
