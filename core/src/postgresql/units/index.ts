import type { UnitText } from "../../dialect/units.js";
import type { UnitSpec } from "../../model/plan.js";
import type { Verdict } from "../../model/verdict.js";
import { describeOriginal, oneLine, unjudged } from "../../sql/unit-words.js";
import { addForeignKey, describeAddForeignKey } from "./add-foreign-key.js";
import { assertIndex, describeAssertIndex } from "./assert-index.js";
import { attachUnique, describeAttachUnique } from "./attach-unique.js";
import type { Framed } from "./block.js";
import { createIndex, describeCreateIndex } from "./create-index.js";
import { describeDropColumn, dropColumn } from "./drop-column.js";
import { describeDropIndex, dropIndex } from "./drop-index.js";
import { describeDropNotNull, dropNotNull } from "./drop-not-null.js";
import { describeEnforce, enforce } from "./enforce.js";
import { describeExpand, expand } from "./expand.js";
import { original } from "./original.js";
import { describeProve, prove } from "./prove.js";
import { describeUndoContract, undoContract } from "./undo-contract.js";
import { describeUndoExpand, undoExpand } from "./undo-expand.js";
import { describeValidateForeignKey, validateForeignKey } from "./validate-foreign-key.js";

export { downOfFile, downStatements } from "./down.js";
export { type FrameKind, frameHashes, readFrame } from "./frame.js";

/** What a unit runs: a change in a frame, or a separate statement. */
export function runsOf(spec: UnitSpec, plan: string): Framed | string {
  switch (spec.kind) {
    case "expand":
      return expand(spec);
    case "create-index":
      return createIndex(spec);
    case "assert-index":
      return assertIndex(spec);
    case "attach-unique":
      return attachUnique(spec);
    case "add-foreign-key":
      return addForeignKey(spec);
    case "validate-foreign-key":
      return validateForeignKey(spec);
    case "drop-index":
      return dropIndex(spec);
    case "prove":
      return prove(spec, plan);
    case "enforce":
      return enforce(spec);
    case "undo-expand":
      return undoExpand(spec);
    case "undo-contract":
      return undoContract(spec);
    case "drop-not-null":
      return dropNotNull(spec);
    case "drop-column":
      return dropColumn(spec);
    case "original":
      return spec.frame === undefined ? spec.sql : original(spec, spec.frame);
    case "online-copy":
      throw new Error("PostgreSQL's rules make no such unit");
    default:
      return spec satisfies never;
  }
}

/**
 * The text of a unit, one line each: what it does, its DDL, its verdict, what reverts it.
 *
 * @param verdict for the user's own statements; those of generated units are known here
 * @throws LockstepError LS1003 if a name exceeds PostgreSQL's 63 bytes
 */
export function describeUnit(spec: UnitSpec, verdict: Verdict = unjudged): UnitText {
  return oneLine(words(spec, verdict));
}

function words(spec: UnitSpec, verdict: Verdict): UnitText {
  switch (spec.kind) {
    case "expand":
      return describeExpand(spec);
    case "create-index":
      return describeCreateIndex(spec);
    case "assert-index":
      return describeAssertIndex(spec);
    case "attach-unique":
      return describeAttachUnique(spec);
    case "add-foreign-key":
      return describeAddForeignKey(spec);
    case "validate-foreign-key":
      return describeValidateForeignKey(spec);
    case "drop-index":
      return describeDropIndex(spec);
    case "prove":
      return describeProve(spec);
    case "enforce":
      return describeEnforce(spec);
    case "undo-expand":
      return describeUndoExpand(spec);
    case "undo-contract":
      return describeUndoContract(spec);
    case "drop-not-null":
      return describeDropNotNull(spec);
    case "drop-column":
      return describeDropColumn(spec);
    case "original":
      return describeOriginal(spec, verdict);
    case "online-copy":
      throw new Error("PostgreSQL's rules make no such unit");
    default:
      return spec satisfies never;
  }
}
