import { ts } from "../ast/compiler.js";
import { initializerOf, nameOf, pathOf, returnedBy, unwrap } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { constantOf } from "../types/constants.js";
import { resolveFunction } from "./rows-in-expression.js";

/** An object literal that a value is or contains. */
export interface LiteralInValue {
  readonly literal: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  /** The path of keys to it, from the outside in. A list counts as its elements. */
  readonly path: readonly string[];
}

/** The literals in a value, followed through constants, callbacks and the resolved functions that return them. */
export function literalsIn(
  value: ts.Expression,
  file: SourceFile,
  context: Pick<TransformContext, "project">,
  depth = 0,
): readonly LiteralInValue[] {
  // Constants and functions can be circular.
  if (depth > 6) return [];
  const inside = (inner: ts.Expression, its = file) => literalsIn(inner, its, context, depth + 1);
  const inner = unwrap(value);
  if (ts.isAwaitExpression(inner) || ts.isSpreadElement(inner)) return inside(inner.expression);
  if (ts.isConditionalExpression(inner)) return [...inside(inner.whenTrue), ...inside(inner.whenFalse)];
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.flatMap((each) => inside(each));
  if (ts.isObjectLiteralExpression(inner)) {
    const below = inner.properties.flatMap((each) => {
      const [name, held] = [nameOf(each.name), initializerOf(each)];
      const found = name === undefined || held === undefined ? [] : inside(held);
      return found.map((one) => ({ ...one, path: [name as string, ...one.path] }));
    });
    return [{ literal: inner, file, path: [] }, ...below];
  }
  if (ts.isIdentifier(inner)) {
    const constant = constantOf(inner, file, context.project);
    return constant === undefined ? [] : inside(constant.value, constant.file);
  }
  if (!ts.isCallExpression(inner)) return [];
  const [callback] = inner.arguments;
  const isMapped = /^(?:map|flatMap|then)$/.test(pathOf(inner.expression).at(-1) ?? "");
  const made = isMapped && callback !== undefined ? unwrap(callback) : inner.expression;
  const isWritten = ts.isArrowFunction(made) || ts.isFunctionExpression(made);
  const found = isWritten ? { node: made, file } : resolveFunction(made, file, context);
  const returned =
    found !== undefined && "body" in found.node ? returnedBy(found.node as ts.FunctionLikeDeclaration) : [];
  return returned.flatMap((each) => inside(each, found?.file));
}
