import maxDuration from "./max-duration.js";
import maxRowsPerSecond from "./max-rows-per-second.js";
import paused from "./paused.js";
import replicaLag from "./replica-lag.js";
import type { Signal } from "./signal.js";

/** Everything that a run gives way to, in the order of their names. This file is generated: npm run lists. */
export const signals: readonly Signal[] = [
  maxDuration,
  maxRowsPerSecond,
  paused,
  replicaLag,
] as readonly unknown[] as readonly Signal[];
