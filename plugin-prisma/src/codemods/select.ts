import {
  addProperty,
  describe,
  type Finding,
  isTestFile,
  listing,
  namesAllColumns,
  propertiesOf,
  type SourceFile,
  spreadsOf,
  type Transform,
  type TransformContext,
  takeBack,
} from "@lockstep/core/codemods";
import { type Selection, selectionsIn } from "./selections.js";

const id = "select";

/** Selects that name the whole model read the new column too; those that name a part are for a person to judge. */
export const select: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const selection of ofModel(file, context)) {
      const found = judge(selection, file, context);
      if (found !== undefined) yield found;
    }
  },

  *undo(file, context) {
    for (const { literal, what } of ofModel(file, context)) yield* takeBack(id, literal, what, file, context);
  },
};

function judge({ literal, what }: Selection, file: SourceFile, context: TransformContext): Finding | undefined {
  const { field, intent } = context;
  if (propertiesOf(literal).has(field.name)) return undefined;
  const label = describe(literal, what);
  const isWhole = namesAllColumns(literal, context) && spreadsOf(literal).length === 0;
  const edit =
    isWhole && intent.exposure !== "internal" ? addProperty(literal, `${field.name}: true`, label, file) : undefined;
  if (edit !== undefined || isTestFile(file)) return edit;
  const names = [...propertiesOf(literal).keys()];
  return listing(names, literal.getStart(file.ast), label, `add \`${field.name}: true\` if it is used there`, context);
}

function ofModel(file: SourceFile, context: TransformContext): readonly Selection[] {
  const seen = new Map([...selectionsIn(file, context)].map((selection) => [selection.literal, selection]));
  return [...seen.values()].filter((selection) => selection.model === context.model);
}
