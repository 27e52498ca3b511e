import {
  type AssignmentGroup,
  assignmentGroupsIn,
  assignmentOf,
  type Container,
  changedElsewhere,
  describe,
  type Finding,
  findWritten,
  isTestFile,
  literalsOf,
  memoized,
  mirrorSources,
  pathOf,
  removeStatement,
  removeWritten,
  rowShapeOfValue,
  type SourceFile,
  sourceAmong,
  type Transform,
  type TransformContext,
  textOf,
  ts,
  undoPatterns,
  unseenChange,
  unwrap,
  updateInstance,
  updateRow,
  type WrittenNode,
} from "@lockstep/core/codemods";
import { type EntityCall, entityCalls } from "../calls/entity-calls.js";
import { concerns } from "../receivers/entities.js";
import { isFollowed } from "./fill-instance.js";
import { madeInstances } from "./made-instances.js";
import { writtenRows } from "./written-rows.js";

const id = "update-data";

/** Updates of the new column's source may have to set it too: only the code determines whether the column follows. */
export const updateData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (isTestFile(file)) return;
    const isMirror = mirrorSources(context).length > 0;
    // Rows created with the same literal get the column from there.
    const created = new Set<ts.Node>(isMirror ? writtenRows(file, context).map(({ value }) => unwrap(value)) : []);
    const updates = [...updatesIn(file, context), ...(isMirror ? assignedIn(file, context) : [])];
    for (const { node, what } of updates) {
      if (!ts.isObjectLiteralExpression(node)) yield* changedElsewhere(node, what, file, context);
      else if (!created.has(node)) yield* updateRow(node, what, file, context);
    }
    if (isMirror) yield* listCounted(file, context);
    for (const { group, name, what } of changedRows(file, context))
      yield* updateInstance(group, name, what, file, context);
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => literalsIn(each, context), file, context);
    yield* undoPatterns(id, file, context);
    for (const { node, what, file: its } of writtenAssignments(context)) {
      if (its !== file) continue;
      yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: textOf(node, file) };
    }
  },
};

const writtenAssignments = memoized((context) => findWritten(id, assignmentsOf(context), context));

/** All statements that may have been written after an update of a row. */
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
  const instances = madeInstances(file, context);
  for (const group of assignmentGroupsIn(file)) {
    const { owner, values } = group;
    const name = textOf(owner, file);
    const changes = sourceAmong(values.keys(), context) !== undefined;
    const made = ts.isIdentifier(owner) ? instances.filter((each) => each.name === name) : [];
    const isFollowing = made.some((each) => isFollowed(each, context));
    if (!isFollowing && !(ts.isIdentifier(owner) || changes)) continue;
    if (!isFollowing && rowShapeOfValue(owner, file, context) !== "row") continue;
    const isSet = context.columns.some((column) => values.has(column.name));
    const isNew = made.some((each) => (changes ? !isFollowed(each, context) : !each.mayBeFound));
    if (isSet && !isNew) yield { group, name, what: whatOf(owner, context) };
  }
}

/** `Object.assign(user, changes)` over a row that was read. */
function* assignedIn(file: SourceFile, context: TransformContext): Iterable<UpdatedRow> {
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    const [target, ...values] = call.arguments;
    if (target === undefined || pathOf(call.expression).join(".") !== "Object.assign") continue;
    if (ts.isNewExpression(unwrap(target)) || rowShapeOfValue(target, file, context) !== "row") continue;
    const name = textOf(target, file);
    if (madeInstances(file, context).some((each) => each.name === name && !each.mayBeFound)) continue;
    for (const node of values.flatMap((each) => [...literalsOf(each)])) yield { node, what: whatOf(target, context) };
  }
}

/** `users.increment({ id }, "visits", 1)` */
function* listCounted(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { call, method, model, args, label } of entityCalls(file, context)) {
    if (!/^(?:in|de)crement$/.test(method) || !concerns(model, context)) continue;
    const column = args[1] && unwrap(args[1]);
    const isNamed = column !== undefined && ts.isStringLiteralLike(column);
    const source = isNamed ? sourceAmong([column.text], context) : undefined;
    const what = describe(call, `update of ${label}`);
    if (column !== undefined && !isNamed) yield unseenChange(call, column, what, file, context);
    if (source === undefined) continue;
    const reason = `changes ${source.name}, which ${context.field.name} follows: set both by update()`;
    yield { kind: "place", certainty: "required", offset: call.getStart(file.ast), what, reason };
  }
}

/** The literals that may have been edited. */
function* literalsIn(file: SourceFile, context: TransformContext): Iterable<Container> {
  for (const { node, what } of [...updatesIn(file, context), ...assignedIn(file, context)])
    if (ts.isObjectLiteralExpression(node)) yield { node, what };
}

interface UpdatedRow {
  readonly node: ts.Expression;
  readonly what: string;
}

/** The values of updates of the model's rows. */
function* updatesIn(file: SourceFile, context: TransformContext): Iterable<UpdatedRow> {
  for (const found of entityCalls(file, context)) {
    if (!concerns(found.model, context) || fillsNew(found, file, context)) continue;
    const what = describe(found.call, found.builder ? `set of update ${found.model.name}` : `update of ${found.label}`);
    for (const node of valuesOf(found).flatMap((value) => [...literalsOf(value)])) yield { node, what };
  }
}

/** `users.merge(users.create(), dto)`, and the same with a row that was created before. */
function fillsNew({ method, args }: EntityCall, file: SourceFile, context: TransformContext): boolean {
  const [target] = args;
  if (method !== "merge" || target === undefined || !ts.isIdentifier(target)) return false;
  return madeInstances(file, context).some(({ name, mayBeFound }) => name === target.text && !mayBeFound);
}

/** The changes that a call makes to existing rows. */
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
