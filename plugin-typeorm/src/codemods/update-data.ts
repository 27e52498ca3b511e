import {
  describe,
  isTestFile,
  literalsOf,
  type SourceFile,
  type Transform,
  type TransformContext,
  ts,
} from "@lockstep/core/codemods";
import { concerns } from "./entities.js";
import { type EntityCall, entityCalls } from "./entity-calls.js";
import { judgeUpdate } from "./judge-update.js";
import { madeInstances } from "./made-instances.js";

/** Updates that change what the new column is computed from may have to set it too: the code alone knows whether it follows. */
export const updateData: Transform = {
  id: "update-data",
  intents: ["write"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const found of entityCalls(file, context)) {
      if (!concerns(found.model, context) || fillsNew(found, file, context)) continue;
      for (const value of valuesOf(found)) {
        for (const literal of literalsOf(value)) {
          if (!ts.isObjectLiteralExpression(literal)) continue;
          const what = describe(
            found.call,
            found.builder ? `set of update ${found.model.name}` : `update of ${found.label}`,
          );
          const place = judgeUpdate(literal, what, file, context);
          if (place !== undefined) yield place;
        }
      }
    }
  },
};

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
