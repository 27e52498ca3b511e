import type { EntityField } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { pathOf, unwrap } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isOfType, mayBeFalsy } from "../contract/pattern-columns.js";

/** The text of another column, and how it becomes that of the new one. */
export interface Sibling {
  readonly column: EntityField;
  readonly field: EntityField;
  /** Renames the column in a text. */
  rename(text: string): string;
}

/**
 * The code that sets another column, for the new one: `...(body.name && { name: body.name })`, `body.seats || 5`. A test that loses values of
 * the new column becomes `!== undefined`, and `||` becomes `??`: `false` and 0 are values.
 *
 * @returns undefined if the code fits no other column: `body.name.length > 2 ? body.name : undefined`
 */
export function siblingForm(node: ts.Node, sibling: Sibling, file: SourceFile): string | undefined {
  const { column, field, rename } = sibling;
  const isAlike = isOfType(column, field);
  const isKept = isAlike && !mayBeFalsy(field);
  const edits: { readonly at: ts.Node; readonly text: string }[] = [];
  let isFit = true;
  const isAbout = (each: ts.Node) => rename(textOf(each, file)) !== textOf(each, file);
  const test = (each: ts.Expression): void => {
    if (!isAbout(each) || testsExistence(each)) return;
    const found = testOf(each);
    if (found === undefined) isFit &&= isAlike;
    else if (!isKept && !(isAlike && found.kind === "type"))
      edits.push({
        at: each,
        text: `${rename(textOf(found.value, file))} ${found.kind === "lacks" ? "===" : "!=="} undefined`,
      });
  };
  const visit = (each: ts.Node): void => {
    if (ts.isConditionalExpression(each)) {
      for (const one of testsIn(each.condition)) test(one);
      visit(each.whenTrue);
      visit(each.whenFalse);
      return;
    }
    const operator = ts.isBinaryExpression(each) ? each.operatorToken : undefined;
    if (ts.isBinaryExpression(each) && operator?.kind === ts.SyntaxKind.AmpersandAmpersandToken && isSpread(each)) {
      for (const one of testsIn(each.left)) test(one);
      visit(each.right);
      return;
    }
    if (ts.isBinaryExpression(each) && operator?.kind === ts.SyntaxKind.BarBarToken && !isKept && isAbout(each.left)) {
      // Without parentheses, `??` may not stand beside `&&`.
      isFit &&= ![each.left, each.right].some(isAnd);
      edits.push({ at: operator, text: "??" });
    }
    ts.forEachChild(each, visit);
  };
  visit(node);
  if (!isFit) return undefined;
  let [text, at] = ["", node.getStart(file.ast)];
  for (const edit of edits.toSorted((a, b) => a.at.pos - b.at.pos)) {
    text += rename(file.text.slice(at, edit.at.getStart(file.ast))) + edit.text;
    at = edit.at.end;
  }
  return text + rename(file.text.slice(at, node.end));
}

/** Whether an expression decides what a spread sets, and is no value itself. */
function isSpread(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isSpreadAssignment(parent)) return true;
  const isInside = ts.isParenthesizedExpression(parent) || ts.isConditionalExpression(parent) || isAnd(parent);
  return isInside && isSpread(parent);
}

function isAnd(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
}

/** The single tests of a condition: both of `isAdmin && body.name`. */
function testsIn(condition: ts.Expression): readonly ts.Expression[] {
  const value = unwrap(condition);
  const isBoth =
    isAnd(value) || (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.BarBarToken);
  if (!isBoth) return [value];
  const { left, right } = value as ts.BinaryExpression;
  return [...testsIn(left), ...testsIn(right)];
}

/** `body.name !== undefined`, `body.name != null`, `typeof name !== "undefined"`, `"name" in body`, `Object.hasOwn(body, "name")` */
function testsExistence(test: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(test)) return testsExistence(unwrap(test.operand));
  if (ts.isCallExpression(test))
    return /^(?:hasOwn(?:Property)?|is(?:Nil|Undefined|Defined))$/.test(pathOf(test.expression).at(-1) ?? "");
  if (!ts.isBinaryExpression(test)) return false;
  if (test.operatorToken.kind === ts.SyntaxKind.InKeyword) return true;
  return [test.left, test.right].some((side) => /^(?:undefined|null|void 0|["']undefined["'])$/.test(side.getText()));
}

/** Whether a test succeeds for a value that is not falsy, for none, or for one of a type. Undefined for any other test. */
function testOf(
  test: ts.Expression,
): { readonly kind: "has" | "lacks" | "type"; readonly value: ts.Expression } | undefined {
  if (ts.isIdentifier(test) || ts.isPropertyAccessExpression(test)) {
    const isSize = ts.isPropertyAccessExpression(test) && test.name.text === "length";
    return { kind: "has", value: isSize ? test.expression : test };
  }
  if (ts.isPrefixUnaryExpression(test) && test.operator === ts.SyntaxKind.ExclamationToken) {
    const inner = testOf(unwrap(test.operand));
    if (inner === undefined || inner.kind === "type") return undefined;
    return { kind: inner.kind === "has" ? "lacks" : "has", value: inner.value };
  }
  if (ts.isCallExpression(test)) {
    const [given] = test.arguments;
    return given !== undefined && pathOf(test.expression).join(".") === "Boolean" ? testOf(unwrap(given)) : undefined;
  }
  if (!ts.isBinaryExpression(test)) return undefined;
  const { left, operatorToken } = test;
  const { EqualsEqualsToken, EqualsEqualsEqualsToken } = ts.SyntaxKind;
  const isEqual = [EqualsEqualsToken, EqualsEqualsEqualsToken].includes(operatorToken.kind);
  return isEqual && ts.isTypeOfExpression(left) ? { kind: "type", value: left.expression } : undefined;
}
