import type { Plan } from "@lockstep/core";
import type { EvaluateDataLossResult } from "./shapes.js";

/**
 * The engine's warnings, without those that the plan covers. The CLI stops at a warning when there is no terminal; a unique index that the
 * plan builds on a new, empty column is no reason for that. Only those warnings are removed.
 */
export function uncoveredWarnings(
  warnings: EvaluateDataLossResult["warnings"],
  plan: Plan,
): EvaluateDataLossResult["warnings"] {
  const covered = plan.units.flatMap(({ spec }) =>
    spec.kind === "create-index" && spec.index.isUnique
      ? [{ table: `\`${spec.table.name}\``, columns: `[${spec.index.columns.join(",")}]` }]
      : [],
  );
  return warnings.filter(({ message }) => {
    if (!message.includes("unique constraint")) return true;
    const plain = message.replaceAll("`,`", ",").replace(/\[`?([^\]]*?)`?\]/g, "[$1]");
    return !covered.some(({ table, columns }) => plain.includes(table) && plain.includes(columns));
  });
}
