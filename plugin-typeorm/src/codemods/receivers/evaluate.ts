import {
  declarationOf,
  lookUp,
  lookUpExport,
  nameOf,
  pathOf,
  type Resolved,
  returnedBy,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { entityOfValue, moduleOf } from "./entities.js";
import { evaluateCall } from "./evaluate-call.js";
import { evaluateBase, evaluateInstance, first, mayRecur, ownMember } from "./evaluate-instance.js";
import { evaluateThis, staticMember } from "./evaluate-this.js";
import { bind, evaluateType } from "./evaluate-type.js";
import { type LookupContext, once } from "./lookup-context.js";
import { isForeign } from "./modules.js";
import { manager, nothingBound, type OrmValue, source } from "./orm-value.js";
import { typedValue } from "./typed-value.js";

/** What an expression is to TypeORM; undefined where nothing says it. */
export function evaluateExpression(
  expression: ts.Expression,
  file: SourceFile,
  where: LookupContext,
  depth = 0,
): OrmValue | undefined {
  if (!mayRecur(depth)) return undefined;
  const known = once(where, "typeorm values", () => new Map<ts.Node, OrmValue | undefined>());
  if (known.has(expression)) return known.get(expression);
  // A value that is made of itself ends here.
  known.set(expression, undefined);
  const found = typedValue(expression, where) ?? evaluate(expression, file, where, depth + 1);
  known.set(expression, found);
  return found;
}

/** What a member of a value is to TypeORM. */
export function evaluateMember(
  owner: OrmValue | undefined,
  name: string,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  switch (owner?.kind) {
    case undefined:
    case "builder":
    case "function":
    case "other":
      return undefined;
    case "repository":
      if (name === "manager") return manager;
      return first(owner.own, (each) => ownMember(each, name, where, depth + 1));
    case "manager":
      return /^(?:connection|dataSource|queryRunner)$/.test(name) ? source : undefined;
    case "source":
      return /manager$/i.test(name) ? manager : name === "connection" ? source : undefined;
    case "members":
      return ownMember(owner, name, where, depth + 1);
    case "class":
      return staticMember(owner.node, owner.file, name, where, depth);
    case "module":
      return ofResolved(lookUpExport(where.project, owner.file, name, "value"), where, depth);
    case "foreign":
      return owner;
    default:
      return owner satisfies never;
  }
}

/** What a function gives back, by what it says or by what it returns. */
export function evaluateResult(
  node: ts.Node,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  if (!ts.isFunctionLike(node)) return undefined;
  if (node.type !== undefined) return evaluateType({ type: node.type, file, bound: nothingBound }, where, depth + 1);
  if (!("body" in node) || node.body === undefined) return undefined;
  return first(returnedBy(node as ts.FunctionLikeDeclaration), (each) =>
    evaluateExpression(each, file, where, depth + 1),
  );
}

function evaluate(
  expression: ts.Expression,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const next = (inner: ts.Expression): OrmValue | undefined => evaluateExpression(inner, file, where, depth);
  if (ts.isAsExpression(expression) || ts.isTypeAssertionExpression(expression)) {
    const typed = evaluateType({ type: expression.type, file, bound: nothingBound }, where, depth);
    return typed ?? next(expression.expression);
  }
  if (
    ts.isParenthesizedExpression(expression) ||
    ts.isNonNullExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isAwaitExpression(expression)
  ) {
    return next(expression.expression);
  }
  if (ts.isIdentifier(expression)) return ofName(expression, file, where, depth);
  if (expression.kind === ts.SyntaxKind.ThisKeyword) return evaluateThis(expression, file, where, depth);
  if (expression.kind === ts.SyntaxKind.SuperKeyword) {
    const own = evaluateThis(expression, file, where, depth);
    const nearest = own?.kind === "repository" ? own.own[0] : own?.kind === "members" ? own : undefined;
    return nearest && evaluateBase(nearest, where, depth);
  }
  if (ts.isPropertyAccessExpression(expression)) {
    return evaluateMember(next(expression.expression), expression.name.text, where, depth);
  }
  if (ts.isElementAccessExpression(expression) && ts.isStringLiteralLike(expression.argumentExpression)) {
    return evaluateMember(next(expression.expression), expression.argumentExpression.text, where, depth);
  }
  if (ts.isConditionalExpression(expression)) return next(expression.whenTrue) ?? next(expression.whenFalse);
  if (ts.isBinaryExpression(expression)) return ofEither(expression, next);
  if (ts.isCallExpression(expression)) return evaluateCall(expression, file, where, depth);
  if (ts.isNewExpression(expression)) return ofNew(expression, file, where, depth);
  if (ts.isObjectLiteralExpression(expression)) return { kind: "members", node: expression, file, bound: nothingBound };
  const isFunction = ts.isArrowFunction(expression) || ts.isFunctionExpression(expression);
  return isFunction ? { kind: "function", node: expression, file, bound: nothingBound } : undefined;
}

/** `manager ?? this.manager`: whichever is known. */
function ofEither(
  { left, right, operatorToken }: ts.BinaryExpression,
  next: (inner: ts.Expression) => OrmValue | undefined,
): OrmValue | undefined {
  const { QuestionQuestionToken, BarBarToken, EqualsToken, QuestionQuestionEqualsToken } = ts.SyntaxKind;
  if (operatorToken.kind === EqualsToken) return next(right);
  const isEither = [QuestionQuestionToken, BarBarToken, QuestionQuestionEqualsToken].includes(operatorToken.kind);
  return isEither ? (next(left) ?? next(right)) : undefined;
}

function ofName(name: ts.Identifier, file: SourceFile, where: LookupContext, depth: number): OrmValue | undefined {
  const declaration = declarationOf(name);
  if (declaration === undefined) return undefined;
  if (ts.isVariableDeclaration(declaration)) return ofVariable(declaration, file, where, depth);
  if (ts.isParameter(declaration)) return ofParameter(declaration, file, where, depth);
  if (ts.isBindingElement(declaration)) return ofBinding(declaration, file, where, depth);
  if (ts.isFunctionDeclaration(declaration)) return { kind: "function", node: declaration, file, bound: nothingBound };
  if (ts.isClassDeclaration(declaration)) return { kind: "class", node: declaration, file };
  if (ts.isEnumDeclaration(declaration)) return undefined;
  if (ts.isNamespaceImport(declaration)) return ofModule(moduleOf(declaration), file, where);
  return ofResolved(lookUp(where.project, file, name.text, "value"), where, depth);
}

function ofModule(specifier: string | undefined, from: SourceFile, where: LookupContext): OrmValue | undefined {
  if (specifier === undefined) return undefined;
  const file = where.project.resolve(from, specifier);
  if (file !== undefined) return { kind: "module", file };
  return isForeign(specifier, "*") ? { kind: "foreign", specifier } : undefined;
}

function ofResolved(found: Resolved | undefined, where: LookupContext, depth: number): OrmValue | undefined {
  if (found === undefined) return undefined;
  if (found.kind === "external") {
    return isForeign(found.specifier, found.name) ? { kind: "foreign", specifier: found.specifier } : undefined;
  }
  const { node, file } = found;
  if (ts.isVariableDeclaration(node)) return ofVariable(node, file, where, depth);
  if (ts.isFunctionDeclaration(node)) return { kind: "function", node, file, bound: nothingBound };
  return ts.isClassDeclaration(node) ? { kind: "class", node, file } : undefined;
}

function ofVariable(
  { type, initializer, name, parent }: ts.VariableDeclaration,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const typed = type && evaluateType({ type, file, bound: nothingBound }, where, depth);
  if (typed !== undefined) return typed;
  if (initializer !== undefined) {
    const call = unwrap(initializer);
    const isRequire = ts.isCallExpression(call) && pathOf(call.expression).join(".") === "require";
    return isRequire
      ? ofModule(moduleOf(initializer.parent as ts.VariableDeclaration), file, where)
      : evaluateExpression(initializer, file, where, depth);
  }
  if (type !== undefined || !ts.isIdentifier(name) || !ts.isVariableDeclarationList(parent)) return undefined;
  // `let users; beforeAll(() => { users = dataSource.getRepository(User); })`
  return first(file.identifiers(name.text), (use) => {
    const { parent: outer } = use;
    const isAssigned =
      ts.isBinaryExpression(outer) && outer.left === use && outer.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    return isAssigned && declarationOf(use)?.name === name
      ? evaluateExpression(outer.right, file, where, depth)
      : undefined;
  });
}

function ofParameter(
  node: ts.ParameterDeclaration,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  if (node.type !== undefined) {
    const typed = evaluateType({ type: node.type, file, bound: nothingBound }, where, depth);
    if (typed !== undefined) return typed;
  }
  if (ts.isConstructorDeclaration(node.parent) && ts.isIdentifier(node.name)) {
    const owner = node.parent.parent;
    // What a decorator says is told for the property that the parameter is.
    return node.modifiers
      ? evaluateMember({ kind: "members", node: owner, file, bound: nothingBound }, node.name.text, where, depth)
      : undefined;
  }
  return node.type === undefined ? ofCallback(node, file, where, depth) : undefined;
}

/** `dataSource.transaction(async (manager) => …)`, and what a function in view says that it hands over. */
function ofCallback(
  node: ts.ParameterDeclaration,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const callback = node.parent;
  const call = callback.parent;
  if (call === undefined || !ts.isCallExpression(call)) return undefined;
  const callee = unwrap(call.expression);
  const taker = evaluateExpression(callee, file, where, depth);
  if (taker?.kind === "function") {
    const type = taker.node.parameters[call.arguments.indexOf(callback as ts.Expression)]?.type;
    const given =
      type && ts.isFunctionTypeNode(type) ? type.parameters[callback.parameters.indexOf(node)]?.type : undefined;
    return given && evaluateType({ type: given, file: taker.file, bound: taker.bound }, where, depth);
  }
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "transaction") return undefined;
  const owner = evaluateExpression(callee.expression, file, where, depth);
  return owner === undefined || owner.kind === "source" || owner.kind === "manager" ? manager : undefined;
}

