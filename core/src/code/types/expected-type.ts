import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { Type } from "../project/type-facts.js";
import { targetOf } from "./target-type.js";

/**
 * The type that a literal must have, without null, and for a promise its awaited type: the compiler's contextual type, or else a declared
 * type further out. The compiler has none in `[...(isNew ? [{ … }] : [])]`, and infers a callback's return type from the callback.
 */
export function expectedTypeOf(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Type | undefined {
  const { types } = context.project;
  if (types === undefined) return undefined;
  const expected = types.expectedOf(literal);
  const own = expected && types.awaitedNonNullable(expected);
  if (own !== undefined && !isOpen(own)) return own;
  const target = targetOf(literal, file, context);
  if (target.kind !== "typed") return undefined;
  return target.inside.reduce<Type | undefined>((type, nesting) => {
    const kind = nesting === "element" ? ts.IndexKind.Number : ts.IndexKind.String;
    const inner = type && types.checker.getIndexInfoOfType(type, kind)?.type;
    return inner && types.awaitedNonNullable(inner);
  }, types.of(target.type));
}

function isOpen(type: Type): boolean {
  const { Any, Unknown, TypeParameter } = ts.TypeFlags;
  if ((type.flags & (Any | Unknown | TypeParameter)) !== 0) return true;
  const declarations: readonly ts.Node[] = type.getSymbol()?.declarations ?? [];
  return declarations.some(ts.isObjectLiteralExpression);
}
