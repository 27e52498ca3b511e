import { ts } from "../ast/compiler.js";
import { pathOf, spreadsOf, unwrap } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { type ClassShape, classShape } from "./shape-types.js";

/**
 * The class that a literal becomes an instance of: `Object.assign(new UserDto(), { … })`, `Object.assign(this, { … })` in a constructor,
 * `plainToInstance(UserDto, { … })`, `new UserDto({ … })`.
 */
export function classGiven(
  literal: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): ClassShape | undefined {
  const call = literal.parent;
  if (ts.isNewExpression(call)) {
    const made = call.arguments?.[0] === literal ? classNamed(call.expression, file, context) : undefined;
    return made && takesPartial(made.node) ? made : undefined;
  }
  if (!ts.isCallExpression(call)) return undefined;
  const [first, second] = call.arguments;
  if (first === undefined || second !== literal) return undefined;
  if (isAssign(call)) {
    if (ts.isNewExpression(first)) return classNamed(first.expression, file, context);
    return constructedBy(first, file, context);
  }
  return isInstancing(pathOf(call.expression).at(-1)) ? classNamed(first, file, context) : undefined;
}

/** `plainToInstance` of class-transformer, and its former name. */
export function isInstancing(name: string | undefined): boolean {
  return /^plainTo(?:Instance|Class)$/.test(name ?? "");
}

/** The DTO class that an expression refers to: by name, or as `this` in one of its static methods. */
export function classNamed(name: ts.Expression, file: SourceFile, context: TransformContext): ClassShape | undefined {
  if (name.kind === ts.SyntaxKind.ThisKeyword) {
    const method = memberAround(name);
    const isStatic =
      method && ts.isMethodDeclaration(method) && (ts.getCombinedModifierFlags(method) & staticFlag) !== 0;
    return isStatic ? classOf(method, file, context) : undefined;
  }
  if (!ts.isIdentifier(name)) return undefined;
  const found = lookUp(context.project, file, name.text, "value");
  if (found?.kind !== "declaration" || !ts.isClassDeclaration(found.node)) return undefined;
  return classShape(found.node, found.file, context);
}

const staticFlag = ts.ModifierFlags.Static;

/** The class whose constructor contains this `this`. */
export function constructedBy(
  owner: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): ClassShape | undefined {
  const maker = owner.kind === ts.SyntaxKind.ThisKeyword ? memberAround(owner) : undefined;
  return maker && ts.isConstructorDeclaration(maker) ? classOf(maker, file, context) : undefined;
}

/** Whether the constructor copies its whole argument: `constructor(partial: Partial<UserDto>) { Object.assign(this, partial); }` */
export function takesPartial(node: ts.ClassDeclaration): boolean {
  return copyingOf(node) === "all";
}

/** What a constructor does with the object that it gets: it copies all of it, sets fields one by one, or passes it to its base. */
export type Copying = "all" | "named" | "base" | "unknown";

/**
 * How the constructor of a class takes its first argument; undefined if it declares none that has parameters. A copy of some fields only,
 * such as `Object.assign(this, pick(data, names))`, is unknown.
 */
export function copyingOf(node: ts.ClassDeclaration): Copying | undefined {
  const maker = node.members.find((each) => ts.isConstructorDeclaration(each) && each.body !== undefined);
  const [parameter] = maker && ts.isConstructorDeclaration(maker) ? maker.parameters : [];
  if (maker === undefined || parameter === undefined) return undefined;
  const found = new Set<Copying>();
  const visit = (child: ts.Node): void => {
    const set = ts.isBinaryExpression(child) && isSet(child) ? unwrap(child.left) : undefined;
    if (set !== undefined && isOwnMember(set)) {
      const isNamed = ts.isPropertyAccessExpression(set);
      found.add(isNamed ? "named" : isOfEachKey(child, parameter) ? "all" : "unknown");
    }
    if (ts.isCallExpression(child)) {
      const [target, ...values] = child.arguments;
      const method = pathOf(child.expression).at(-1) ?? "";
      if (child.expression.kind === ts.SyntaxKind.SuperKeyword && target && isWhole(target, parameter))
        found.add("base");
      if (target?.kind === ts.SyntaxKind.ThisKeyword) {
        const isKey = /^(?:set|defineProperty)$/.test(method);
        const isCopy = isKey ? isOfEachKey(child, parameter) : values.some((each) => isWhole(each, parameter));
        found.add(isCopy && (isKey || copying.test(method)) ? "all" : "unknown");
      }
    }
    ts.forEachChild(child, visit);
  };
  visit(maker);
  return (["all", "unknown", "named", "base"] as const).find((each) => found.has(each)) ?? "unknown";
}

