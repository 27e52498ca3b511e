// The light entry: what a change that passes through needs, and the words that plugins share. Plans are made by ./planning.

export { isOfOtherDatabase } from "./codemods/sources/not-application-code.js";
export { type Annotation, type Annotations, annotationSpans, parseAnnotations } from "./config/annotations.js";
export { defineConfig } from "./config/define-config.js";
export type { LockstepConfig } from "./config/schema.js";
export * from "./errors.js";
export { isDeclared } from "./files/declared.js";
export { committedText } from "./files/git.js";
export { assertInstalled } from "./files/installed.js";
export { sourcesMention } from "./files/mentions.js";
export { plansAsRead } from "./files/plans-as-read.js";
export { lockProject, type ProjectLock } from "./files/project-lock.js";
export { findUnfinished } from "./files/write-files.js";
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
export * from "./model/index.js";
export { patternOf } from "./pattern-of.js";
export { type NamedColumn, namedColumns } from "./plan/follow-names.js";
export type {
  AppliedMigrations,
  FieldEdit,
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
export { dateOf, nextTimestamps, timestampOf } from "./release/timestamps.js";
export { judge } from "./rules/judge.js";
export { hasEnumValue } from "./sql/postgres/enum-literal.js";
export { loadParser, type Parser } from "./sql/postgres/parser.js";
export { qualified, quoteIdentifier, quoteLiteral, quoteTable } from "./sql/postgres/quote.js";
export { readMigration } from "./sql/postgres/read-migration.js";
export { userTypeText } from "./sql/postgres/read-type.js";
export { baseOf, changesCatalogueOnly } from "./sql/postgres/type-change.js";
export type { SupportedTool } from "./supported-versions.js";
