import type { SpecOf, UnitText } from "../../dialect/units.js";
import { isDroppedConcurrently } from "../../model/unit-spec.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import type { Framed } from "./block.js";
import { createIndexStatement, dropIndexStatement } from "./create-index.js";
import { dropUnique, uniqueWords } from "./unique-constraint.js";

/**
 * Drops an index while reads and writes continue. Alone in its file: it cannot run inside a transaction or a block. A missing index, or one
 * that an interrupted run left invalid, is not an error.
 */
export function dropIndex(spec: SpecOf<"drop-index">): string | Framed {
  if (isDroppedConcurrently(spec)) return `${dropIndexStatement(spec)};\n`;
  return {
    locked: spec,
    change: spec.index.constraint === undefined ? `    ${dropPlainly(spec)};\n` : dropConstrained(spec),
  };
}

/** The index of a constraint can only be dropped with it. A built index that is not attached is dropped alone. */
function dropConstrained(spec: SpecOf<"drop-index">): string {
  return `    ${dropUnique(spec, "IF EXISTS ")};\n    ${dropPlainly(spec)};\n`;
}

function dropPlainly(spec: SpecOf<"drop-index">): string {
  return dropIndexStatement(spec).replace(" CONCURRENTLY", "");
}

export function describeDropIndex(spec: SpecOf<"drop-index">): UnitText {
  const { constraint, isUnique } = spec.index;
  const name = quoteIdentifier(spec.index.name);
  if (constraint !== undefined)
    return {
      title: `Drop the unique constraint ${name}`,
      ddl: dropUnique(spec),
      verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
      undo: `ALTER TABLE ${quoteTable(spec.table)} ADD CONSTRAINT ${name} ${uniqueWords(spec.index)}, as long as no rows collide`,
    };
  const unique = isUnique ? "unique " : "";
  return {
    title: `Drop the ${unique}index ${name}`,
    ddl: spec.isPartitioned ? dropPlainly(spec) : dropIndexStatement(spec),
    verdict: takes(spec.isPartitioned ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE", "instant", spec.table),
    undo: `${createIndexStatement(spec)}, as long as no rows collide`,
  };
}
