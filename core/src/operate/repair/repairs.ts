import { failedMigration } from "./failed-migration.js";
import { fillTrigger } from "./fill-trigger.js";
import { invalidIndex } from "./invalid-index.js";
import { leftCheck } from "./left-check.js";
import { others } from "./others.js";
import { partitionIndex } from "./partition-index.js";
import type { Repair } from "./repair.js";

/**
 * Every repair, in the order they run: first those that stop rejected or incomplete writes, then the slow ones, and last the ORM's record,
 * which depends on the state after the others.
 */
export const repairs: readonly Repair[] = [
  leftCheck,
  fillTrigger,
  invalidIndex,
  partitionIndex,
  others,
  failedMigration,
];
