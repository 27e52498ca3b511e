/** The units of a plan on MySQL and MariaDB: repeatable statements, each with the weakest algorithm, which the server asserts. */

import type { UnitText } from "../../dialect/units.js";
import type { UnitSpec } from "../../model/plan.js";
import type { Verdict } from "../../model/verdict.js";
import { describeOriginal, oneLine, unjudged } from "../../sql/unit-words.js";
import {
  assertIndex,
  createIndex,
  describeAssertIndex,
  describeCreateIndex,
  describeDropIndex,
  dropIndex,
} from "./create-index.js";
import { describeDropNotNull, dropNotNull } from "./drop-not-null.js";
import { describeEnforce, enforce } from "./enforce.js";
import { describeExpand, expand } from "./expand.js";
import { addForeignKey, describeAddForeignKey, describeValidateForeignKey, validateForeignKey } from "./foreign-key.js";
import { type MysqlServer, type Program, statementsOfProgram, type UnitContext } from "./frame.js";
import { describeOnlineCopy, onlineCopy } from "./online-copy.js";
import { describeProve, prove } from "./prove.js";
import { describeUndoContract, undoContract } from "./undo-contract.js";
import { describeDropColumn, describeUndoExpand, dropColumn, undoExpand } from "./undo-expand.js";

export type { MysqlServer, UnitContext } from "./frame.js";

/**
 * The statements of a unit in order, each as a driver sends it: without DELIMITER and without a semicolon at its end.
 * @throws LockstepError LS1003 if a name does not fit
 */
export function statementsOf(spec: UnitSpec, context: UnitContext): readonly string[] {
  if (spec.kind === "original") return spec.queries?.map(({ sql }) => sql) ?? [spec.sql];
  const program = programOf(spec, context);
  return program === undefined ? [] : statementsOfProgram(program, context);
}

function programOf(spec: Exclude<UnitSpec, { kind: "original" }>, context: UnitContext): Program | undefined {
  switch (spec.kind) {
    case "expand":
      return expand(spec, context);
    case "create-index":
      return createIndex(spec, context);
    case "assert-index":
      return assertIndex(spec, context);
    case "attach-unique":
      return undefined; // a unique index is the constraint
    case "add-foreign-key":
      return addForeignKey(spec, context);
    case "validate-foreign-key":
      return validateForeignKey(spec, context);
    case "drop-index":
      return dropIndex(spec, context);
    case "prove":
      return prove(spec, context);
    case "enforce":
      return enforce(spec, context);
    case "undo-expand":
      return undoExpand(spec, context);
    case "undo-contract":
      return undoContract(spec, context);
    case "drop-not-null":
      return dropNotNull(spec, context);
    case "drop-column":
      return dropColumn(spec, context);
    case "online-copy":
      return onlineCopy(spec, context);
    default:
      return spec satisfies never;
  }
}

/**
 * The text of a unit, one line each: what it does, its DDL, its verdict, what reverts it.
 *
 * @param verdict for the user's own statements; those of generated units are known here
 * @throws LockstepError LS1003 if a name does not fit
 */
export function describeUnit(
  spec: UnitSpec,
  { server }: { readonly server: MysqlServer },
  verdict: Verdict = unjudged,
): UnitText {
  return oneLine(words(spec, server, verdict));
}

function words(spec: UnitSpec, server: MysqlServer, verdict: Verdict): UnitText {
  switch (spec.kind) {
    case "expand":
      return describeExpand(spec);
    case "create-index":
      return describeCreateIndex(spec, server);
    case "assert-index":
    case "attach-unique":
      return describeAssertIndex(spec);
    case "add-foreign-key":
      return describeAddForeignKey(spec, server);
    case "validate-foreign-key":
      return describeValidateForeignKey(spec);
    case "drop-index":
      return describeDropIndex(spec, server);
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
    case "online-copy":
      return describeOnlineCopy(spec);
    case "original":
      return describeOriginal(spec, verdict);
    default:
      return spec satisfies never;
  }
}
