import type { Unit, UnitSpec } from "../../../model/plan.js";
import type { Verdict } from "../../../model/verdict.js";
import { addForeignKey, describeAddForeignKey } from "./add-foreign-key.js";
import { assertIndex, describeAssertIndex } from "./assert-index.js";
import { attachUnique, describeAttachUnique } from "./attach-unique.js";
import { type Framed, framedChange, framedTogether, quotedChange } from "./block.js";
import { createIndex, describeCreateIndex } from "./create-index.js";
import { describeDropIndex, dropIndex } from "./drop-index.js";
import { describeEnforce, enforce } from "./enforce.js";
import { describeExpand, expand, haveColumns } from "./expand.js";
import { fileHeader, type UnitContext } from "./header.js";
import { describeOriginal, haveRun, original } from "./original.js";
import { describeProve, prove } from "./prove.js";
import { describeUndoContract, undoContract } from "./undo-contract.js";
import { describeUndoExpand, undoExpand } from "./undo-expand.js";
import { oneLine, type UnitText } from "./unit-text.js";
import { describeValidateForeignKey, validateForeignKey } from "./validate-foreign-key.js";

export { downOfFile, downStatements } from "./down.js";
export { type FrameKind, frameHashes, readFrame } from "./frame.js";
export type { UnitContext } from "./header.js";
export type { UnitText } from "./unit-text.js";

/**
 * One migration file: a header for the reviewer and one statement. The same units and context give the same bytes.
 * The user's own statements (`original`) come back as they are, unless they are framed.
 *
 * @param units those that share the file, in their order
 * @example renderFile([unit], { plan: plan.id, fingerprint: plan.fingerprint, phase: "expand", position: "file 1/3",
 * rules: ["add-column-not-null"] })
 * @throws LockstepError LS1003 when a name does not fit PostgreSQL's 63 bytes
 */
export function renderFile(units: readonly [Unit, ...Unit[]], context: UnitContext): string {
  const [{ spec }, ...others] = units;
  if (others.length === 0 && spec.kind === "original" && spec.frame === undefined) return spec.sql;
  return `${fileHeader(units, context)}${together(
    units.map((unit) => unit.spec),
    context.plan,
  )}`;
}

/** What units do in one file. */
function together(specs: readonly UnitSpec[], plan: string): string {
  const all = specs.map((spec) => ({ spec, runs: runsOf(spec, plan) }));
  const [first, ...more] = all.flatMap(({ runs }) => (typeof runs === "string" ? [] : [runs]));
  // Nothing of it takes a lock.
  if (first === undefined) return all.map(({ runs }) => runs).join("");
  if (all.length === 1) return framedChange(first.locked, first.change, first.mode);
  const added = specs.flatMap((spec) => (spec.kind === "expand" ? [spec] : []));
  let isOnce = false;
  let plain = "";
  const texts: string[] = [];
  const flush = () => {
    if (plain !== "") texts.push(quotedChange(plain));
    plain = "";
  };
  for (const { spec, runs } of all) {
    const over = spec.kind === "original" ? haveRun(spec) : undefined;
    const text = typeof runs === "string" ? indented(runs) : runs.change;
    if (over === undefined) {
      plain += text;
      continue;
    }
    flush();
    texts.push(`CASE WHEN ran AND ${over} THEN '' ELSE ${quotedChange(text)} END`);
    isOnce = true;
  }
  flush();
  const ran = added.map((spec) => haveColumns(spec)).join(" AND ");
  return framedTogether(
    [first, ...more],
    texts.join(" || "),
    isOnce ? `  ran       constant boolean := ${ran};  -- what an earlier run has done is not done again\n` : "",
  );
}

/** Lines of a change are indented by four. */
function indented(text: string): string {
  return text.replace(/^(?=DO )/, "    ");
}

/** What a unit runs: in a frame, or a statement of its own. */
function runsOf(spec: UnitSpec, plan: string): Framed | string {
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
    case "original":
      return spec.frame === undefined ? spec.sql : original(spec, spec.frame);
    default:
      return spec satisfies never;
  }
}

/** Nobody has judged it. */
const unjudged: Verdict = { locks: [], held: "rewrite", concerns: [], doubts: ["statement"] };

/**
 * A unit in words, one line each: what it does, its DDL, its verdict, what takes it back.
 *
 * @param verdict of the user's own statements; those of a plan's units are known here
 * @throws LockstepError LS1003 as `renderFile`
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
    case "original":
      return describeOriginal(spec, verdict);
    default:
      return spec satisfies never;
  }
}
