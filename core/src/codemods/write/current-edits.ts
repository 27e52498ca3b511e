import type { PlannedEdit } from "../../model/index.js";
import { compact, earlierOf, type TransformContext } from "../contract/transform.js";

/** The context with those edits of a transform whose text no later edit replaced: the others are not looked for any more. */
export function withCurrentEdits(
  transform: string,
  context: TransformContext,
  isWanted: (edit: PlannedEdit) => boolean = () => true,
): TransformContext {
  const edits = earlierOf(transform, context);
  const replacing = edits.filter(({ replaces }) => replaces !== undefined);
  const live = edits.filter((edit) => {
    const at = replacing.findIndex(
      (other) =>
        other !== edit &&
        other.file === edit.file &&
        other.what === edit.what &&
        compact(other.replaces ?? "") === compact(edit.text),
    );
    if (at !== -1) replacing.splice(at, 1);
    return at === -1 && isWanted(edit);
  });
  return { ...context, earlier: live };
}
