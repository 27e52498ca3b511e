import {
  describe,
  type SourceFile,
  type Transform,
  type TransformContext,
  takeBackWritten,
  type WrittenNode,
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

  undo: (file, context) => takeBackWritten(id, () => entriesOf(context), file, context),
};

/** All that selections name. */
function entriesOf(context: TransformContext): readonly WrittenNode[] {
  return context.project.files.flatMap((file) =>
    ofModel(file, context).flatMap(({ literal, what }) =>
      literal.properties.map((node) => ({ node, file, what: describe(literal, what) })),
    ),
  );
}

function ofModel(file: SourceFile, context: TransformContext): readonly Selection[] {
  const seen = new Map([...selectionsIn(file, context)].map((selection) => [selection.literal, selection]));
  return [...seen.values()].filter((selection) => selection.model === context.model);
}
