import type { PlannedEdit } from "../../model/index.js";
import { compact, earlierOf, type TransformContext } from "../contract/transform.js";
import { isSameFile, isSameOwner, isSameSite } from "./same-place.js";

/** The context with only those edits of a transform whose text no later edit replaced. */
export function withCurrentEdits(
  transform: string,
  context: TransformContext,
  isWanted: (edit: PlannedEdit) => boolean = () => true,
): TransformContext {
  const edits = earlierOf(transform, context);
  const gone = new Set<PlannedEdit>();
  let replacing = edits.filter(({ replaces }) => replaces !== undefined);
  for (const isSame of [isSameSite, isSameOwner, isSameFile]) {
    replacing = replacing.filter((other) => {
      const edit = edits.find(
        (each) =>
          each !== other &&
          !gone.has(each) &&
          isSameFile(each, other) &&
          isSame(each, other) &&
          compact(other.replaces ?? "") === compact(each.text),
      );
      if (edit !== undefined) gone.add(edit);
      return edit === undefined;
    });
  }
  return { ...context, earlier: edits.filter((edit) => !gone.has(edit) && isWanted(edit)) };
}
