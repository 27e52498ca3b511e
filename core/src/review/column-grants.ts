import type { ColumnGrant } from "../dialects/access.js";

/** What a role lacks on columns that a plan adds. @param label of the table, quoted */
export function columnGrantText(label: string, { role, privileges }: ColumnGrant): string {
  return `${role} has ${privileges.join(", ")} on single columns of ${label}, so it has none on a column that is added`;
}
