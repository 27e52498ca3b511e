import type { DeployedPhase, Unit } from "../../../model/plan.js";
import { lockModes, strongestMode } from "../../../model/verdict.js";
import { printable, quoteTable } from "../quote.js";
import { budgetMs, stallMs } from "./block.js";
import { isDroppedConcurrently } from "./drop-index.js";

export interface UnitContext {
  /** The plan's id. */
  readonly plan: string;
  readonly fingerprint: string;
  readonly phase: DeployedPhase | "undo";
  /** "file 1/3" */
  readonly position: string;
  /** Ids of the rules that asked for the rewrite. */
  readonly rules: readonly string[];
}

const maxWidth = 120;

/**
 * What a reviewer reads above the SQL: plan, rule, the DDL in one line, the lock and for how long, what undoes it.
 * ASCII apart from names: a database with another encoding refuses characters it does not have, even in comments.
 *
 * @param units those that share the file
 * @param context absent: the unit is of no plan
 */
export function fileHeader(units: readonly [Unit, ...Unit[]], context?: UnitContext): string {
  const strongest = lockModes.findLast((mode) => units.some(({ verdict }) => strongestMode(verdict) === mode));
  const locked = units.find(({ verdict }) => strongestMode(verdict) === strongest) ?? units[0];
  const isAlone = units.length === 1;
  const rows = [
    ...(context === undefined ? [] : planRows(context)),
    ...units.flatMap((unit) => [
      unit.title,
      // Of the user's own statements the block below is the DDL.
      ...(unit.spec.kind === "original" ? [] : [`DDL      ${unit.ddl}`]),
      ...(isAlone ? [`Lock     ${lockText(unit)}`] : []),
      `Undo     ${unit.undo}`,
      ...(isAlone ? [] : [""]),
    ]),
    ...(isAlone ? [] : [`Lock     ${lockText(locked)}, once for all of it`]),
  ];
  return `${rows.flatMap((row) => wrapped(printable(row))).join("\n")}\n`;
}

function planRows({ plan, phase, position, fingerprint, rules }: UnitContext): string[] {
  return [
    `Lockstep plan ${plan}, phase ${phase}, ${position}, ${fingerprint.slice(0, 12)}`,
    ...(rules.length > 0 ? [`Because  ${rules.join(", ")}`] : []),
    `Explain  npx lockstep plan ${plan}`,
    "",
  ];
}

function lockText({ spec, verdict }: Unit): string {
  const mode = strongestMode(verdict);
  // pg_get_indexdef reads under ACCESS SHARE, like a SELECT.
  if (mode === undefined) return "none but that of a SELECT: it stops no read and no write";
  const tables = verdict.locks.filter((lock) => lock.mode === mode).map(({ table }) => quoteTable(table));
  const on = `${mode} on ${tables.join(" and ")}`;
  // The frame's promise (docs/lock-frame.md): it gives way instead of queueing.
  const frame = `others wait at most ${stallMs} ms at a time; it gives up after ${budgetMs / 1000} s and names who is in the way`;
  switch (spec.kind) {
    case "assert-index":
      if (spec.index.constraint !== undefined)
        return `${mode} on one small partition at a time while its index is built; ${frame}`;
      return `${mode} on one small partition at a time while its index is built (ACCESS EXCLUSIVE, instant, where one is ready): reads go on; ${frame}`;
    case "create-index":
      if (spec.isPartitioned)
        return `${on}, instant (catalogue only)${spec.index.constraint === undefined ? ": reads go on" : ""}; ${frame}`;
      return `${on} while it scans the table: reads and writes go on`;
    case "drop-index":
      if (!isDroppedConcurrently(spec)) return `${on}, instant (catalogue only); ${frame}`;
      return `${on}; it waits for transactions that may use the index: reads and writes go on`;
    case "add-foreign-key":
      return `${on}, instant (catalogue only): reads go on; ${frame}`;
    case "validate-foreign-key":
      return `${on}, ROW SHARE on ${quoteTable(spec.foreignKey.references)}, for one scan: reads and writes go on; ${frame}`;
    case "prove":
      return `${on}, instant (catalogue only), then SHARE UPDATE EXCLUSIVE for one scan: reads and writes go on; ${frame}`;
    default:
      return `${on}, ${verdict.held} (catalogue only); ${frame}`;
  }
}

/** Breaks at spaces; a name longer than a line is cut, for it must not leave the comment. */
function wrapped(row: string): string[] {
  const lines: string[] = [];
  let rest = row;
  let lead = "-- ";
  while (lead.length + rest.length > maxWidth) {
    const room = maxWidth - lead.length;
    const space = rest.lastIndexOf(" ", room);
    const cut = space > room / 3 ? space : room;
    lines.push((lead + rest.slice(0, cut)).trimEnd());
    rest = rest.slice(cut).trimStart();
    lead = "--          ";
  }
  return [...lines, (lead + rest).trimEnd()];
}
