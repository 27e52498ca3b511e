/** A table of the plan with its database and its label in messages. */
export interface PlannedTable {
  readonly schema: string;
  readonly name: string;
  readonly label: string;
}

/** Compares names without case. Whether case counts is a server setting, and tables that differ only in case are rare. */
export const fold = (name: string) => name.toLowerCase();

export function isTable(one: { readonly schema: string; readonly name: string }, other: typeof one): boolean {
  return fold(one.schema) === fold(other.schema) && fold(one.name) === fold(other.name);
}
