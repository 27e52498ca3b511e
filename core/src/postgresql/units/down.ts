import type { OrmQuery, Unit, UnitIndex, UnitSpec } from "../../model/plan.js";
import { isAttachedLater } from "../../model/unit-spec.js";
import { quoteLiteral } from "../quote.js";
import { dropForeignKey } from "./add-foreign-key.js";
import { assertIndex } from "./assert-index.js";
import { attachUnique } from "./attach-unique.js";
import { type Framed, framedChange, framedTogether, quotedChange } from "./block.js";
import { createIndex } from "./create-index.js";
import { dropIndex } from "./drop-index.js";
import { enforce } from "./enforce.js";
import { expand, haveNoColumn } from "./expand.js";
import { dropChecks, prove } from "./prove.js";
import { undoContract } from "./undo-contract.js";
import { undoExpand } from "./undo-expand.js";

/**
 * The statements that revert one unit, for ORMs with down migrations: in order, each outside a transaction and repeatable. Empty if there
 * is nothing to revert, and for the user's own statements, which their ORM reverts.
 *
 * @param plan the plan's id, for the hints
 */
export function downStatements({ spec }: Unit, plan: string): string[] {
  return partsOf(spec, plan).map((part) =>
    typeof part === "string" ? part : framedChange(part.locked, part.change, part.mode),
  );
}

/**
 * The statements that revert a file, last unit first. Includes the user's own statements among its units, in one frame and once.
 *
 * @param plan the plan's id, for the hints
 */
export function downOfFile(units: readonly [Unit, ...Unit[]], plan: string): string[] {
  if (units.length === 1) return downStatements(units[0], plan);
  const added = units.flatMap(({ spec }) => (spec.kind === "expand" ? [spec] : []));
  const statements: string[] = [];
  let frame: Framed[] = [];
  let hasOwn = false;
  const flush = () => {
    const [first, ...others] = frame;
    if (first !== undefined) {
      const change = quotedChange(frame.map((part) => part.change).join(""));
      // The ORM's statements fail if an object is already gone.
      const once = hasOwn ? `CASE WHEN ${added.map(haveNoColumn).join(" AND ")} THEN '' ELSE ${change} END` : change;
      statements.push(framedTogether([first, ...others], once));
    }
    frame = [];
    hasOwn = false;
  };
  for (const { spec } of [...units].reverse()) {
    if (spec.kind === "original" && spec.frame !== undefined) {
      const [table, ...others] = spec.frame.tables;
      for (const sql of (spec.down ?? []).map(withValues)) {
        // It cannot run in a block.
        if (/\bCONCURRENTLY\b/i.test(sql)) {
          flush();
          statements.push(sql);
          continue;
        }
        frame.push({ locked: { table, others }, change: `    ${sql.replace(/[\s;]+$/, "")};\n` });
        hasOwn = true;
      }
      continue;
    }
    for (const part of partsOf(spec, plan)) {
      if (typeof part !== "string") {
        frame.push(part);
        continue;
      }
      flush();
      statements.push(part);
    }
  }
  flush();
  return statements;
}

function partsOf(spec: UnitSpec, plan: string): (string | Framed)[] {
  switch (spec.kind) {
    case "expand":
      return [undoExpand({ ...spec, kind: "undo-expand" })];
    case "create-index":
      // An index that is not attached yet, or no longer, is dropped alone. On a partitioned table, it was declared with its constraint.
      return [dropIndex({ ...spec, kind: "drop-index", index: isAttachedLater(spec) ? bare(spec.index) : spec.index })];
    case "attach-unique":
      // Dropping the constraint drops its index. The unit that built it counts as run, so nothing else would rebuild it.
      return [
        dropIndex({ ...spec, kind: "drop-index" }),
        createIndex({ ...spec, kind: "create-index", index: bare(spec.index), ifMissing: true }),
      ];
    case "add-foreign-key":
      return [dropForeignKey(spec)];
    case "prove":
      return [{ locked: spec, change: `    ${dropChecks(spec, "IF EXISTS ")};\n` }];
    case "enforce":
      // Includes the proof: the unit that created it counts as run, and without it, this unit could not run again.
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
      // The new columns are empty: the data is lost.
      const { references: _1, types: _2, ...columns } = spec;
      return [expand({ ...columns, kind: "expand" })];
    }
    case "drop-not-null":
      return [prove({ ...spec, kind: "prove" }, plan), enforce({ ...spec, kind: "enforce" })];
    case "drop-column":
      return [expand({ ...spec, kind: "expand" })];
    case "assert-index":
    case "validate-foreign-key":
    case "online-copy":
    case "original":
      return [];
    default:
      return spec satisfies never;
  }
}

/** A block takes no parameters, so their values are inserted into the text. */
function withValues({ sql, parameters = [] }: OrmQuery): string {
  if (parameters.length === 0) return sql;
  return sql.replaceAll(/\$(\d+)/g, (_, place: string) => {
    const value = parameters[Number(place) - 1];
    if (value === undefined || value === null) return "NULL";
    return quoteLiteral(typeof value === "string" ? value : JSON.stringify(value));
  });
}

function bare({ constraint: _, ...index }: UnitIndex): UnitIndex {
  return index;
}
