// What a plugin needs once a change is known to need a plan: making it, writing its files, showing it.
import type { OrmCode } from "./codemods/contract/transform.js";

export { codeSettings } from "./config/code-settings.js";
export { loadConfig } from "./config/load.js";
export { type Connection, connect, connectWith } from "./db/connection.js";
export { readConnectionUrl } from "./db/url.js";
export { runTool } from "./deploy/run-tool.js";
export type { ColumnDependents } from "./facts/column-dependents.js";
export { dirtyFiles, isRepository, lastCommitOf } from "./files/git.js";
export { settleFiles, writeFiles } from "./files/write-files.js";
export { assertAgreement } from "./intercept/agreement.js";
export { laidOutOnce, prepareExpand, restoredText, restoreModels } from "./intercept/expand.js";
export { foundText, toldText } from "./intercept/summary.js";
export { concurrentIndex } from "./plan/assemble-units.js";
export { lostColumns } from "./plan/lost-columns.js";
export type { ColumnSource, FormerUnique } from "./plan/sources.js";
export { listPlans } from "./plan/store.js";
export type { ReleasingPlugin } from "./release/code-request.js";
export { indexMigration } from "./release/index-migration.js";
export { modelEdits } from "./release/model-edits.js";
export { type PhaseFiles, releaseUnits } from "./release/prepare-phase.js";
export { type Colors, colorsFor } from "./review/colors.js";
export { unlistedText } from "./review/unlisted.js";

/** Reads what every question about types needs, while the process waits for something else. */
export async function readTypesAhead(typed: NonNullable<OrmCode["typed"]>, root: string): Promise<void> {
  const { readTypesAhead: read } = await import("./codemods/run/compiler-of.js");
  read(typed, root);
}
