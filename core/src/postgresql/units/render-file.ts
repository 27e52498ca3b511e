import type { FileContext } from "../../dialect/units.js";
import type { Unit, UnitSpec } from "../../model/plan.js";
import { isDroppedConcurrently } from "../../model/unit-spec.js";
import { strongestMode } from "../../model/verdict.js";
import { fileHeader } from "../../sql/file-header.js";
import { quoteTable } from "../quote.js";
import { budgetMs, framedChange, framedTogether, quotedChange, stallMs } from "./block.js";
import { haveColumns } from "./expand.js";
import { runsOf } from "./index.js";
import { haveRun } from "./original.js";

/**
 * One migration file: a header for the reviewer and one statement. The same units and context give the same bytes.
 * Returns the user's own statements (`original`) unchanged, unless they are framed.
 *
 * @param units the units of the file, in order
 * @param context absent: the units belong to no plan
 * @example renderFile([unit], { plan: plan.id, fingerprint: plan.fingerprint, phase: "expand", position: "file 1/3",
 * rules: ["add-column-not-null"] })
 * @throws LockstepError LS1003 if a name exceeds PostgreSQL's 63 bytes
 */
export function renderFile(units: readonly [Unit, ...Unit[]], context?: FileContext): string {
  const [{ spec }, ...others] = units;
  if (others.length === 0 && spec.kind === "original" && spec.frame === undefined) return spec.sql;
  return `${header(units, context)}${together(
    units.map((unit) => unit.spec),
    context?.plan ?? "",
  )}`;
}

/** The combined change of several units in one file. */
function together(specs: readonly UnitSpec[], plan: string): string {
  const all = specs.map((spec) => ({ spec, runs: runsOf(spec, plan) }));
  const [first, ...more] = all.flatMap(({ runs }) => (typeof runs === "string" ? [] : [runs]));
  // None of the units takes a lock.
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

/** The lines of a change are indented by four. */
function indented(text: string): string {
  return text.replace(/^(?=DO )/, "    ");
}

/** `fileHeader` with PostgreSQL's lock text. */
function header(units: readonly [Unit, ...Unit[]], context?: FileContext): string {
  return fileHeader(units, lockText, context);
}

function lockText({ spec, verdict }: Unit): string {
  const mode = strongestMode(verdict);
  // pg_get_indexdef reads under ACCESS SHARE, like a SELECT.
  if (mode === undefined) return "only that of a SELECT: blocks no reads or writes";
  const tables = verdict.locks.filter((lock) => lock.mode === mode).map(({ table }) => quoteTable(table));
  const on = `${mode} on ${tables.join(" and ")}`;
  // The guarantee of the frame (docs/lock-frame.md).
  const frame = `other sessions wait at most ${stallMs} ms per attempt; fails after ${budgetMs / 1000} s and names the blocking session`;
  switch (spec.kind) {
    case "assert-index":
      if (spec.index.constraint !== undefined)
        return `${mode} on one small partition at a time while its index is built; ${frame}`;
      return `${mode} on one small partition at a time while its index is built (ACCESS EXCLUSIVE, instant, where one is ready): reads continue; ${frame}`;
    case "create-index":
      if (spec.isPartitioned)
        return `${on}, instant (catalogue only)${spec.index.constraint === undefined ? ": reads continue" : ""}; ${frame}`;
      return `${on} while it scans the table: reads and writes continue`;
    case "drop-index":
      if (!isDroppedConcurrently(spec)) return `${on}, instant (catalogue only); ${frame}`;
      return `${on}; it waits for transactions that may use the index: reads and writes continue`;
    case "add-foreign-key":
      return `${on}, instant (catalogue only): reads continue; ${frame}`;
    case "validate-foreign-key":
      return `${on}, ROW SHARE on ${quoteTable(spec.foreignKey.references)}, for one scan: reads and writes continue; ${frame}`;
    case "prove":
      return `${on}, instant (catalogue only), then SHARE UPDATE EXCLUSIVE for one scan: reads and writes continue; ${frame}`;
    default:
      return `${on}, ${verdict.held} (catalogue only); ${frame}`;
  }
}
