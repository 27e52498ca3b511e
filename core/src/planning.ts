// What a plugin needs once a change is known to need a plan: making it, writing its files, showing it.
export { codeGlobs } from "./config/code-globs.js";
export { loadConfig } from "./config/load.js";
export { type Connection, connect } from "./db/connection.js";
export { checkFill } from "./facts/check-fill.js";
export { checkUnique } from "./facts/check-unique.js";
export { fillProblemText } from "./facts/fill-problem.js";
export { readTable, type TableFacts } from "./facts/table.js";
export { recoverFiles, settleFiles, writeFiles } from "./files/write-files.js";
export { buildPlan, type PlanAnswer, phasesOf } from "./plan/build-plan.js";
export { refuseIdleAnnotations } from "./plan/guard-annotations.js";
export { refuseLostSources } from "./plan/guard-sources.js";
export type { ColumnSource, PlanSources, TableShape } from "./plan/sources.js";
export { isOpen, listPlans, planOf, verifyUnits } from "./plan/store.js";
export { tableShape } from "./plan/table-shape.js";
export { type PhaseFiles, preparePhase } from "./release/prepare-phase.js";
export { nextStep } from "./review/next-step.js";
export * from "./review/terminal.js";