/** `({ manager }: QueryRunner) =>`, `const { users } = repositories`, `const { dataSource } = require("…")`. */
function ofBinding(
  node: ts.BindingElement,
  file: SourceFile,
  where: LookupContext,
  depth: number,
): OrmValue | undefined {
  const name = nameOf((node.propertyName ?? node.name) as ts.PropertyName);
  if (name === undefined || node.dotDotDotToken !== undefined || !ts.isObjectBindingPattern(node.parent))
    return undefined;
  const owner = node.parent.parent;
  const whole = ts.isBindingElement(owner)
    ? ofBinding(owner, file, where, depth)
    : ts.isParameter(owner)
      ? ofParameter(owner, file, where, depth)
      : ofVariable(owner, file, where, depth);
  return evaluateMember(whole, name, where, depth);
}

function ofNew(made: ts.NewExpression, file: SourceFile, where: LookupContext, depth: number): OrmValue | undefined {
  const maker = unwrap(made.expression);
  if (!ts.isIdentifier(maker)) return undefined;
  const owner = ofName(maker, file, where, depth);
  if (owner?.kind === "class") {
    const bound = bind(owner.node.typeParameters, made.typeArguments, file, nothingBound);
    return evaluateInstance(owner.node, owner.file, bound, where, depth);
  }
  const found = lookUp(where.project, file, maker.text, "value");
  const name = found?.kind === "external" ? found.name : maker.text;
  const [target] = made.arguments ?? [];
  if (/Repository$/.test(name)) {
    const model = target && entityOfValue(target, file, where);
    return model && { kind: "repository", model, own: [] };
  }
  if (name === "DataSource" || name === "Connection") return source;
  if (name === "EntityManager") return manager;
  return owner?.kind === "foreign" ? owner : undefined;
}
