import { isSameTable, type TableName } from "@lockstep/core";
import type { DataSource, EntityMetadata } from "typeorm";
import { dialectOf } from "../dialects/dialects.js";
import type { KnownColumn } from "../entities/read.js";

type ColumnMetadata = EntityMetadata["columns"][number];

/** The columns of the entities with their names in the database, after the naming strategy. */
export function knownColumns(dataSource: DataSource): readonly KnownColumn[] {
  return columnsOf(dataSource).map(({ metadata, column, table }) => ({
    model: metadata.targetName,
    field: column.propertyPath,
    table,
    name: column.databaseName,
  }));
}

/** A column as TypeORM holds it; several if entities share a table. */
export function findColumns(
  dataSource: DataSource,
  { table, name }: Pick<KnownColumn, "table" | "name">,
): readonly ColumnMetadata[] {
  return columnsOf(dataSource)
    .filter((each) => each.column.databaseName === name && isSameTable(each.table, table))
    .map(({ column }) => column);
}

/** Makes TypeORM treat columns as optional while `run` runs. */
export async function asOptional<T>(columns: readonly ColumnMetadata[], run: () => Promise<T>): Promise<T> {
  const former = columns.map((column) => [column, column.isNullable] as const);
  try {
    for (const column of columns) column.isNullable = true;
    return await run();
  } finally {
    for (const [column, isNullable] of former) column.isNullable = isNullable;
  }
}

function columnsOf(dataSource: DataSource) {
  return dataSource.entityMetadatas
    .filter(({ tableType }) => tableType !== "view")
    .flatMap((metadata) => {
      const table = tableOf(metadata, dataSource);
      return metadata.columns
        .filter(({ isVirtualProperty }) => !isVirtualProperty)
        .map((column) => ({ metadata, column, table }));
    });
}

/** As TypeORM writes it in SQL: without the first schema of the search path. */
export function tableOf(entity: EntityMetadata, dataSource: DataSource): TableName {
  const { tableName: name } = entity;
  const schema = dialectOf(dataSource).schemaOf(entity, dataSource);
  return schema === undefined ? { name } : { schema, name };
}
