import type { Unit, UnitIndex } from "../../../model/plan.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { assertIndex } from "./assert-index.js";
import { attachUnique } from "./attach-unique.js";
import { framedChange } from "./block.js";
import { createIndex } from "./create-index.js";
import { dropIndex } from "./drop-index.js";
import { enforce } from "./enforce.js";
import { expand } from "./expand.js";
import { dropChecks, prove } from "./prove.js";
import { undoContract } from "./undo-contract.js";
import { undoExpand } from "./undo-expand.js";
import { isAttachedLater } from "./unique-constraint.js";

/**
 * What takes one unit back, for ORMs whose migrations can: statements in order, each outside of a transaction and fit to run twice.
 * Empty where nothing is to take back, and for the user's own statements: their ORM knows better.
 *
 * @param plan the plan's id, for the hints
 */
export function downStatements({ spec }: Unit, plan: string): string[] {
  switch (spec.kind) {
    case "expand":
      return [undoExpand({ ...spec, kind: "undo-expand" })];
    case "create-index":
      // Built and not attached yet, or no more: an index alone. Of a partitioned table the constraint was declared with it.
      return [dropIndex({ ...spec, kind: "drop-index", index: isAttachedLater(spec) ? bare(spec.index) : spec.index })];
    case "attach-unique":
      // Its index goes with the constraint. The unit that built it counts as run, so nothing else would build it again.
      return [
        dropIndex({ ...spec, kind: "drop-index" }),
        createIndex({ ...spec, kind: "create-index", index: bare(spec.index), ifMissing: true }),
      ];
    case "add-foreign-key": {
      const { table, foreignKey } = spec;
      const name = quoteIdentifier(foreignKey.name);
      const drop = `    ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT IF EXISTS ${name};\n`;
      return [framedChange({ table, others: [foreignKey.references] }, drop)];
    }
    case "prove":
      return [framedChange(spec, `    ${dropChecks(spec, "IF EXISTS ")};\n`)];
    case "enforce":
      // With the proof again: the unit that made it counts as run, and without it this one would refuse to run again.
      return [undoContract({ ...spec, kind: "undo-contract" }), prove({ ...spec, kind: "prove" }, plan)];
    case "drop-index":
      return [
        createIndex({ ...spec, kind: "create-index", ifMissing: true }),
        assertIndex({ ...spec, kind: "assert-index" }),
        ...(isAttachedLater(spec) ? [attachUnique({ ...spec, kind: "attach-unique" })] : []),
      ];
    case "undo-contract":
      return [prove({ ...spec, kind: "prove" }, plan), enforce({ ...spec, kind: "enforce" })];
    case "undo-expand": {
      // Empty columns: the data is gone.
      const { references: _1, types: _2, ...columns } = spec;
      return [expand({ ...columns, kind: "expand" })];
    }
    case "assert-index":
    case "validate-foreign-key":
    case "original":
      return [];
    default:
      return spec satisfies never;
  }
}

function bare({ constraint: _, ...index }: UnitIndex): UnitIndex {
  return index;
}
