import type { Drop, Plan } from "@lockstep/core";
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
  const dropped = [...change.pending, ...(plan?.drops ?? [])];
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

/** Whether one of Prisma's warnings is about one of the drops. */
export function isWarningOfDrop(warning: string, dropped: readonly Drop[]): boolean {
  const named = dropped.map(({ table, column }) =>
    column === undefined
      ? `drop the \`${table.name}\` table`
      : `drop the column \`${column}\` on the \`${table.name}\` table`,
  );
  return warning.includes("You are about to ") && named.some((words) => warning.includes(words));
}
