import {
  describe,
  isTestFile,
  literalsOf,
  type SourceFile,
  type Transform,
  type TransformContext,
  takeBackWritten,
  ts,
  updateRow,
} from "@lockstep/core/codemods";
import { concerns } from "./entities.js";
import { type EntityCall, entityCalls } from "./entity-calls.js";
import { madeInstances } from "./made-instances.js";

const id = "update-data";

/** Updates that change what the new column is computed from may have to set it too: the code alone knows whether it follows. */
export const updateData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const { node, what } of updatesIn(file, context)) {
      const found = updateRow(node, what, file, context);
      if (found !== undefined) yield found;
    }
  },

  undo: (file, context) => takeBackWritten(id, (each) => updatesIn(each, context), file, context),
};

/** The literals that change rows of the model. */
function* updatesIn(
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly node: ts.ObjectLiteralExpression; readonly what: string }> {
  for (const found of entityCalls(file, context)) {
    if (!concerns(found.model, context) || fillsNew(found, file, context)) continue;
    const what = describe(found.call, found.builder ? `set of update ${found.model.name}` : `update of ${found.label}`);
    for (const literal of valuesOf(found).flatMap((value) => [...literalsOf(value)]))
      if (ts.isObjectLiteralExpression(literal)) yield { node: literal, what };
  }
}

/** `users.merge(users.create(), dto)`, and the same with a row that was made before. */
function fillsNew({ method, args }: EntityCall, file: SourceFile, context: TransformContext): boolean {
  const [target] = args;
  if (method !== "merge" || target === undefined || !ts.isIdentifier(target)) return false;
  return madeInstances(file, context).some(({ name, mayBeFound }) => name === target.text && !mayBeFound);
}

/** What a call changes in rows that exist. */
function valuesOf({ method, args, builder }: EntityCall): readonly ts.Expression[] {
  if (builder !== undefined) {
    if (method === "set" && builder.verb === "update") return args.slice(0, 1);
    // `.update({ … })`, `.update(User, { … })`
    return method === "update" ? args.slice(0, 2) : [];
  }
  switch (method) {
    case "update":
    case "merge":
      return args.slice(1);
    case "updateAll":
    case "preload":
      return args.slice(0, 1);
    default:
      return [];
  }
}
