import {
  describe,
  isTestFile,
  removeWritten,
  type Transform,
  type TransformContext,
  ts,
  undoPatterns,
  unwrap,
  updateRow,
  valueAt,
} from "@lockstep/core/codemods";
import { type ClientCall, callsByPath, clientCalls, inDoubt, unclearCalls } from "../calls/client-calls.js";

const id = "update-data";

/** Updates that change what the new column is computed from may have to set it too: the code alone knows whether it follows. */
export const updateData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const { node, what } of updatesIn(clientCalls(file, context), context)) {
      yield* updateRow(node, what, file, context);
    }
    for (const { node, what } of updatesIn(unclearCalls(file, context), context)) {
      for (const found of updateRow(node, what, file, context)) yield inDoubt(found, context);
    }
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => updatesIn(callsByPath(each, context), context), file, context);
    yield* undoPatterns(id, file, context);
  },
};

/** The literals that change rows of the model. */
function* updatesIn(
  calls: Iterable<ClientCall>,
  context: TransformContext,
): Iterable<{ readonly node: ts.ObjectLiteralExpression; readonly what: string }> {
  for (const { call, args, model, method, label } of calls) {
    if (model !== context.model || args === undefined) continue;
    const key = method === "upsert" ? "update" : method.startsWith("update") ? "data" : undefined;
    const value = key && valueAt(args, key);
    const literal = value && unwrap(value);
    if (literal === undefined || !ts.isObjectLiteralExpression(literal)) continue;
    yield { node: literal, what: describe(call, `${key} of ${label}`) };
  }
}
