import type { TableFacts } from "../../dialect/table.js";
import { quotedName, quotedTable, tableLabel } from "../../model/names.js";

/** Whether other tables inherit from it without being its partitions: then one key may stand for several rows. */
export function hasChildren(table: TableFacts): boolean {
  return !table.isPartitioned && table.children.length > 0;
}

/**
 * Why a backfill along this key would miss rows of the tables below, or read them whole for each batch. Sentences that
 * say what to do. Indexes and primary keys are not inherited; partitions have them from their parent.
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
