import type { PlannedEdit } from "../../model/index.js";
import { bare } from "../write/property-edit.js";
import { isSameFile, isSameOwner } from "../write/same-place.js";

/** The edits whose text no other edit replaced: matched first in the same place, then where the same text was moved to. */
export function withoutReplaced(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  const open = new Set(edits.filter((edit) => edit.replaces !== undefined));
  const replaces = (edit: PlannedEdit) => (other: PlannedEdit) =>
    other !== edit && bare(other.written ?? other.replaces ?? "") === bare(edit.text);
  // All edits of one place: somebody may have deleted the text and Lockstep written it again, so it exists once.
  const taken = new Map(
    edits.map((edit) => {
      const here = edits.filter(replaces(edit)).filter((other) => isSameFile(other, edit) && isSameOwner(other, edit));
      for (const other of here) open.delete(other);
      return [edit, here.length > 0];
    }),
  );
  const isIn = (file: string) => (other: PlannedEdit) => other.file === file;
  return edits.filter((edit) => {
    if (edit.text === "" || taken.get(edit)) return false;
    const matching = [...open].filter(replaces(edit));
    const moved = matching.find(isIn(edit.file)) ?? matching[0];
    if (moved !== undefined) open.delete(moved);
    return moved === undefined;
  });
}
