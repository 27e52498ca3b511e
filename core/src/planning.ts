// What a plugin needs once a change is known to need a plan: making it, writing its files, showing it.
export { codeGlobs } from "./config/code-globs.js";
export { type ConfiguredFill, fillFunctions, refuseUnknownFills } from "./config/configured-fills.js";
export { loadConfig } from "./config/load.js";
export { systemClock } from "./db/clock.js";
export { type Connection, connect } from "./db/connection.js";
export { checkFill, type PlannedEnum } from "./facts/check-fill.js";
export { checkReference } from "./facts/check-reference.js";
export { checkUnique } from "./facts/check-unique.js";
export { type ColumnDependents, readColumnDependents } from "./facts/column-dependents.js";
export { fillProblemText } from "./facts/fill-problem.js";
export { readIndex } from "./facts/index-facts.js";
export { readTable, type TableFacts } from "./facts/table.js";
export { tryFunction } from "./facts/try-function.js";
export { committedText } from "./files/git.js";
export { recoverFiles, settleFiles, writeFiles } from "./files/write-files.js";
export { buildPlan, type PlanAnswer, phasesOf } from "./plan/build-plan.js";
export { refuseIdleAnnotations } from "./plan/guard-annotations.js";
export { refuseNewKeyColumns } from "./plan/guard-keys.js";
export { refuseLostSources } from "./plan/guard-sources.js";
export { paceOf } from "./plan/pace.js";
export {
  type ColumnSource,
  type FormerUnique,
  type PlanSources,
  type TableShape,
  withFunctions,
} from "./plan/sources.js";
export { isOpen, listPlans, planOf, verifyUnits } from "./plan/store.js";
export { tableShape } from "./plan/table-shape.js";
export { type PhaseFiles, preparePhase } from "./release/prepare-phase.js";
export { nextStep } from "./review/next-step.js";
export * from "./review/terminal.js";