/** `Object.assign(this, data)`, `_.merge(this, data)` */
const copying = /^(?:assign\w*|extend|merge\w*|defaults)$/;

/** `data`, `{ ...data }`, `data ?? {}`, `...parts` */
function isWhole(value: ts.Expression, parameter: ts.ParameterDeclaration): boolean {
  const inner = unwrap(value);
  const { name } = parameter;
  if (ts.isIdentifier(inner)) return ts.isIdentifier(name) && inner.text === name.text;
  if (ts.isSpreadElement(inner)) return isWhole(inner.expression, parameter);
  if (ts.isBinaryExpression(inner)) return isWhole(inner.left, parameter);
  return ts.isObjectLiteralExpression(inner) && spreadsOf(inner).some((each) => isWhole(each.expression, parameter));
}

/** Whether a loop over all keys of the parameter contains a node, and copies each of them: only missing values may be left out. */
function isOfEachKey(node: ts.Node, parameter: ts.ParameterDeclaration): boolean {
  for (let at = node.parent; at !== parameter.parent; at = at.parent) {
    if (ts.isIfStatement(at) && !/\b(?:undefined|null|hasOwn\w*)\b/.test(at.expression.getText())) return false;
    if (ts.isForOfStatement(at) || ts.isForInStatement(at))
      return isOfKeys(at.expression, parameter) && !/\bcontinue\b/.test(at.statement.getText());
    if (
      ts.isCallExpression(at) &&
      ts.isPropertyAccessExpression(at.expression) &&
      at.expression.name.text === "forEach"
    )
      return isOfKeys(at.expression.expression, parameter) && !/\breturn\b/.test(at.arguments[0]?.getText() ?? "");
  }
  return false;
}

/** `data`, `Object.keys(data)`, `Object.entries(data ?? {})` */
function isOfKeys(value: ts.Expression, parameter: ts.ParameterDeclaration): boolean {
  const inner = unwrap(value);
  if (!ts.isCallExpression(inner)) return isWhole(inner, parameter);
  const [given, ...more] = inner.arguments;
  const isKeys = /^(?:Object\.(?:keys|entries)|Reflect\.ownKeys)$/.test(pathOf(inner.expression).join("."));
  return isKeys && given !== undefined && more.length === 0 && isWhole(given, parameter);
}

function isSet({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `this.email`, `(this as any)[key]` */
function isOwnMember(value: ts.Expression): boolean {
  const isMember = ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value);
  return isMember && unwrap(value.expression).kind === ts.SyntaxKind.ThisKeyword;
}

function isAssign(call: ts.CallExpression): boolean {
  return pathOf(call.expression).join(".") === "Object.assign";
}

/** The member of a class that `this` belongs to. */
function memberAround(node: ts.Node): ts.Node | undefined {
  let at: ts.Node = node;
  while (at.parent !== undefined && (!ts.isFunctionLike(at) || ts.isArrowFunction(at))) at = at.parent;
  return at;
}

function classOf({ parent }: ts.Node, file: SourceFile, context: TransformContext): ClassShape | undefined {
  return ts.isClassDeclaration(parent) ? classShape(parent, file, context) : undefined;
}
