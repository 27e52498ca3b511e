import type { Development } from "../../dialect/development.js";
import { after } from "./after.js";
import { readColumnDependents } from "./column-dependents.js";
import { fillDependence } from "./fill-dependence.js";
import { readForeignKeys } from "./foreign-keys.js";
import { readIndex } from "./index-facts.js";
import { isRewrittenFor } from "./rewriting-column.js";
import { isTakenName } from "./taken-name.js";
import { readTypeKind } from "./type-kind.js";

/** For PostgreSQL. */
export const development: Development = {
  index: readIndex,
  foreignKeys: readForeignKeys,
  typeKind: readTypeKind,
  isTaken: isTakenName,
  dependence: fillDependence,
  dependents: readColumnDependents,
  // PostgreSQL's verdicts query the facts they need themselves.
  formerTable: async () => undefined,
  isRewrittenFor,
  after,
};
