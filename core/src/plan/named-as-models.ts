import { type EntityModel, isSameTable, type Migration, type Operation, type TableName } from "../model/index.js";

/**
 * Has a migration by hand call tables what the models call them: `public.users` and `users` are one, and people write either, in one
 * file. One without a model has its schema where the file names it once: the search path may lead elsewhere. The text stays as it is.
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
