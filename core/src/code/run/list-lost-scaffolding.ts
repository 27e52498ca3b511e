import type { Place } from "../../model/index.js";
import { lostScaffolding } from "../cleanup/lost-scaffolding.js";
import type { Transform, TransformContext } from "../contract/transform.js";
import type { Workspace } from "./workspace.js";

/** Lists scaffolding that contract does not find. Runs before the checklists, which have less detail about the same place. */
export function listLostScaffolding(
  workspace: Workspace,
  context: TransformContext,
  transforms: readonly Transform[],
): readonly Place[] {
  return [...lostScaffolding(transforms, context)].flatMap(({ edit, certainty, reason, anchor }): Place[] => {
    const { transform, phase, file, line, what, model, field } = edit;
    if (anchor === undefined) return [{ file, line, kind: certainty, what, reason, model, field }];
    const finding = { kind: "place", certainty, offset: anchor.offset, what, reason } as const;
    workspace.addPlace(anchor.file, finding, { transform, phase, model, field });
    return [];
  });
}
