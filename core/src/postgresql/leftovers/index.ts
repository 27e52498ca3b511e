import type { Leftovers } from "../../dialect/leftovers.js";
import { scaffoldNames } from "../quote.js";
import { fillTrigger, triggerOf } from "./fill-trigger.js";
import { findLeftovers } from "./find-leftovers.js";
import { buildProgress, buildStatement, dropIndex, readIndex } from "./index-state.js";
import { leftCheck } from "./left-check.js";

/** For PostgreSQL. */
export const leftovers: Leftovers = {
  find: findLeftovers,
  scaffolding: (table, column) => Object.values(scaffoldNames(table, column)),
  leftCheck,
  triggerOf,
  fillTrigger,
  others: async () => [],
  index: readIndex,
  concurrent: { dropIndex, buildStatement, buildProgress },
};
