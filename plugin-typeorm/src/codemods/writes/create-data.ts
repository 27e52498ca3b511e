import {
  assignmentOf,
  candidateFor,
  dropUnusedFallbacks,
  enclosingName,
  type Finding,
  findWritten,
  isTestFile,
  keysOfSpread,
  memoized,
  propertiesOf,
  removeStatement,
  restoreFallbacks,
  type SourceFile,
  spreadConstants,
  spreadsOf,
  type Transform,
  type TransformContext,
  takeItem,
  textOf,
  ts,
  undoPatterns,
  unwrap,
  type WrittenNode,
  withCurrentEdits,
} from "@lockstep/core/codemods";
import { listConstructors } from "../instances/constructed-rows.js";
import { madeInstances } from "../instances/made-instances.js";
import { concerns } from "../receivers/entities.js";
import { fillInstance, offerInstance, whatOfInstance } from "./fill-instance.js";
import { holderOf } from "./fill-path.js";
import { fillRow, offerRow } from "./fill-row.js";
import { otherWrites } from "./other-writes.js";
import { unseenWriters } from "./unseen-writers.js";
import { writtenRows } from "./written-rows.js";

const id = "create-data";

/** Makes every new row of the entity set the column. */
export const createData: Transform = {
  id,
  intents: ["write", "dropFallback"],
  servesPaths: true,

  *find(file, context) {
    if (context.intent.kind === "dropFallback") {
      yield* dropUnusedFallbacks(writtenRowsOf(withCurrentEdits(id, context)), file, context);
      return;
    }
    if (context.intent.value.kind === "none") {
      for (const row of writtenRows(file, context))
        if (concerns(row.model, context)) yield* offerRow(row, file, context);
      for (const instance of madeInstances(file, context))
        if (concerns(instance.model, context)) yield* offerInstance(instance, file, context);
      return;
    }
    for (const row of writtenRows(file, context)) if (concerns(row.model, context)) yield* fillRow(row, file, context);
    for (const instance of madeInstances(file, context)) {
      if (concerns(instance.model, context)) yield* fillInstance(instance, file, context);
    }
    yield* listConstructors(file, context);
    yield* unseenWriters(file, context);
    yield* listOthers(file, context);
  },

  restore: (file, context) => restoreFallbacks(id, file, context),

  *undo(file, context) {
    yield* undoPatterns(id, file, context);
    for (const { node, what, file: its } of writtenRowsOf(context)) {
      if (its !== file) continue;
      const text = textOf(node, file);
      if (ts.isExpressionStatement(node)) {
        yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: text };
      } else if (ts.isObjectLiteralExpression(node)) yield withoutSpread(node, what, file);
      else {
        const edit = takeItem(node, what, file);
        if (edit !== undefined) yield edit;
      }
    }
  },
};

const writtenRowsOf = memoized((context) => findWritten(id, placesOf(context), context));

/** All that sets a field of a row: properties of literals that become one, and assignments. */
function placesOf(context: TransformContext): readonly WrittenNode[] {
  const found = new Map<ts.Node, WrittenNode>();
  const add = (node: ts.Node, file: SourceFile, what: string) => found.set(node, { node, file, what });
  // `...(handle !== undefined && { handle })`
  const isOfField = (spread: ts.SpreadAssignment) => keysOfSpread(spread)?.has(context.field.name) === true;
  for (const file of context.project.files) {
    for (const { value, what, model } of writtenRows(file, context)) {
      const literal = unwrap(value);
      if (!concerns(model, context) || !ts.isObjectLiteralExpression(literal)) continue;
      for (const part of spreadConstants(literal, file)) {
        const own = propertiesOf(part).get(context.field.name);
        if (own !== undefined) add(own, file, what);
      }
      for (const spread of spreadsOf(literal)) if (isOfField(spread)) add(spread, file, what);
      const at = holderOf(literal, context.field.name);
      const property = at && propertiesOf(at.holder).get(at.name);
      if (property === undefined) continue;
      add(property, file, what);
      if (literal.properties.length === 2 && spreadsOf(literal).length === 1) add(literal, file, what);
    }
    for (const statement of file.nodes(ts.SyntaxKind.ExpressionStatement)) {
      const isField = assignmentOf(statement)?.member === context.field.name;
      if (isField) add(statement, file, whatOfInstance(statement, context));
    }
  }
  return [...found.values()];
}

/** The original spread, instead of the literal that `spreadDto` made of it. */
function withoutSpread(literal: ts.ObjectLiteralExpression, what: string, file: SourceFile): Finding {
  const [spread] = spreadsOf(literal);
  const text = spread === undefined ? "" : textOf(spread.expression, file);
  const splice = { start: literal.getStart(file.ast), end: literal.end, text };
  return { kind: "edit", splices: [splice], what, text: "", replaces: textOf(literal, file) };
}

/** Calls that look like writes but have another receiver. A person decides whether they take the column too. */
function* listOthers(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isTestFile(file)) return;
  for (const { literal, what, reason, isUnknown } of otherWrites(file, context)) {
    const advice = `not known as a call of TypeORM (${reason}); add ${context.field.name} if it takes it`;
    const names = [...propertiesOf(literal).keys()];
    const anchor = enclosingName(literal);
    const listed = { family: "create", tie: "doubtful", node: literal, what, anchor, names, advice } as const;
    const found = candidateFor(listed, file, context);
    if (found !== undefined) yield isUnknown ? { ...found, mayLeaveOut: true } : found;
  }
}
