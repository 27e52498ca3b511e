import { type EntityModel, isSameTable, type Migration, type Operation, type TableName } from "../model/index.js";

/**
 * Has a migration by hand call tables what the models call them: `public.users` and `users` are one, and people write either, in one
 * file. The text stays as it is.
 */
export function namedAsModels(
  migration: Migration,
  models: readonly Pick<EntityModel, "table">[],
  defaultSchema: string,
): Migration {
  const full = ({ schema = defaultSchema, name }: TableName): TableName => ({ schema, name });
  const named = (table: TableName): TableName => {
    const model = models.find((each) => isSameTable(full(each.table), full(table)));
    if (model !== undefined) return model.table;
    return table.schema === defaultSchema ? { name: table.name } : table;
  };
  const operations = migration.operations.map((operation): Operation => {
    const own = "table" in operation ? { ...operation, table: named(operation.table) } : operation;
    return own.kind === "addForeignKey" ? { ...own, references: named(own.references) } : own;
  });
  return { ...migration, operations };
}
