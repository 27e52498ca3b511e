import type { Remains } from "../../dialect/remains.js";
import { scaffoldNames } from "../quote.js";
import { fillTrigger } from "./fill-trigger.js";
import { buildProgress, buildStatement, dropIndex, readIndex } from "./index-state.js";
import { leftCheck } from "./left-check.js";
import { leftovers } from "./leftovers.js";

/** Of PostgreSQL. */
export const remains: Remains = {
  leftovers,
  scaffolding: (table, column) => Object.values(scaffoldNames(table, column)),
  leftCheck,
  fillTrigger,
  others: async () => [],
  index: readIndex,
  concurrent: { dropIndex, buildStatement, buildProgress },
};
