import {
  type Container,
  changedElsewhere,
  describe,
  type Finding,
  isTestFile,
  literalsOf,
  literalsOfVariable,
  mirrorSources,
  nameOf,
  propertiesOf,
  removeAssignments,
  removeWritten,
  type SourceFile,
  spreadsOf,
  type Transform,
  type TransformContext,
  ts,
  undoPatterns,
  unseenChange,
  updateRow,
} from "@lockstep/core/codemods";
import { type ClientCall, callsByPath, clientCalls, inDoubt, unclearCalls } from "../calls/client-calls.js";
import { createdLiterals } from "./create-data.js";
import { literalLookup, offeredInputs } from "./input-literals.js";
import { rowsChangedBy } from "./written-rows.js";

const id = "update-data";

/** Updates of the new column's source may have to set it too: only the code determines whether the column follows. */
export const updateData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file)) return;
    // Rows created with the same literal get the column from there.
    const isMirror = mirrorSources(context).length > 0;
    const created = new Set<ts.Node>(isMirror ? createdLiterals(file, context) : []);
    for (const { node, what } of updatesIn(clientCalls(file, context), file, context)) {
      if (!ts.isObjectLiteralExpression(node)) yield* changedElsewhere(node, what, file, context);
      else if (!created.has(node)) yield* updateRow(node, what, file, context);
    }
    yield* listUnseen(file, context);
    for (const { node, what } of updatesOf(unclearCalls(file, context), file, context)) {
      if (!ts.isObjectLiteralExpression(node)) continue;
      for (const found of updateRow(node, what, file, context)) yield inDoubt(found, context);
    }
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => literalsIn(each, context), file, context);
    yield* undoPatterns(id, file, context);
    yield* removeAssignments(id, file, context);
  },
};

interface UpdatedRow {
  readonly node: ts.Expression;
  readonly what: string;
}

/** The literals that may have been edited, as far as the path of the call shows. */
function* literalsIn(file: SourceFile, context: TransformContext): Iterable<Container> {
  for (const { node, what } of updatesIn(callsByPath(file, context), file, context))
    if (ts.isObjectLiteralExpression(node)) yield { node, what };
}

/** Updates of the model's rows: in calls, and in literals typed as an argument of such a call. */
function* updatesIn(calls: Iterable<ClientCall>, file: SourceFile, context: TransformContext): Iterable<UpdatedRow> {
  const seen = new Set<ts.Node>();
  for (const each of updatesOf(calls, file, context)) {
    seen.add(each.node);
    yield each;
  }
  for (const { value, what } of offeredInputs(file, "update", context))
    if (!seen.has(value)) yield { node: value, what };
}

/** `prisma.user.update(args)`: the call receives the update inside a whole object. */
function* listUnseen(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (mirrorSources(context).length === 0) return;
  for (const { call, args, model, method, label } of clientCalls(file, context)) {
    const key = method === "upsert" ? "update" : method.startsWith("update") ? "data" : undefined;
    if (model !== context.model || key === undefined || (args && propertiesOf(args).has(key))) continue;
    const whole = args === undefined ? call.arguments[0] : spreadsOf(args)[0]?.expression;
    if (whole !== undefined) yield unseenChange(call, whole, describe(call, `${key} of ${label}`), file, context);
  }
}

/** The values that calls update rows with. */
function* updatesOf(calls: Iterable<ClientCall>, file: SourceFile, context: TransformContext): Iterable<UpdatedRow> {
  const isMirror = mirrorSources(context).length > 0;
  const behind = isMirror ? literalLookup(context) : { project: context.project, isGiven };
  for (const call of calls) {
    for (const { model, value, what } of rowsChangedBy(call, context.models)) {
      if (model !== context.model) continue;
      const literals = literalsOfVariable(value, file, behind) ?? literalsOf(value);
      for (const node of literals) yield { node, what: describe(call.call, what) };
    }
  }
}

/** Whether a use of a constant passes it to an update of existing rows: `data`, `data: changes`, `update: changes`. */
function isGiven({ parent }: ts.Identifier): boolean {
  const isProperty = ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent);
  return isProperty && /^(?:data|update)$/.test(nameOf(parent.name) ?? "");
}
