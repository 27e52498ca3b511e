import addColumnBackfill from "./add-column-backfill.js";
import addColumnNotNull from "./add-column-not-null.js";
import addColumnSerial from "./add-column-serial.js";
import addColumnVolatileDefault from "./add-column-volatile-default.js";
import addForeignKey from "./add-foreign-key.js";
import addIndex from "./add-index.js";
import addUnique from "./add-unique.js";
import copyTable from "./copy-table.js";
import needsValues from "./needs-values.js";
import replaceUnique from "./replace-unique.js";
import replaceUniqueConstraint from "./replace-unique-constraint.js";
import type { Rule } from "./rule.js";
import useNewEnumValue from "./use-new-enum-value.js";

/** Every rule, in the order of their names. This file is generated: npm run lists. */
export const rules: readonly Rule[] = [
  addColumnBackfill,
  addColumnNotNull,
  addColumnSerial,
  addColumnVolatileDefault,
  addForeignKey,
  addIndex,
  addUnique,
  copyTable,
  needsValues,
  replaceUnique,
  replaceUniqueConstraint,
  useNewEnumValue,
] as readonly unknown[] as readonly Rule[];
