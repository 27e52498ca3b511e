import type { PlannedEdit } from "../../model/index.js";

/** Whether two edits were made in one file. */
export function isSameFile(a: PlannedEdit, b: PlannedEdit): boolean {
  return a.file === b.file;
}

/** Whether they were made in code of one name. */
export function isSameOwner(a: Pick<PlannedEdit, "owner">, b: Pick<PlannedEdit, "owner">): boolean {
  return a.owner?.name === b.owner?.name;
}

/** Whether the names around them are all the same. */
export function isSameSite(a: PlannedEdit, b: PlannedEdit): boolean {
  return a.site !== undefined && a.site === b.site;
}
