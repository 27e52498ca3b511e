// The light entry: what a change that passes through needs, and the terms that plugins share. ./planning makes plans.

export { type ErrorCode, type ErrorContext, errorText, LockstepError } from "./base/errors.js";
export { refuseConflicts } from "./base/files/conflicts.js";
export { isDeclared } from "./base/files/declared.js";
export { committedText, gitOrNothing } from "./base/files/git.js";
export { assertInstalled } from "./base/files/installed.js";
export { sourcesMention } from "./base/files/mentions.js";
export { plansAsRead } from "./base/files/plans-as-read.js";
export { lockProject } from "./base/files/project-lock.js";
export { largest, readTextOrFail, readTextUpTo } from "./base/files/read-text.js";
export { findUnfinished } from "./base/files/write-files.js";
export { patternOf } from "./base/pattern-of.js";
export type { SupportedTool } from "./base/supported-versions.js";
export { afterNote } from "./change/after/note.js";
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
} from "./change/change.js";
export { decide, loadOpenPlans, loadPlanning } from "./change/decide.js";
export { finishInterrupted } from "./change/finish-interrupted.js";
export { dateOf, nextTimestamps } from "./change/release/timestamps.js";
export type { AddedRemarks } from "./change/remarks.js";
export type { RenamedName } from "./code/rename/request.js";
export { isOfOtherDatabase } from "./code/sources/not-application-code.js";
export { readAhead } from "./code/verify/verifier.js";
export { type Annotations, annotationSpans, annotationTexts, parseAnnotations } from "./config/annotations.js";
export { defineConfig } from "./config/define-config.js";
export type { LockstepConfig } from "./config/schema.js";
export { sqlReader } from "./databases/sql-reader.js";
export type {
  MigrationSet,
  MigrationSource,
  RepositoryFiles,
  TransactionOverride,
  UnreadCode,
} from "./lint/migration-set.js";
export {
  builtInContract,
  type ColumnDeclaration,
  type ColumnSource,
  type Conversion,
  concurrentIndex,
  type DeclaredIndex,
  type DialectId,
  type Drop,
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
export type { AddedColumn, ReshapedTable } from "./plan/added-columns.js";
export { namedColumns } from "./plan/follow-names.js";
export { fileHash } from "./plan/hash.js";
export { pendingDrops, pendingIn, textWithout } from "./plan/pending-drops.js";
export type {
  AppliedMigrations,
  FieldEdit,
  FieldRename,
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
} from "./plugin/plugin.js";
export { qualified, quoteIdentifier, quoteLiteral, quoteTable } from "./postgresql/quote.js";
export { loadParser, type Parser } from "./postgresql/read/parser.js";
export { readMigration } from "./postgresql/read/read-migration.js";
export { baseOf, changesCatalogueOnly } from "./postgresql/type-change.js";
export { judge } from "./rules/judge.js";
export { statementOf } from "./rules/notice.js";
export { hasEnumValue } from "./sql/enum-value.js";
export type { SqlReader } from "./sql/sql-reader.js";
