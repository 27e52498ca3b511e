import {
  type Container,
  describe,
  removeWritten,
  type SourceFile,
  type Transform,
  type TransformContext,
  textOf,
  ts,
  widenSelection,
} from "@lockstep/core/codemods";
import { inDoubt } from "../calls/client-calls.js";
import { type Selection, selectionsIn, unclearSelections } from "./selections.js";

const id = "select";

/** Selects that name all fields of the model read the new column too. For those that name a part, a person decides. */
export const select: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const { literal, what, type: declared } of ofModel(file, context)) {
      const found = widenSelection(literal, describe(literal, what), file, context);
      const type = declared ?? ownTypeOf(literal);
      const caution = type && `\`${textOf(type, file)}\` may not take it`;
      if (found !== undefined) yield found.kind === "candidate" && caution ? { ...found, caution } : found;
    }
    for (const { literal, what } of unclearIn(file, context)) {
      const found = widenSelection(literal, describe(literal, what), file, context);
      if (found !== undefined) yield inDoubt(found, context);
    }
  },

  undo: (file, context) => removeWritten(id, (each) => selectsIn(each, context), file, context),
};

/** `{ … } satisfies Columns`, whose type is not Prisma's. */
function ownTypeOf(literal: ts.ObjectLiteralExpression): ts.TypeNode | undefined {
  let { parent }: ts.Node = literal;
  while (ts.isAsExpression(parent) || ts.isParenthesizedExpression(parent)) parent = parent.parent;
  const type = ts.isSatisfiesExpression(parent) ? parent.type : undefined;
  return type !== undefined && /Select\b/.test(type.getText()) ? undefined : type;
}

function selectsIn(file: SourceFile, context: TransformContext): readonly Container[] {
  return [...ofModel(file, context), ...unclearIn(file, context)].map(({ literal, what }) => ({
    node: literal,
    what: describe(literal, what),
  }));
}

/** Those of unclear calls, unless their type identifies the owner. */
function unclearIn(file: SourceFile, context: TransformContext): readonly Selection[] {
  const found = [...unclearSelections(file, context)].filter(({ model }) => model === context.model);
  const known = new Set(found.length === 0 ? [] : ofModel(file, context).map(({ literal }) => literal));
  return found.filter(({ literal }) => !known.has(literal));
}

function ofModel(file: SourceFile, context: TransformContext): readonly Selection[] {
  const seen = new Map([...selectionsIn(file, context)].map((selection) => [selection.literal, selection]));
  return [...seen.values()].filter((selection) => selection.model === context.model);
}
