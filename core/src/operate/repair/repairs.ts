import { failedMigration } from "./failed-migration.js";
import { fillTrigger } from "./fill-trigger.js";
import { invalidIndex } from "./invalid-index.js";
import { leftCheck } from "./left-check.js";
import { others } from "./others.js";
import { partitionIndex } from "./partition-index.js";
import type { Repair } from "./repair.js";

/**
 * Every repair, in the order they run: first what refuses or misses writes right now, then what takes long, and last the ORM's
 * record, which is decided by what stands there then.
 */
export const repairs: readonly Repair[] = [
  leftCheck,
  fillTrigger,
  invalidIndex,
  partitionIndex,
  others,
  failedMigration,
];
