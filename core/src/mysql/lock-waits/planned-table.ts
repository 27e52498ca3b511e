/** A table of the plan, in its database, and as people know it. */
export interface PlannedTable {
  readonly schema: string;
  readonly name: string;
  readonly label: string;
}

/** Names are compared so: whether case counts is a setting of the server, and two tables that differ in nothing else are rare. */
export const fold = (name: string) => name.toLowerCase();

/** Whether both are the same table. */
export function isTable(one: { readonly schema: string; readonly name: string }, other: typeof one): boolean {
  return fold(one.schema) === fold(other.schema) && fold(one.name) === fold(other.name);
}
