import { declinedId } from "../../code/candidates/declined-id.js";
import { compact } from "../../code/contract/transform.js";
import type { PlannedEdit } from "../../model/index.js";

/**
 * The records of edits after a run. Drops those whose text is gone and whose place was edited again or lacks the field: an undo would search
 * for them.
 *
 * @param texts of the files before the run
 */
export function editRecords(
  earlier: readonly PlannedEdit[],
  made: readonly PlannedEdit[],
  texts: ReadonlyMap<string, string>,
  isOpen: (edit: PlannedEdit) => boolean,
): readonly PlannedEdit[] {
  const idOf = (edit: PlannedEdit) => `${edit.transform} ${declinedId(edit)}`;
  const again = made.filter(({ text, replaces }) => text !== "" && replaces === undefined).map(idOf);
  const replaced = new Set(earlier.flatMap(({ file, replaces, written }) => `${file} ${written ?? replaces}`));
  const kept: PlannedEdit[] = [];
  for (const edit of earlier) {
    const { file, text, replaces } = edit;
    const isFirst = text !== "" && replaces === undefined && !replaced.has(`${file} ${text}`);
    const at = again.indexOf(idOf(edit));
    if (!isFirst || (at === -1 && !isOpen(edit)) || !isLost(edit, earlier, texts)) kept.push(edit);
    else if (at !== -1) again.splice(at, 1);
  }
  const isServing = ({ role, transform, file, model, field }: PlannedEdit) =>
    role === undefined ||
    kept.some(
      (each) =>
        each.role === undefined &&
        each.transform === transform &&
        each.file === file &&
        each.model === model &&
        each.field === field,
    );
  // An import is gone with the code that needed it.
  return [...kept.filter((edit) => isServing(edit) || !isLost(edit, earlier, texts)), ...made];
}

/** Whether the file has the text of an edit less often than there are records of it. */
function isLost({ file, text }: PlannedEdit, earlier: readonly PlannedEdit[], texts: ReadonlyMap<string, string>) {
  const wanted = compact(text);
  const records = earlier.filter((each) => each.file === file && compact(each.text) === wanted);
  return compact(texts.get(file) ?? "").split(wanted).length - 1 < records.length;
}
