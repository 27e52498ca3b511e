import type { PlannedEdit } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { lineAt, type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { type EditFinding, earlierOf, type Finding, type TransformContext } from "../contract/transform.js";
import { namesColumns } from "../types/row-literals.js";
import type { WrittenNode } from "../write/find-written.js";
import { bare } from "../write/property-edit.js";
import { destructuredKeys } from "./input-shape.js";
import { type InputType, inputTypeOf } from "./input-type.js";

/**
 * Removes the fill from rows if callers must send the field now: `handle: body.handle ?? …` becomes `handle: body.handle`.
 *
 * @param written what an edit of expand wrote: a property, an assignment, a literal around a whole value
 */
export function* dropUnusedFallbacks(
  written: Iterable<WrittenNode>,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const open = new Set(fieldsSet(file, context).filter(({ value }) => isUnused(value, file, context)));
  for (const { node, what, file: its } of written) {
    const set = its === file ? [...open].find(({ around }) => around.includes(node)) : undefined;
    if (set === undefined) continue;
    open.delete(set);
    const { property } = set;
    const value = set.value as ts.BinaryExpression;
    const left = textOf(value.left, file);
    const isShort = ts.isPropertyAssignment(property) && left === textOf(property.name, file);
    const start = (isShort ? property : value).getStart(file.ast);
    const text = file.text.slice(node.getStart(file.ast), start) + left + file.text.slice(value.end, node.end);
    const splices = [{ start, end: value.end, text: left }];
    yield { kind: "edit", splices, what, text, replaces: textOf(node, file) };
  }
  if (isTestFile(file)) return;
  // People wrote these or changed them since.
  for (const { property, value } of open) {
    if (!isOfRow(property, file, context)) continue;
    const fill = textOf((value as ts.BinaryExpression).right, file);
    const reason = `callers have to send ${context.field.name} now: \`${fill}\` is never used`;
    const what = describe(property, `row of ${context.model.name}`);
    yield { kind: "place", certainty: "possible", offset: value.getStart(file.ast), what, reason };
  }
}

/** Whether it is a row of the model by its names, or in a file where an assignment was filled. */
function isOfRow({ parent }: ts.Node, file: SourceFile, context: TransformContext): boolean {
  if (ts.isObjectLiteralExpression(parent)) return namesColumns(parent, 2, context);
  return context.earlier.some((edit) => edit.phase === "expand" && edit.file === file.file && isAssignedIn(edit));
}

/** `user.handle = …` */
function isAssignedIn({ text, field }: PlannedEdit): boolean {
  return text.includes(`.${field} = `);
}

/** Whether a value is a required choice with a fallback. */
function isUnused(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const isChoice = ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
  return isChoice && isAlwaysSent(value.left, file, context);
}

/** Restores the fills that `dropUnusedFallbacks` removed. */
export function* restoreFallbacks(
  transform: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<EditFinding> {
  const taken: ts.Node[] = [];
  const isFree = (node: ts.Node) => taken.every((each) => each.end <= node.pos || node.end <= each.pos);
  const nodes = fieldsSet(file, context).flatMap(({ around }) => around);
  for (const { file: its, text, what, line, replaces } of earlierOf(transform, context)) {
    if (its !== file.file || replaces === undefined) continue;
    const distance = (node: ts.Node) => Math.abs(lineAt(file.text, node.getStart(file.ast)) - line);
    const [nearest] = nodes
      .filter((node) => isFree(node) && bare(textOf(node, file)) === bare(text))
      .sort((a, b) => distance(a) - distance(b));
    if (nearest === undefined) continue;
    taken.push(nearest);
    const splice = { start: nearest.getStart(file.ast), end: nearest.end, text: replaces };
    yield { kind: "edit", splices: [splice], what, text: replaces, replaces: textOf(nearest, file) };
  }
}

interface FieldSet {
  /** `handle: …`, or `user.handle = …;` */
  readonly property: ts.Node;
  readonly value: ts.Expression;
  /** The whole text that an edit may have written, including `data: { ...input, handle: … }`. */
  readonly around: readonly ts.Node[];
}

/** Everything that sets the field in a file, in literals and by assignments. */
function fieldsSet(file: SourceFile, { field }: TransformContext): readonly FieldSet[] {
  return file.identifiers(field.name).flatMap((name): readonly FieldSet[] => {
    const { parent } = name;
    const isAssigned = ts.isPropertyAssignment(parent) && parent.name === name;
    if (isAssigned || ts.isShorthandPropertyAssignment(parent)) {
      const around = [parent.parent.parent, parent.parent, parent];
      return [{ property: parent, value: isAssigned ? parent.initializer : name, around }];
    }
    const set = parent.parent;
    const isMember = ts.isPropertyAccessExpression(parent) && ts.isBinaryExpression(set) && set.left === parent;
    if (!isMember || !ts.isExpressionStatement(set.parent)) return [];
    return [{ property: set.parent, value: set.right, around: [set.parent] }];
  });
}

/** Whether a choice is always present: `body.handle`, or `handle` destructured from the body. */
function isAlwaysSent(choice: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  // `body?.handle`: the body may be missing.
  if (ts.isOptionalChain(choice)) return false;
  if (ts.isPropertyAccessExpression(choice)) {
    const { expression: owner, name } = choice;
    const sent = inputTypeOf(owner, file, context);
    if (sent === undefined || isModel(sent, context) || destructuredKeys(owner).has(name.text)) return false;
    return name.text === sent.key && sent.isRequired(name.text);
  }
  const element = ts.isIdentifier(choice) ? declarationOf(choice) : undefined;
  if (element === undefined || !ts.isBindingElement(element) || !ts.isObjectBindingPattern(element.parent))
    return false;
  const key = element.propertyName ?? element.name;
  const sent = inputTypeOf(element.parent, file, context);
  const isField = ts.isIdentifier(key) && key.text === context.field.name;
  return sent !== undefined && isField && !isModel(sent, context) && sent.isRequired(key.text);
}

/** Rows are read, not sent. */
function isModel({ declared }: InputType, context: TransformContext): boolean {
  return declared.some(({ node, file }) => context.orm.isModel?.(node, file, context) === true);
}
