import { quoteIdentifier } from "../quote.js";
import { framedChange } from "./block.js";
import { createIndexStatement, dropIndexStatement } from "./create-index.js";
import type { SpecOf, UnitText } from "./unit-text.js";

/**
 * Drops an index while reads and writes go on. Alone in its file: it cannot run inside a transaction or a block. One that is gone
 * already, or that an interrupted run left invalid, is no error.
 */
export function dropIndex(spec: SpecOf<"drop-index">): string {
  // PostgreSQL drops an index of a partitioned table with those of its partitions, and not concurrently.
  if (spec.isPartitioned) return framedChange(spec, `    ${dropPlainly(spec)};\n`);
  return `${dropIndexStatement(spec)};\n`;
}

function dropPlainly(spec: SpecOf<"drop-index">): string {
  return dropIndexStatement(spec).replace(" CONCURRENTLY", "");
}

export function describeDropIndex(spec: SpecOf<"drop-index">): UnitText {
  const unique = spec.index.isUnique ? "unique " : "";
  return {
    title: `Drop the ${unique}index ${quoteIdentifier(spec.index.name)}, which another one has replaced`,
    ddl: spec.isPartitioned ? dropPlainly(spec) : dropIndexStatement(spec),
    lock: { mode: spec.isPartitioned ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE", held: "instant" },
    undo: `${createIndexStatement(spec)}, as long as no rows collide`,
  };
}
