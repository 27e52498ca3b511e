import { rowKey, type TableFacts } from "../dialect/table.js";
import { childObstacles, hasChildren } from "../target/facts/children.js";
import type { TableShape } from "./sources.js";

/** The facts about a table for a plan, from the development database. */
export function tableShape(table: TableFacts): TableShape {
  const key = rowKey(table);
  const obstacles = childObstacles(
    table,
    key.map(({ column }) => column),
  );
  const primary = table.uniqueKeys.find(({ isPrimary }) => isPrimary);
  return {
    columns: table.columns.map((column) => column.name),
    generatedColumns: table.columns.filter((column) => column.isGenerated).map((column) => column.name),
    numberedColumns: table.columns.filter((column) => column.isIdentity).map((column) => column.name),
    required: new Set(table.columns.flatMap(({ name, isNullable }) => (isNullable ? [] : [name]))),
    defaulted: new Set(table.columns.flatMap(({ name, hasDefault }) => (hasDefault ? [name] : []))),
    types: new Map(table.columns.map(({ name, type }) => [name, type])),
    key,
    ...(primary === undefined ? {} : { primaryKey: primary.columns }),
    ...(table.isPartitioned ? { descendants: "partitions", partitionColumns: table.partitionColumns } : {}),
    ...(hasChildren(table) ? { descendants: "children" } : {}),
    ...(obstacles.length > 0 ? { obstacles } : {}),
  };
}
