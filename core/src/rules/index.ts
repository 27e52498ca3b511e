import addColumnNotNull from "./add-column-not-null.js";
import addIndex from "./add-index.js";
import type { Rule } from "./rule.js";

/** Every rule, in the order of their names. This file is generated: npm run lists. */
export const rules: readonly Rule[] = [addColumnNotNull, addIndex] as readonly unknown[] as readonly Rule[];
