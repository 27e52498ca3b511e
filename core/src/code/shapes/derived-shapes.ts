import { ts } from "../ast/compiler.js";
import { nameOf, pathOf, propertiesOf, unwrap } from "../ast/expressions.js";
import { zodObjectIn } from "./shape-types.js";

/** A schema or DTO class that is derived from a name, as long as the key is kept. */
export interface Derivation {
  /** The outermost expression that has the key: the name itself if nothing is derived from it. */
  readonly node: ts.Node;
  /** Some of its keys are omitted or made optional, so it is a separate schema, probably for another response. */
  readonly isReshaped: boolean;
}

const requestKeys = /^(?:body|query|querystring|params|headers|input|args)$/;
const reshaping = /^(?:omit|partial|required|deepPartial|keyof|shape|catchall|OmitType|IntersectionType)$/;
/** Methods that combine the given schema with their own. */
const joining = /^(?:extend|safeExtend|augment|merge|and|or|pipe)$/;

/**
 * Follows `UserResponse.extend({ … })`, `z.object({ ...UserResponse.shape })`, `OmitType(UserDto, […])` and similar expressions from the
 * name outwards.
 *
 * @param key the key that the schema will get
 * @returns undefined if the key is omitted, or belongs to another schema
 */
export function derivationAt(name: ts.Node, key: string): Derivation | undefined {
  let isReshaped = false;
  let node = name;
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) node = node.parent;
  for (;;) {
    const next = stepOut(node, key);
    if (next === "dropped") return undefined;
    if (next === undefined) return { node, isReshaped };
    isReshaped ||= reshaping.test(next.by ?? "");
    node = next.node;
  }
}

/** Whether a property is a framework's request validation: `schema: { body: UserSchema }`. */
export function isRequestKey(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node) && requestKeys.test(node.name.getText());
}

/** Methods that parse a value with the schema. */
export function isParsing(method: string): boolean {
  return /^(?:safe)?[pP]arse(?:Async)?$/.test(method);
}

type Step = { readonly node: ts.Node; readonly by?: string } | "dropped" | undefined;

function stepOut(node: ts.Node, key: string): Step {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent))
    return { node: parent };
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node ? memberStep(parent, key) : undefined;
  if (ts.isSpreadAssignment(parent)) {
    const { properties } = parent.parent;
    const later = properties.slice(properties.indexOf(parent) + 1);
    return later.some((each) => nameOf(each.name) === key) ? "dropped" : { node: parent.parent };
  }
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
    const isValue = ts.isShorthandPropertyAssignment(parent) || parent.initializer === node;
    return isValue && !isRequestKey(parent) && isJoined(parent.parent) ? { node: parent.parent } : undefined;
  }
  // `z.union([A, B])`, `z.lazy(() => A)`
  if (ts.isArrayLiteralExpression(parent) || (ts.isArrowFunction(parent) && parent.body === node))
    return isJoined(parent) ? { node: parent } : undefined;
  if (!isJoined(node) || !ts.isCallExpression(parent)) return undefined;
  const by = pathOf(parent.expression).at(-1) ?? "";
  const isNamed = namesOf(parent.arguments[1]).has(key);
  // An optional key rejects no request.
  if (by === "PartialType" || (by === "OmitType" && isNamed) || (by === "PickType" && !isNamed)) return "dropped";
  return { node: parent, by };
}

/** `schema.omit({ … })`, `schema.shape` */
function memberStep(access: ts.PropertyAccessExpression, key: string): Step {
  const by = access.name.text;
  const outer = access.parent;
  if (by === "shape") {
    const isOneKey =
      (ts.isPropertyAccessExpression(outer) || ts.isElementAccessExpression(outer)) && outer.expression === access;
    return isOneKey || (ts.isVariableDeclaration(outer) && !takesAll(outer.name)) ? "dropped" : { node: access, by };
  }
  if (!ts.isCallExpression(outer) || outer.expression !== access || isParsing(by)) return undefined;
  const [argument] = outer.arguments;
  const names = namesOf(argument);
  if (by === "pick" && !names.has(key)) return "dropped";
  const isOverwritten = /^(?:omit|extend|safeExtend|augment|merge)$/.test(by) && names.has(key);
  return isOverwritten ? "dropped" : { node: outer, by };
}

/** `const { email } = UserResponse.shape` only reads the named keys. */
function takesAll(name: ts.BindingName): boolean {
  return ts.isIdentifier(name) || name.elements.some((each) => ts.isBindingElement(each) && each.dotDotDotToken);
}

/** Whether the node is an argument that becomes part of a schema or a class. */
function isJoined(node: ts.Node): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call) || call.expression === node) return false;
  const path = pathOf(call.expression);
  const name = path.at(-1) ?? "";
  if (/^(?:createZodDto|(?:Omit|Pick|Partial|Intersection|Required)Type)$/.test(name)) return true;
  return (path.length > 1 && joining.test(name)) || (path.length === 2 && /^(?:z|zod|Z)$/.test(path[0] ?? ""));
}

/** The keys that `{ handle: true }`, `["handle"]` or `z.object({ handle: … })` name. */
function namesOf(argument: ts.Expression | undefined): ReadonlySet<string> {
  if (argument === undefined) return new Set();
  const inner = unwrap(argument);
  if (ts.isArrayLiteralExpression(inner))
    return new Set(inner.elements.filter(ts.isStringLiteralLike).map((each) => each.text));
  const literal = ts.isObjectLiteralExpression(inner) ? inner : zodObjectIn(inner);
  return new Set(literal && propertiesOf(literal).keys());
}
