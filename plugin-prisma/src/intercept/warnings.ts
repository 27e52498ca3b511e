import type { DroppedColumn, Plan } from "@lockstep/core";
import type { Change } from "./change.js";
import type { EvaluateDataLossResult } from "./shapes.js";

/**
 * The engine's warnings, without those that a plan covers. The CLI stops at a warning when there is no terminal; a unique index that the
 * plan builds on a new, empty column is no reason for that, nor is a column that a plan drops later. Only those warnings are removed.
 */
export function uncoveredWarnings(
  warnings: EvaluateDataLossResult["warnings"],
  change: Pick<Change, "pending"> & ({ readonly kind: "pass" } | { readonly kind: "plan"; readonly plan: Plan }),
): EvaluateDataLossResult["warnings"] {
  const plan = change.kind === "plan" ? change.plan : undefined;
  const dropped = [...change.pending, ...(plan?.droppedColumns ?? [])];
  const covered = (plan?.units ?? []).flatMap(({ spec }) =>
    spec.kind === "create-index" && spec.index.isUnique
      ? [{ table: `\`${spec.table.name}\``, columns: `[${spec.index.columns.join(",")}]` }]
      : [],
  );
  return warnings.filter(({ message }) => {
    if (isWarningOfDrop(message, dropped)) return false;
    if (!message.includes("unique constraint")) return true;
    const plain = message.replaceAll("`,`", ",").replace(/\[`?([^\]]*?)`?\]/g, "[$1]");
    return !covered.some(({ table, columns }) => plain.includes(table) && plain.includes(columns));
  });
}

/** Whether one of Prisma's warnings is about the drop of one of the columns. */
export function isWarningOfDrop(warning: string, dropped: readonly DroppedColumn[]): boolean {
  return (
    warning.includes("You are about to drop the column ") &&
    dropped.some(({ table, name }) => warning.includes(`column \`${name}\` on the \`${table.name}\` table`))
  );
}
