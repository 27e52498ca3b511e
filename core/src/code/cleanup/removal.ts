import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import type { TransformContext } from "../contract/transform.js";
import { withoutParentheses, withParentheses } from "./tree.js";

/** How to remove scaffolding at one place. */
export interface Removal {
  /** The property, the statement, or only the expression that contains it. */
  readonly node: ts.Node;
  readonly kept: ts.Node;
  readonly splices: readonly Splice[];
  readonly what: string;
  readonly role?: "fallback";
  /** The node's text afterwards. */
  readonly text: string;
  readonly replaces: string;
}

/** Keeps only a part of an expression: `user.handle` of `{ handle: user.handle ?? "" }`. `{ handle: handle ?? "" }` becomes a shorthand. */
export function removalOf(
  expression: ts.Expression,
  kept: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): Removal | undefined {
  // Keeps parentheses that the rest may need.
  const outer = ts.isLeftHandSideExpression(kept) ? withParentheses(expression) : expression;
  const { parent } = withParentheses(expression);
  const copy = `copy of ${context.model.name}`;
  const literal = withoutParentheses(kept);
  if (ts.isSpreadAssignment(parent) && ts.isObjectLiteralExpression(literal)) {
    const [first, last] = [literal.properties[0], literal.properties.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const text = file.text.slice(first.getStart(file.ast), last.end);
    const splices = [{ start: parent.getStart(file.ast), end: parent.end, text }];
    const replaces = textOf(parent, file);
    return { node: parent, kept: literal, splices, what: describe(parent.parent, copy), text, replaces };
  }
  const read = textOf(kept, file);
  if (ts.isPropertyAssignment(parent)) {
    const name = textOf(parent.name, file);
    const isShort = read === name;
    const text = isShort ? name : `${name}: ${read}`;
    const start = isShort ? parent.getStart(file.ast) : parent.initializer.getStart(file.ast);
    const splices = [{ start, end: parent.end, text: read }];
    return { node: parent, kept, splices, what: describe(parent.parent, copy), text, replaces: textOf(parent, file) };
  }
  const statement = ts.isBinaryExpression(parent) ? parent.parent : undefined;
  const isAssigned = statement !== undefined && ts.isExpressionStatement(statement);
  const node = isAssigned ? statement : outer;
  const what = isAssigned ? describe(statement, copy) : describe(outer, whatOfExpression(context));
  return { node, kept, what, ...(!isAssigned && { role: "fallback" }), ...without(node, outer, kept, file) };
}

/** Keeps the assignment of `if (flags.isOn("…")) dto.handle = user.handle;`. */
export function removalOfIf(node: ts.IfStatement, file: SourceFile, context: TransformContext): Removal | undefined {
  const { thenStatement: then } = node;
  const kept = ts.isBlock(then) && then.statements.length === 1 ? then.statements[0] : then;
  if (kept === undefined || !ts.isExpressionStatement(kept) || node.elseStatement !== undefined) return undefined;
  const what = describe(node, `copy of ${context.model.name}`);
  return { node, kept, what, ...without(node, node, kept, file) };
}

/** The description of an expression that is not a property or an assignment. */
export function whatOfExpression({ field }: TransformContext): string {
  return `fallback of ${field.name}`;
}

function without(node: ts.Node, outer: ts.Node, kept: ts.Node, file: SourceFile) {
  const [start, from] = [node.getStart(file.ast), outer.getStart(file.ast)];
  const read = textOf(kept, file);
  const replaces = textOf(node, file);
  const text = replaces.slice(0, from - start) + read + replaces.slice(outer.end - start);
  const cuts = [
    { start: from, end: kept.getStart(file.ast), text: "" },
    { start: kept.end, end: outer.end, text: "" },
  ];
  return { splices: cuts.filter((cut) => cut.start < cut.end), text, replaces };
}
