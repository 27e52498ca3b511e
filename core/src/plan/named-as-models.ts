import { type EntityModel, isSameTable, type Migration, type Operation, type TableName } from "../model/index.js";

/**
 * Gives the tables of a hand-written migration their names in the models: `public.users` and `users` are the same, and one file may use
 * both. A table without a model gets its schema if the file names it once: the search path may find another one. The text stays unchanged.
 */
export function namedAsModels(
  migration: Migration,
  models: readonly Pick<EntityModel, "table">[],
  defaultSchema: string,
): Migration {
  const full = ({ schema = defaultSchema, name }: TableName): TableName => ({ schema, name });
  const withSchema = migration.operations.flatMap(tablesOf).filter(({ schema }) => schema !== undefined);
  const named = (table: TableName): TableName => {
    const isIt = (other: TableName) => isSameTable(full(other), full(table));
    return models.find((each) => isIt(each.table))?.table ?? withSchema.find(isIt) ?? table;
  };
  const operations = migration.operations.map((operation): Operation => {
    const own = "table" in operation ? { ...operation, table: named(operation.table) } : operation;
    return own.kind === "addForeignKey" ? { ...own, references: named(own.references) } : own;
  });
  return { ...migration, operations };
}

function tablesOf(operation: Operation): readonly TableName[] {
  return [
    ...("table" in operation ? [operation.table] : []),
    ...(operation.kind === "addForeignKey" ? [operation.references] : []),
  ];
}
