import { batchTargetText } from "../config/batch-target.js";
import { numberOption, type RunOption } from "./run-option.js";
import { signals as allSignals } from "./signals/index.js";
import type { Signal } from "./signals/signal.js";

/** Options for the size of batches and the pauses between them. */
export const batchOptions = {
  batchRows: numberOption("rows", 1, { description: "rows of the first batch; later ones adapt" }),
  batchMs: numberOption("ms", 1, {
    description: `target time for row locks of a batch (default ${batchTargetText})`,
  }),
  pauseMs: numberOption("ms", 0, { description: "pause between two batches (default 0)" }),
  maxFailures: numberOption("rows", 0, {
    description: "rows that may fail before the run ends (default 10000)",
  }),
} as const;

/** Every option of a run, by name. `backfill set` can change it during the run. */
export function runOptions(signals: readonly Signal[] = allSignals): ReadonlyMap<string, RunOption<unknown>> {
  return new Map([batchOptions, ...signals.map(({ options }) => options)].flatMap((each) => Object.entries(each)));
}
