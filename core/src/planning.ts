// What a plugin needs once a change is known to need a plan: making it, writing its files, showing it.
export { codeSettings } from "./config/code-settings.js";
export { type ConfiguredFill, fillFunctions, refuseUnknownFills } from "./config/configured-fills.js";
export { loadConfig } from "./config/load.js";
export { type Connection, connect, connectWith } from "./db/connection.js";
export { readConnectionUrl } from "./db/url.js";
export { runTool } from "./deploy/run-tool.js";
export { type ColumnDependents, readColumnDependents } from "./facts/column-dependents.js";
export { readTypeKind } from "./facts/type-kind.js";
export { dirtyFiles, isRepository, lastCommitOf } from "./files/git.js";
export { settleFiles, writeFiles } from "./files/write-files.js";
export { formatOnce } from "./formatters/formatting.js";
export { assertAgreement } from "./intercept/agreement.js";
export { DevelopmentDatabase } from "./intercept/development-database.js";
export { refuseSecondChange } from "./intercept/second-change.js";
export { expandText, foundText } from "./intercept/summary.js";
export { withRenames } from "./intercept/told-renames.js";
export { unusedAnnotations } from "./intercept/unused-annotations.js";
export { concurrentIndex } from "./plan/assemble-units.js";
export { buildPlan, type PlanAnswer, phasesOf } from "./plan/build-plan.js";
export { followNames, namedColumns } from "./plan/follow-names.js";
export { refuseIdleAnnotations } from "./plan/guard-annotations.js";
export { refuseNewKeyColumns } from "./plan/guard-keys.js";
export { refuseLostSources } from "./plan/guard-sources.js";
export { knownTypes } from "./plan/known-types.js";
export { lostColumns } from "./plan/lost-columns.js";
export { paceOf } from "./plan/pace.js";
export {
  type ColumnSource,
  type FormerUnique,
  type PlanSources,
  type TableShape,
  withFunctions,
} from "./plan/sources.js";
export { isOpen, listPlans, planOf, verifyUnits } from "./plan/store.js";
export type { ReleasingPlugin } from "./release/code-request.js";
export { indexMigration } from "./release/index-migration.js";
export { filledOptionals, modelEdit, type PhaseFiles, preparePhase, releaseUnits } from "./release/prepare-phase.js";
export * from "./review/colors.js";
export { nextStep } from "./review/next-step.js";
export * from "./review/terminal.js";
export { unlistedText } from "./review/unlisted.js";
