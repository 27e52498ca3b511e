import {
  type AssignmentGroup,
  assignmentGroupsIn,
  type Container,
  changedElsewhere,
  changeGroupsIn,
  describe,
  type Finding,
  isTestFile,
  literalsOf,
  literalsOfVariable,
  mirrorSources,
  pathOf,
  removeAssignments,
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
  whatOfChange,
} from "@lockstep/core/codemods";
import { type EntityCall, entityCalls } from "../calls/entity-calls.js";
import { madeInstances } from "../instances/made-instances.js";
import { concerns } from "../receivers/entities.js";
import { isFollowed } from "./fill-instance.js";
import { offerOverwrite, overwrittenColumnsIn } from "./overwritten-columns.js";
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
    const updates = [...updatesIn(file, context), ...assignedIn(file, context)];
    for (const { node, what } of updates) {
      if (!ts.isObjectLiteralExpression(node)) yield* changedElsewhere(node, what, file, context);
      else if (!created.has(node)) yield* updateRow(node, what, file, context);
    }
    yield* offerOverwrite(file, context);
    if (isMirror) yield* listCounted(file, context);
    for (const { group, name, what } of changedRows(file, context))
      yield* updateInstance(group, name, what, file, context);
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => literalsIn(each, context), file, context);
    yield* undoPatterns(id, file, context);
    yield* removeAssignments(id, file, context);
  },
};

/** Rows that were read and are changed field by field: `const user = await users.findOneBy({ id }); user.email = …;` */
function* changedRows(
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly group: AssignmentGroup; readonly name: string; readonly what: string }> {
  const instances = madeInstances(file, context);
  // A mirror is set under the condition of its source.
  const groups = mirrorSources(context).length > 0 ? assignmentGroupsIn(file) : changeGroupsIn(file);
  for (const group of groups) {
    const { owner, values } = group;
    const name = textOf(owner, file);
    const changes = sourceAmong(values.keys(), context) !== undefined;
    const made = ts.isIdentifier(owner) ? instances.filter((each) => each.name === name) : [];
    const isFollowing = made.some((each) => isFollowed(each, context));
    if (!isFollowing && !(ts.isIdentifier(owner) || changes)) continue;
    if (!isFollowing && rowShapeOfValue(owner, file, context) !== "row") continue;
    const isSet = context.columns.some((column) => values.has(column.name));
    const isNew = made.some((each) => (changes ? !isFollowed(each, context) : !each.mayBeFound));
    if (isSet && !isNew) yield { group, name, what: whatOfChange(owner, context) };
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
    for (const node of values.flatMap((each) => [...literalsOf(each)]))
      yield { node, what: whatOfChange(target, context) };
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
  yield* overwrittenColumnsIn(file, context);
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
    const behind = { project: context.project, isGiven: isChange };
    for (const value of valuesOf(found))
      for (const node of literalsOfVariable(value, file, behind) ?? literalsOf(value)) yield { node, what };
  }
}

/** Whether a use of a constant passes it to an update of existing rows: `users.update(id, changes)`. */
function isChange(use: ts.Identifier): boolean {
  const { parent } = use;
  if (!ts.isCallExpression(parent) || !parent.arguments.includes(use)) return false;
  return /^(?:update|updateAll|set|merge|preload|assign)$/.test(pathOf(parent.expression).at(-1) ?? "");
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
