import type { TableFacts } from "../../dialect/table.js";
import { quotedName, quotedTable, tableLabel } from "../../model/names.js";

/** Whether other tables inherit from it without being partitions: then several rows may have the same key. */
export function hasChildren(table: TableFacts): boolean {
  return !table.isPartitioned && table.children.length > 0;
}

/**
 * Why a backfill by this key would miss rows of child tables, or read them completely for each batch. Returns sentences with the next step.
 * Inheriting tables do not get indexes and primary keys; partitions do.
 */
export function childObstacles(table: TableFacts, key: readonly string[]): readonly string[] {
  return table.children.flatMap((child) => {
    const name = `"${tableLabel(child)}"`;
    if (child.isForeign) return [`${name} is a foreign table: detach it first, and add the column on its own server.`];
    if (table.isPartitioned) return [];
    const columns = key.map(quotedName).join(", ");
    const open = key.find((column) => !child.required.includes(column));
    if (open !== undefined)
      return [
        `${name} may have NULL in "${open}": run ALTER TABLE ${quotedTable(child)} ALTER COLUMN ${quotedName(open)} SET NOT NULL.`,
      ];
    if (child.sorted.some((sorted) => key.every((column, at) => sorted[at] === column))) return [];
    return [
      `${name} has no index over (${columns}): run CREATE INDEX CONCURRENTLY ON ${quotedTable(child)} (${columns}).`,
    ];
  });
}
