import {
  type Container,
  describe,
  type SourceFile,
  type Transform,
  type TransformContext,
  takeBackWritten,
  widenSelection,
} from "@lockstep/core/codemods";
import { type Selection, selectionsIn } from "./selections.js";

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
  },

  undo: (file, context) => takeBackWritten(id, (each) => selectsIn(each, context), file, context),
};

function selectsIn(file: SourceFile, context: TransformContext): readonly Container[] {
  return ofModel(file, context).map(({ literal, what }) => ({ node: literal, what: describe(literal, what) }));
}

function ofModel(file: SourceFile, context: TransformContext): readonly Selection[] {
  const seen = new Map([...selectionsIn(file, context)].map((selection) => [selection.literal, selection]));
  return [...seen.values()].filter((selection) => selection.model === context.model);
}
