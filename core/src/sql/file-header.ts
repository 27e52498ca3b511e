import type { FileContext } from "../dialect/units.js";
import type { Unit } from "../model/plan.js";
import { lockModes, strongestMode } from "../model/verdict.js";
import { printable } from "./printable.js";

const maxWidth = 120;

/**
 * The comment for reviewers above the SQL: plan, rule, the DDL in one line, the lock and its duration, and the undo. ASCII except for
 * names: a database with another encoding rejects characters that it lacks, even in comments.
 *
 * @param units the units that share the file
 * @param lockText the lock and its duration, as text
 * @param context absent: the unit belongs to no plan
 */
export function fileHeader(
  units: readonly [Unit, ...Unit[]],
  lockText: (unit: Unit) => string,
  context?: FileContext,
): string {
  const strongest = lockModes.findLast((mode) => units.some(({ verdict }) => strongestMode(verdict) === mode));
  const locked = units.find(({ verdict }) => strongestMode(verdict) === strongest) ?? units[0];
  const isAlone = units.length === 1;
  const rows = [
    ...(context === undefined ? [] : planRows(context)),
    ...units.flatMap((unit) => [
      unit.title,
      // For the user's own statements, the block below is the DDL.
      ...(unit.spec.kind === "original" ? [] : [`DDL      ${unit.ddl}`]),
      ...(isAlone ? [`Lock     ${lockText(unit)}`] : []),
      `Undo     ${unit.undo}`,
      ...(isAlone ? [] : [""]),
    ]),
    ...(isAlone ? [] : [`Lock     ${lockText(locked)}, once for all of it`]),
  ];
  return `${rows.flatMap((row) => wrapped(printable(row))).join("\n")}\n`;
}

function planRows({ plan, phase, position, fingerprint, rules }: FileContext): string[] {
  return [
    `Lockstep plan ${plan}, phase ${phase}, ${position}, ${fingerprint.slice(0, 12)}`,
    ...(rules.length > 0 ? [`Because  ${rules.join(", ")}`] : []),
    `Explain  npx lockstep plan ${plan}`,
    "",
  ];
}

/** Breaks at spaces. A name longer than a line is cut, because it must not leave the comment. */
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
