// What a plugin needs once a change needs a plan: creating it, writing its files, showing it.

export { dirtyFiles, isRepository, lastCommitOf } from "./base/files/git.js";
export { isOfRepository } from "./base/files/writable.js";
export { settleFiles, writeFiles } from "./base/files/write-files.js";
export { runTool } from "./base/run-tool.js";
export { assertAgreement } from "./change/agreement.js";
export { EditsAhead, laidOutOnce, prepareExpand, restoredText, restoreModels } from "./change/expand.js";
export type { ReleasingPlugin } from "./change/release/code-request.js";
export { indexMigration } from "./change/release/index-migration.js";
export { modelEdits } from "./change/release/model-edits.js";
export { type PhaseFiles, releaseUnits } from "./change/release/prepare-phase.js";
export { foundText, toldText } from "./change/summary.js";
export { codeSettings } from "./config/code-settings.js";
export { loadConfig } from "./config/load.js";
export { connect, defaultSchema } from "./databases/connect.js";
export type { Connection } from "./dialect/connection.js";
export type { ColumnDependents } from "./dialect/development.js";
export { connectWith as connectMysqlWith } from "./mysql/connect.js";
export { mysqlCondition } from "./mysql/errors.js";
export { lostColumns } from "./plan/lost-columns.js";
export type { ColumnSource, FormerUnique } from "./plan/sources.js";
export { isOpen, listPlans, readPlans } from "./plan/store.js";
export { connectWith } from "./postgresql/connect.js";
export { type Colors, colorsFor } from "./review/colors.js";
export { unlistedHelp, unlistedStatement, unlistedText } from "./review/unlisted.js";
