import {
  type Container,
  describe,
  type SourceFile,
  type Transform,
  type TransformContext,
  takeBackWritten,
  widenSelection,
} from "@lockstep/core/codemods";
import { inDoubt } from "./client-calls.js";
import { type Selection, selectionsIn, unclearSelections } from "./selections.js";

const id = "select";

/** Selects that name the whole model read the new column too; those that name a part are for a person to judge. */
export const select: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const { literal, what } of ofModel(file, context)) {
      const found = widenSelection(literal, describe(literal, what), file, context);
      if (found !== undefined) yield found;
    }
    for (const { literal, what } of unclearIn(file, context)) {
      const found = widenSelection(literal, describe(literal, what), file, context);
      if (found !== undefined) yield inDoubt(found, context);
    }
  },

  undo: (file, context) => takeBackWritten(id, (each) => selectsIn(each, context), file, context),
};

function selectsIn(file: SourceFile, context: TransformContext): readonly Container[] {
  const own = new Map([...ofModel(file, context), ...unclearIn(file, context)].map((each) => [each.literal, each]));
  return [...own.values()].map(({ literal, what }) => ({ node: literal, what: describe(literal, what) }));
}

function unclearIn(file: SourceFile, context: TransformContext): readonly Selection[] {
  return [...unclearSelections(file, context)].filter(({ model }) => model === context.model);
}

function ofModel(file: SourceFile, context: TransformContext): readonly Selection[] {
  const seen = new Map([...selectionsIn(file, context)].map((selection) => [selection.literal, selection]));
  return [...seen.values()].filter((selection) => selection.model === context.model);
}
