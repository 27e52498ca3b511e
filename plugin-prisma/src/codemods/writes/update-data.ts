import {
  describe,
  isTestFile,
  literalsOfVariable,
  nameOf,
  removeWritten,
  type SourceFile,
  type Transform,
  type TransformContext,
  ts,
  undoPatterns,
  unwrap,
  updateRow,
  valueAt,
} from "@lockstep/core/codemods";
import { type ClientCall, callsByPath, clientCalls, inDoubt, unclearCalls } from "../calls/client-calls.js";
import { offeredInputs } from "./input-literals.js";

const id = "update-data";

/** Updates that change what the new column is computed from may have to set it too: the code alone knows whether it follows. */
export const updateData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const { node, what } of updatesIn(clientCalls(file, context), file, context)) {
      yield* updateRow(node, what, file, context);
    }
    for (const { node, what } of updatesOf(unclearCalls(file, context), file, context)) {
      for (const found of updateRow(node, what, file, context)) yield inDoubt(found, context);
    }
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => updatesIn(callsByPath(each, context), each, context), file, context);
    yield* undoPatterns(id, file, context);
  },
};

interface UpdatedRow {
  readonly node: ts.ObjectLiteralExpression;
  readonly what: string;
}

/** The literals that change rows of the model: in calls, and typed as what such a call takes. */
function* updatesIn(calls: Iterable<ClientCall>, file: SourceFile, context: TransformContext): Iterable<UpdatedRow> {
  const seen = new Set<ts.Node>();
  for (const each of updatesOf(calls, file, context)) {
    seen.add(each.node);
    yield each;
  }
  for (const { value, what } of offeredInputs(file, "update", context))
    if (!seen.has(value)) yield { node: value, what };
}

/** The literals that calls are given. */
function* updatesOf(calls: Iterable<ClientCall>, file: SourceFile, context: TransformContext): Iterable<UpdatedRow> {
  const behind = { project: context.project, isGiven };
  for (const { call, args, model, method, label } of calls) {
    if (model !== context.model || args === undefined) continue;
    const key = method === "upsert" ? "update" : method.startsWith("update") ? "data" : undefined;
    const value = key && valueAt(args, key);
    if (value === undefined) continue;
    const what = describe(call, `${key} of ${label}`);
    for (const literal of literalsOfVariable(value, file, behind) ?? [unwrap(value)])
      if (ts.isObjectLiteralExpression(literal)) yield { node: literal, what };
  }
}

/** Whether a use of a constant hands it to a write of rows that exist: `data`, `data: changes`, `update: changes`. */
function isGiven({ parent }: ts.Identifier): boolean {
  const isProperty = ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent);
  return isProperty && /^(?:data|update)$/.test(nameOf(parent.name) ?? "");
}
