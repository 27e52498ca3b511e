// The light entry: what a change that passes through needs, and the words that plugins share. Plans are made by ./planning.

export type { MigrationSet, MigrationSource, RepositoryFiles, UnreadCode } from "./check/migration-set.js";
export { isOfOtherDatabase } from "./codemods/sources/not-application-code.js";
export { type Annotations, annotationSpans, parseAnnotations } from "./config/annotations.js";
export { defineConfig } from "./config/define-config.js";
export type { LockstepConfig } from "./config/schema.js";
export { type ErrorCode, type ErrorContext, errorText, LockstepError } from "./errors.js";
export { isDeclared } from "./files/declared.js";
export { committedText } from "./files/git.js";
export { assertInstalled } from "./files/installed.js";
export { sourcesMention } from "./files/mentions.js";
export { plansAsRead } from "./files/plans-as-read.js";
export { lockProject } from "./files/project-lock.js";
export { largest, readTextOrFail, readTextUpTo } from "./files/read-text.js";
export { findUnfinished } from "./files/write-files.js";
export { afterNote } from "./intercept/after/note.js";
export type {
  Corrected,
  Decision,
  Generated,
  KnownOfChange,
  OpenPlans,
  OrmChange,
  PlannedChange,
  Planning,
  Restore,
  Told,
} from "./intercept/change.js";
export { decide, loadOpenPlans, loadPlanning } from "./intercept/decide.js";
export { finishInterrupted } from "./intercept/finish-interrupted.js";
export type { AddedRemarks } from "./intercept/remarks.js";
export {
  builtInContract,
  type ColumnDeclaration,
  type ColumnSource,
  type DeclaredIndex,
  type DialectId,
  type EntityField,
  type EntityModel,
  type EntityRelation,
  type FileChange,
  inFiles,
  isSameTable,
  type KeptUnique,
  type Migration,
  type Notice,
  type Operation,
  type OperationOf,
  type OrmQuery,
  operationsIn,
  type Place,
  type Plan,
  type PlannedColumn,
  type Remark,
  readsOf,
  renameOf,
  type ScalarType,
  type Statement,
  type TableName,
  type TransactionMode,
  tableLabel,
  type Unit,
  type UnitIndex,
  type UnitSpec,
  userTypeText,
  type Verdict,
  type Words,
} from "./model/index.js";
export { patternOf } from "./pattern-of.js";
export type { AddedColumn } from "./plan/added-columns.js";
export { namedColumns } from "./plan/follow-names.js";
export { fileHash } from "./plan/hash.js";
export type {
  AppliedMigrations,
  FieldEdit,
  FileForm,
  FirstForm,
  HandWrittenMigration,
  Initialised,
  LockLimit,
  MigrationContent,
  MigrationFailure,
  MigrationStatements,
  ModelEdit,
  OrmPlugin,
  OrmRun,
  PluginCommand,
  PluginCommandContext,
  Project,
  Registration,
  Unlisted,
} from "./plugin.js";
export { qualified, quoteIdentifier, quoteLiteral, quoteTable } from "./postgresql/quote.js";
export { loadParser, type Parser } from "./postgresql/read/parser.js";
export { readMigration } from "./postgresql/read/read-migration.js";
export { baseOf, changesCatalogueOnly } from "./postgresql/type-change.js";
export { dateOf, nextTimestamps } from "./release/timestamps.js";
export { judge } from "./rules/judge.js";
export { statementOf } from "./rules/notice.js";
export { hasEnumValue } from "./sql/enum-value.js";
export type { SqlReader } from "./sql/sql-reader.js";
export { sqlReader } from "./sql-reader.js";
export type { SupportedTool } from "./supported-versions.js";
