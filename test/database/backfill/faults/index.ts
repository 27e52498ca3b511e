import cancelStatements from "./cancel-statements.js";
import clockSkew from "./clock-skew.js";
import columnDropped from "./column-dropped.js";
import columnMadeAgain from "./column-made-again.js";
import columnRightsWithdrawn from "./column-rights-withdrawn.js";
import crash from "./crash.js";
import deadlock from "./deadlock.js";
import failover from "./failover.js";
import type { Fault } from "./fault.js";
import fullDisk from "./full-disk.js";
import kill from "./kill.js";
import lockTimeout from "./lock-timeout.js";
import pauseAndCancel from "./pause-and-cancel.js";
import planChanged from "./plan-changed.js";
import published from "./published.js";
import restart from "./restart.js";
import rightsWithdrawn from "./rights-withdrawn.js";
import suspend from "./suspend.js";
import suspendForGood from "./suspend-for-good.js";
import terminate from "./terminate.js";
import twoRunners from "./two-runners.js";

/** Every fault, in the order of their names. This file is generated: npm run lists. */
export const faults: readonly Fault[] = [
  cancelStatements,
  clockSkew,
  columnDropped,
  columnMadeAgain,
  columnRightsWithdrawn,
  crash,
  deadlock,
  failover,
  fullDisk,
  kill,
  lockTimeout,
  pauseAndCancel,
  planChanged,
  published,
  restart,
  rightsWithdrawn,
  suspend,
  suspendForGood,
  terminate,
  twoRunners,
];
