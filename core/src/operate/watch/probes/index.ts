import http from "./http.js";
import lockWaits from "./lock-waits.js";
import missingValues from "./missing-values.js";
import type { Probe } from "./probe.js";
import prometheus from "./prometheus.js";
import replicaLag from "./replica-lag.js";
import statements from "./statements.js";
import transactions from "./transactions.js";

/** All probes of watch, sorted by name. This file is generated: npm run lists. */
export const probes: readonly Probe[] = [
  http,
  lockWaits,
  missingValues,
  prometheus,
  replicaLag,
  statements,
  transactions,
];
