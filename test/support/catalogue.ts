import type { Inventory, InventoryTable } from "../../core/src/dialect/inventory.js";
import { readInventory } from "../../core/src/postgresql/inventory/read.js";

/** A `pg.Client`, or whatever asks like one. */
export interface CatalogueClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** What some schemas consist of, as a plain object: for comparing the end state of a plan with what the ORM would have made. */
export type Catalogue = Omit<Inventory, "schemas" | "extensions">;
export type CatalogueTable = InventoryTable;

/**
 * Reads the catalogue of some schemas, in the session and the transaction that are open.
 *
 * @example expect(await readCatalogue(client, { schemas: ["public"] })).toEqual(expected)
 */
export async function readCatalogue(
  client: CatalogueClient,
  { schemas }: { readonly schemas: readonly string[] },
): Promise<Catalogue> {
  const {
    rows: [before],
  } = await client.query("SELECT current_setting('search_path') AS path");
  await client.query("SELECT set_config('search_path', 'pg_catalog', false)");
  try {
    const ask = async (sql: string, values: readonly unknown[]) => (await client.query(sql, [...values])).rows;
    const { schemas: _, extensions: __, ...rest } = await readInventory(ask, schemas);
    return rest;
  } finally {
    await client.query("SELECT set_config('search_path', $1, false)", [before?.path]);
  }
}
