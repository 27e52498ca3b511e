import archiveBacklog from "./archive-backlog.js";
import binaryLog from "./binary-log.js";
import columnDropped from "./column-dropped.js";
import flagFile from "./flag-file.js";
import http from "./http.js";
import latency from "./latency.js";
import lockWaits from "./lock-waits.js";
import maxDuration from "./max-duration.js";
import maxRowsPerSecond from "./max-rows-per-second.js";
import paused from "./paused.js";
import query from "./query.js";
import replicaLag from "./replica-lag.js";
import sessions from "./sessions.js";
import type { Signal } from "./signal.js";
import slots from "./slots.js";
import vacuum from "./vacuum.js";
import window from "./window.js";

/** All signals that slow down a backfill, sorted by name. This file is generated: npm run lists. */
export const signals: readonly Signal[] = [
  archiveBacklog,
  binaryLog,
  columnDropped,
  flagFile,
  http,
  latency,
  lockWaits,
  maxDuration,
  maxRowsPerSecond,
  paused,
  query,
  replicaLag,
  sessions,
  slots,
  vacuum,
  window,
] as readonly unknown[] as readonly Signal[];
