import {
  type AssignmentGroup,
  assignmentGroupsIn,
  assignmentOf,
  describe,
  findWritten,
  isTestFile,
  literalsOf,
  memoized,
  removeStatement,
  removeWritten,
  rowShapeOfValue,
  type SourceFile,
  type Transform,
  type TransformContext,
  textOf,
  ts,
  undoPatterns,
  updateInstance,
  updateRow,
  type WrittenNode,
} from "@lockstep/core/codemods";
import { type EntityCall, entityCalls } from "../calls/entity-calls.js";
import { concerns } from "../receivers/entities.js";
import { madeInstances } from "./made-instances.js";

const id = "update-data";

/** Updates that change what the new column is computed from may have to set it too: the code alone knows whether it follows. */
export const updateData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const { node, what } of updatesIn(file, context)) yield* updateRow(node, what, file, context);
    for (const { group, name, what } of changedRows(file, context))
      yield* updateInstance(group, name, what, file, context);
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => updatesIn(each, context), file, context);
    yield* undoPatterns(id, file, context);
    for (const { node, what, file: its } of writtenAssignments(context)) {
      if (its !== file) continue;
      yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: textOf(node, file) };
    }
  },
};

const writtenAssignments = memoized((context) => findWritten(id, assignmentsOf(context), context));

/** All statements that may have been written behind those that change a row. */
function assignmentsOf(context: TransformContext): readonly WrittenNode<ts.ExpressionStatement>[] {
  return context.project.files.flatMap((file) =>
    file
      .nodes(ts.SyntaxKind.ExpressionStatement)
      .filter((node) => assignmentOf(node)?.member === context.field.name)
      .map((node) => ({ node, file, what: whatOf(node, context) })),
  );
}

function whatOf(node: ts.Node, context: TransformContext): string {
  return describe(node, `change of ${context.model.name}`);
}

/** Rows that were read and are changed field by field: `const user = await users.findOneBy({ id }); user.email = …;` */
function* changedRows(
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly group: AssignmentGroup; readonly name: string; readonly what: string }> {
  for (const group of assignmentGroupsIn(file)) {
    const { owner, values } = group;
    if (!ts.isIdentifier(owner) || rowShapeOfValue(owner, file, context) !== "row") continue;
    const isSet = context.columns.some((column) => values.has(column.name));
    const isNew = madeInstances(file, context).some(({ name, mayBeFound }) => name === owner.text && !mayBeFound);
    if (isSet && !isNew) yield { group, name: owner.text, what: whatOf(owner, context) };
  }
}

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
