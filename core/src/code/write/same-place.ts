import type { PlannedEdit } from "../../model/index.js";

export function isSameFile(a: PlannedEdit, b: PlannedEdit): boolean {
  return a.file === b.file;
}

/** Whether two edits were made in code of the same name. */
export function isSameOwner(a: Pick<PlannedEdit, "owner">, b: Pick<PlannedEdit, "owner">): boolean {
  return a.owner?.name === b.owner?.name;
}

/** Whether two edits have the same names around them. */
export function isSameSite(a: PlannedEdit, b: PlannedEdit): boolean {
  return a.site !== undefined && a.site === b.site;
}
