import { ts } from "../ast/compiler.js";
import { memoizedBy } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import type { Type, Types } from "../project/type-facts.js";

/** The kind of a type: a row of the model, a list of rows, or an object whose values are rows. */
export type RowShape = "row" | "list" | "record";

const lists = /^(?:Readonly)?(?:Array|Set)$|^(?:Async)?(?:Iterable|Iterator|Generator|IterableIterator)$/;
const maps = /^(?:Readonly)?Map$/;

/**
 * Whether an expression or a type node is a whole row of the model, or a list of them, by its type. The compiler follows factories, type
 * parameters, members of other files and assignments. Undefined if it has no type.
 */
export function rowShapeOf(node: ts.Node, context: TransformContext): RowShape | undefined {
  const { types } = context.project;
  if (types === undefined || context.orm.isWholeRow === undefined) return undefined;
  const type = types.of(node);
  if (type === undefined) return undefined;
  return rowShapeOfCompiled(type, context);
}

/** Like `rowShapeOf`, for a type of the compiler. */
export const rowShapeOfCompiled = memoizedBy((type: Type, context) =>
  shapeOf(type, context.project.types as Types, context, 0),
);

function shapeOf(given: Type, types: Types, context: TransformContext, depth: number): RowShape | undefined {
  if (depth > 3) return undefined;
  const { checker } = types;
  const type = given.isTypeParameter() ? (checker.getBaseConstraintOfType(given) ?? given) : given;
  const inside = (inner: Type | undefined) =>
    inner && shapeOf(types.awaitedNonNullable(inner), types, context, depth + 1);
  if (type.isUnion()) {
    const [first, ...others] = type.types.map(inside);
    return others.every((each) => each === first) ? first : undefined;
  }
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    const elements = checker.getTypeArguments(type as never);
    return elements.length > 0 && elements.every((each) => inside(each) === "row") ? "list" : undefined;
  }
  const name = type.getSymbol()?.name ?? "";
  const [first, second] = lists.test(name) || maps.test(name) ? checker.getTypeArguments(type as never) : [];
  if (lists.test(name)) return inside(first) === "row" ? "list" : undefined;
  if (maps.test(name)) return inside(second) === "row" ? "record" : undefined;
  const omitted = omittedFrom(type, types);
  if (omitted !== undefined)
    return !namesIn(omitted.keys).has(context.field.name) && inside(omitted.type) === "row" ? "row" : undefined;
  if (context.orm.isWholeRow?.(type, context)) return "row";
  const indexed = checker.getIndexInfoOfType(type, ts.IndexKind.String)?.type;
  return inside(indexed) === "row" ? "record" : undefined;
}

/** `User` and `"password"` of `Omit<User, "password">`, including the app's own aliases: the type gets the new column with the row. */
function omittedFrom(type: Type, types: Types): { readonly type: Type; readonly keys: Type | undefined } | undefined {
  const { aliasSymbol, aliasTypeArguments: [whole, keys] = [] } = type;
  if (aliasSymbol?.name === "Omit") return whole && { type: whole, keys };
  const [declaration] = aliasSymbol?.declarations ?? [];
  const written = declaration && ts.isTypeAliasDeclaration(declaration) ? declaration.type : undefined;
  if (written === undefined || !ts.isTypeReferenceNode(written) || written.typeName.getText() !== "Omit")
    return undefined;
  const [from, names] = (written.typeArguments ?? []).map((each) => types.checker.getTypeFromTypeNode(each));
  return from && { type: from, keys: names };
}

/** The names of a union of literals. */
export function namesIn(keys: Type | undefined): ReadonlySet<string> {
  const parts = keys?.isUnion() ? keys.types : keys ? [keys] : [];
  return new Set(parts.flatMap((each) => (each.isStringLiteral() ? [each.value] : [])));
}
