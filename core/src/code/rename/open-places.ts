import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import type { FieldSymbols } from "./field-symbols.js";

export interface OpenOffset {
  readonly offset: number;
  readonly reason: string;
}

/** Functions that serialize their argument, or read it by the names of another type. */
const senders = /^(?:json|send|stringify|reply|emit|publish|end|parse|safeParse|plainToInstance|plainToClass)$/;
/** Decorators of methods whose result is sent to clients. */
const handlers = /^(?:Get|Post|Put|Patch|Delete|All|Query|Mutation|Subscription|ResolveField)$/;
const calls = /^(?:query|\$queryRaw|\$queryRawUnsafe|execute|raw|sql)$/;
/** Decorators of properties that clients see. */
const shown = /^(?:Field|ApiProperty\w*|Expose)$/;
/** Methods that register a handler of a route. */
const routes = /^(?:get|post|put|patch|delete|all)$/;

/**
 * What the compiler accepts after the rename, and what changes at run time: rows that leave as a whole, objects passed as a whole, and rows
 * of raw SQL.
 */
export function openPlaces(source: compiler.SourceFile, field: FieldSymbols, newName: string): readonly OpenOffset[] {
  const found: OpenOffset[] = [];
  const { checker, name } = field;
  const list = (node: compiler.Node, reason: string) => found.push({ offset: node.getStart(source), reason });
  const has = (type: compiler.Type, depth = 3) => rowsIn(type, field, depth);
  const visit = (node: compiler.Node): void => {
    if (ts.isCallExpression(node) || ts.isTaggedTemplateExpression(node)) {
      if (isRawSql(node) && has(checker.getTypeAtLocation(node)))
        list(node, `raw SQL returns the column, and the type has "${newName}"`);
    }
    if (ts.isSpreadAssignment(node)) {
      if (isOther(checker.getTypeAtLocation(node.expression), field) && field.expectedAt(node.parent) === "all")
        list(node, `the spread object has "${name}", the model has "${newName}"`);
    } else if (ts.isCallExpression(node)) {
      if (isSender(node) && node.arguments.some((argument) => has(checker.getTypeAtLocation(argument))))
        list(node, `the row leaves as a whole, with "${newName}" instead of "${name}"`);
      for (const handler of handlersIn(node))
        if (
          checker
            .getTypeAtLocation(handler)
            .getCallSignatures()
            .some((signature) => has(signature.getReturnType()))
        )
          list(handler, `clients get "${newName}" instead of "${name}"`);
      for (const argument of node.arguments) passed(argument, savedRows(node, checker));
    } else if (ts.isPropertyAssignment(node)) passed(node.initializer);
    else if (ts.isShorthandPropertyAssignment(node)) passed(node.name);
    else if (ts.isPropertyDeclaration(node) && decoratorsOf(node).some((each) => shown.test(each))) {
      if (node.name.getText(source) === name && field.of(checker.getSymbolAtLocation(node.name)) === "all")
        list(node, `its decorator shows "${newName}" to clients`);
    } else if (ts.isAsExpression(node)) {
      const isUntyped = (checker.getTypeAtLocation(node.expression).flags & untyped) !== 0;
      if (isUntyped && has(checker.getTypeFromTypeNode(node.type), 1))
        list(node, `the value is cast to a type with "${newName}"`);
    } else if (ts.isMethodDeclaration(node) && decoratorsOf(node).some((each) => handlers.test(each))) {
      const signature = checker.getSignatureFromDeclaration(node);
      if (signature !== undefined && has(signature.getReturnType()))
        list(node.name, `clients get "${newName}" instead of "${name}"`);
    }
    ts.forEachChild(node, visit);
  };
  /** An object of another type that is passed as a whole. */
  const passed = (value: compiler.Expression, rows?: compiler.Type) => {
    const isWhole = ts.isIdentifier(value) || ts.isPropertyAccessExpression(value);
    if (!isWhole || !isOther(checker.getTypeAtLocation(value), field)) return;
    if (field.expectedAt(value) === "all" || field.in(rows) === "all")
      list(value, `the object has "${name}", the model has "${newName}"`);
  };
  visit(source);
  return found;
}

const untyped = ts.TypeFlags.Any | ts.TypeFlags.Unknown;

/** Whether a type has a property of this name that is not the field. */
function isOther(type: compiler.Type, field: FieldSymbols): boolean {
  return field.checker.getPropertyOfType(type, field.name) !== undefined && field.in(type) === "none";
}

/** Whether a type contains rows: itself, in lists and promises, and in properties. */
function rowsIn(given: compiler.Type, field: FieldSymbols, depth: number): boolean {
  const { checker } = field;
  const present = checker.getNonNullableType(given);
  const type = checker.getAwaitedType(present) ?? present;
  if ((type.flags & (ts.TypeFlags.Object | ts.TypeFlags.UnionOrIntersection)) === 0) return false;
  if (field.in(type) !== "none") return true;
  if (depth === 0) return false;
  if (type.isUnion()) return type.types.some((part) => rowsIn(part, field, depth - 1));
  if (checker.isArrayLikeType(type))
    return checker.getTypeArguments(type as compiler.TypeReference).some((each) => rowsIn(each, field, depth - 1));
  // Members of classes are no data, and types of packages have thousands.
  const isLiteral = type.getSymbol()?.declarations?.every((node) => !ts.isClassDeclaration(node)) ?? true;
  const properties = isLiteral ? checker.getPropertiesOfType(type) : [];
  if (properties.length > 60 || type.getCallSignatures().length > 0) return false;
  return properties.some((property) => rowsIn(checker.getTypeOfSymbol(property), field, depth - 1));
}

/** The rows of `repository.save(row)`, whose parameter has the type of its argument. */
function savedRows({ expression }: compiler.CallExpression, checker: compiler.TypeChecker): compiler.Type | undefined {
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== "save") return undefined;
  const receiver = checker.getTypeAtLocation(expression.expression);
  const isRepository = /Repository$/.test(receiver.getSymbol()?.name ?? "");
  return isRepository ? checker.getTypeArguments(receiver as compiler.TypeReference)[0] : undefined;
}

/** A call with SQL as text. Its rows have the type that the code gives them. */
function isRawSql(node: compiler.CallExpression | compiler.TaggedTemplateExpression): boolean {
  if (!calls.test(calleeOf(node))) return false;
  const [text] = ts.isCallExpression(node) ? node.arguments : [node.template];
  return (
    text !== undefined &&
    (ts.isStringLiteralLike(text) || ts.isTemplateExpression(text) || ts.isTaggedTemplateExpression(text))
  );
}

/** `app.get("/users", (request) => …)`. */
function handlersIn(call: compiler.CallExpression): readonly compiler.Expression[] {
  const [path, ...others] = call.arguments;
  if (!routes.test(calleeOf(call)) || path === undefined || !ts.isStringLiteralLike(path)) return [];
  return others.filter((each) => ts.isArrowFunction(each) || ts.isFunctionExpression(each));
}

function isSender(call: compiler.CallExpression): boolean {
  return senders.test(calleeOf(call));
}

function calleeOf(node: compiler.CallExpression | compiler.TaggedTemplateExpression): string {
  const expression = ts.isCallExpression(node) ? node.expression : node.tag;
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : "";
}

function decoratorsOf(node: compiler.MethodDeclaration | compiler.PropertyDeclaration): readonly string[] {
  return (ts.getDecorators(node as never) ?? []).flatMap(({ expression }) => {
    const callee = ts.isCallExpression(expression) ? expression.expression : expression;
    return ts.isIdentifier(callee) ? [callee.text] : [];
  });
}
