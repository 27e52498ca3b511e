import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isSameTable, type TableName } from "../../model/names.js";
import { smallTable } from "../../model/unit-spec.js";

interface Table extends TableName {
  readonly rows?: unknown;
  readonly bytes?: unknown;
}

/** Tables that are small according to the statistics in a project (`lockstep stats`). */
export function smallTables(root: string): (table: TableName) => boolean {
  return smallTablesIn(() => readFileSync(join(root, "lockstep/stats.json"), "utf8"));
}

/**
 * Without the file, or if it cannot be read, no table counts as small. Reads it on the first call, without the schema of `readStats`: a
 * change that passes must stay fast.
 */
export function smallTablesIn(read: () => string | undefined): (table: TableName) => boolean {
  let tables: readonly Table[] | undefined;
  return (wanted) => {
    tables ??= tablesIn(read);
    const found =
      tables.find((each) => isSameTable(each, wanted)) ??
      (wanted.schema === undefined ? tables.find(({ name }) => name === wanted.name) : undefined);
    return isWithin(found?.rows, smallTable.rows) && isWithin(found?.bytes, smallTable.bytes);
  };
}

function tablesIn(read: () => string | undefined): readonly Table[] {
  try {
    const { tables } = JSON.parse(read() ?? "{}");
    return Array.isArray(tables) ? tables : [];
  } catch {
    // No file, or not JSON: `lockstep stats` and `rehearse` report that.
    return [];
  }
}

const isWithin = (value: unknown, most: number) => typeof value === "number" && value >= 0 && value <= most;
