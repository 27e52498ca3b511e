import { ts } from "../ast/compiler.js";
import { pathOf, propertiesOf } from "../ast/expressions.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { isRequestName, readsRequests } from "../inputs/request-use.js";
import { isNamedAsRequest, isOfRequest } from "../names/request-names.js";
import { inlineTypeOf } from "../shapes/inline-types.js";
import { familyOf, keyStyles, membersShape, type ShapeNode } from "../shapes/shape-types.js";
import { nameOfSchema } from "../shapes/zod-types.js";
import { referencesTo } from "../types/references.js";
import { selectedShapesIn } from "./dependencies.js";
import { parsedRowsIn } from "./parsed-rows.js";
import { isCopiedFrom, producersIn } from "./producers.js";

/**
 * The role of a schema or a type, by its uses. Without resolved uses, by its name and whether it has the row's key. `both`: used for
 * requests and responses, so the new key must always stay optional.
 */
export type ShapeRole = "request" | "response" | "both";

export function roleOf(shape: ShapeNode, names: readonly string[], context: TransformContext): ShapeRole {
  const inline = shape.kind === "members" && ts.isTypeLiteralNode(shape.node) ? inlineTypeOf(shape.node) : undefined;
  if (inline !== undefined && shape.name === undefined) {
    const { of } = inline;
    if (ts.isInterfaceDeclaration(of) || ts.isTypeLiteralNode(of))
      return roleOf(membersShape(of, shape.file), names, context);
    return isTakenIn(of, context) ? "request" : "response";
  }
  const own = shape.kind === "zod" ? shape.node.parent : undefined;
  const places = [
    ...(own === undefined ? [] : [{ node: own, file: shape.file }]),
    ...referencesTo(shape, context).filter(({ node }) => !ts.isImportSpecifier(node.parent)),
  ];
  const isRead = places.some(({ node }) => readsRequests(node));
  const isShown = places.some(({ node }) => isResponseSlot(node)) || holdsCopies(shape, context);
  if (isRead && isShown) return "both";
  if (isRead || isShown) return isRead ? "request" : "response";
  const name = shape.name ?? (shape.kind === "zod" ? nameOfSchema(shape.node) : undefined);
  return isNamedAsRequest(name, names, context.model.primaryKey) ? "request" : "response";
}

/** Whether it is the type of a function parameter that is used for more than a copy, or of a value from a request. */
function isTakenIn(of: ts.Node, context: TransformContext): boolean {
  if (ts.isCallExpression(of)) return true;
  if (ts.isVariableDeclaration(of)) return of.initializer !== undefined && isOfRequest(of.initializer);
  return ts.isParameter(of) && !producersIn(context).some((producer) => isCopiedFrom(of, producer));
}

/** Whether rows are copied into it, selected for it or parsed with it. Then it is not a request, whatever its name. */
function holdsCopies(shape: ShapeNode, context: TransformContext): boolean {
  if (isRequestName(shape.name ?? "")) return false;
  return shapesWithCopies(context).has(shape.node);
}

const shapesWithCopies = memoized((context) => {
  const copied = producersIn(context).flatMap(({ mapper, type }) =>
    mapper.tie === "type" && type.kind === "shape" ? [type.shape.node] : [],
  );
  const selected = selectedShapesIn(context).map(({ shape: { node } }) => node);
  const parsed = parsedRowsIn(context).map(({ part }) => part.shape.node);
  return new Set<ts.Node>([...copied, ...selected, ...parsed]);
});

/** Whether a base of a zod object lists fields for the same role: the new field belongs there, and is inherited. */
export function isLedByBase(shape: ShapeNode, role: ShapeRole, context: TransformContext): boolean {
  if (shape.kind !== "zod") return false;
  return shape.bases.some((literal) => {
    if (context.takes(literal, familyOf(shape))) return true;
    const names = [...propertiesOf(literal).keys()];
    const columns = context.columns.filter(({ name }) => keyStyles.some((keyOf) => names.includes(keyOf(name))));
    const isOfRequests = isNamedAsRequest(nameOfSchema(literal), names, context.model.primaryKey);
    return columns.length > 1 && isOfRequests === (role !== "response");
  });
}

/** `response: { 200: UserSchema }`, `.output(UserSchema)`, `@ApiOkResponse({ type: UserDto })` */
function isResponseSlot(node: ts.Node): boolean {
  let from = node;
  for (let at = node.parent, depth = 0; at !== undefined && depth < 6; from = at, at = at.parent, depth += 1) {
    if (ts.isPropertyAssignment(at) && /^(?:responses?|output|reply)$/.test(at.name.getText())) return true;
    if (!ts.isCallExpression(at) || at.expression === from) continue;
    if (/(?:^|\.)(?:output|Api\w*Response|SerializeOptions)$/.test(pathOf(at.expression).join("."))) return true;
  }
  return false;
}
