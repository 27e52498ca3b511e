import type { Inventory, Part } from "../../dialect/inventory.js";
import type { TableName } from "../../model/names.js";

/** An inventory without some tables and their sequences. */
export function withoutTables(inventory: Inventory, tables: readonly TableName[], defaultSchema: string): Inventory {
  const isOne = ({ schema = defaultSchema, label }: Part) =>
    tables.some(({ schema: own = defaultSchema, name }) => own === schema && name === label);
  const gone = inventory.tables.filter((table) => isOne({ ...table }));
  const isOfOne = ({ ownedBy }: Part) => gone.some(({ name }) => String(ownedBy).startsWith(`${name}.`));
  return {
    ...inventory,
    tables: inventory.tables.filter((table) => !gone.includes(table)),
    sequences: inventory.sequences.filter((sequence) => !isOfOne(sequence)),
  };
}
