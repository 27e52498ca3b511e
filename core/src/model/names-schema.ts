import { type Of, object, optional, type Schema, string } from "./schema.js";

const tableShape = { schema: optional(string), name: string } as const;
/** A table as the database names it; without `schema` it is resolved by the search path. */
export interface TableName extends Of<typeof tableShape> {}
export const tableName: Schema<TableName> = object(tableShape);
