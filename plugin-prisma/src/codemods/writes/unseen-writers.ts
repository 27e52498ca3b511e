import {
  describe,
  type Finding,
  isTestFile,
  mirrorSources,
  pathOf,
  type SourceFile,
  type TransformContext,
  type Type,
  textOf,
  ts,
  unwrap,
  wrapperOf,
} from "@lockstep/core/codemods";
import { accessorOf, isForeignCall, methods } from "../calls/client-calls.js";
import { isClientName } from "../receivers/client-paths.js";
import { delegateOf, typedDelegate } from "../receivers/typed-delegate.js";
import { inputsIn } from "./input-literals.js";

const inserting = /^(?:create|createMany|createManyAndReturn|upsert)$/;
const writing = /^(?:(?:create|update)(?:Many|ManyAndReturn)?|upsert)$/;

/** The methods whose rows need the column. A mirror also follows its source in updates. */
const needing = (context: TransformContext) => (mirrorSources(context).length > 0 ? writing : inserting);

/**
 * Code that may insert rows without a recognisable call: the model is chosen at runtime, `prisma[model].create(…)`, or the delegate or a
 * method of it is passed to generic code.
 */
export function* unseenWriters(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isTestFile(file)) return;
  const { model, field } = context;
  const writes = mirrorSources(context).length > 0 ? "inserts or changes" : "inserts";
  const written = mirrorSources(context).length > 0 ? "inserted or changed" : "inserted";
  for (const access of file.nodes(ts.SyntaxKind.ElementAccessExpression)) {
    if (isAnyMethod(access, context)) {
      const what = describe(access, `rows of ${textOf(access, file).replaceAll(/\s+/g, " ")}`);
      const reason = `which method it is is decided when it runs: unless ${field.name} is in the rows that it ${writes}, add it`;
      yield { kind: "place", certainty: "likely", offset: access.getStart(file.ast), what, reason, mayLeaveOut: true };
    }
    if (!mayBeAnyDelegate(access, context)) continue;
    const what = describe(access, `rows of ${textOf(access, file).replaceAll(/\s+/g, " ")}`);
    const reason = `which model it is is decided when it runs: where that is ${model.name}, add ${field.name} to the rows that it ${writes}`;
    yield { kind: "place", certainty: "likely", offset: access.getStart(file.ast), what, reason, mayLeaveOut: true };
  }
  for (const name of file.identifiers(accessorOf(model.name))) {
    const access = name.parent;
    if (!ts.isPropertyAccessExpression(access) || access.name !== name) continue;
    const handed = isHandedOn(access, context);
    if (!handed || !isDelegate(access, context) || isForeignCall(methodOf(access), file, context.project)) continue;
    const what = describe(access, `rows of ${pathOf(access).slice(-2).join(".")}`);
    const reason = `it is handed on to code that takes any model: unless ${field.name} is in the rows that are ${written} there, add it`;
    yield { kind: "place", certainty: "likely", offset: access.getStart(file.ast), what, reason, mayLeaveOut: true };
  }
}

/** `prisma.user[method]`, unless its type excludes the methods that insert. */
function isAnyMethod(
  { expression, argumentExpression: key }: ts.ElementAccessExpression,
  context: TransformContext,
): boolean {
  const { project, model } = context;
  if (ts.isStringLiteralLike(key) || typedDelegate(expression, project.types)?.accessor !== accessorOf(model.name))
    return false;
  const names = project.types?.of(key);
  const parts = names?.isUnion() ? names.types : names ? [names] : [];
  return parts.length === 0 || parts.some((each) => !each.isStringLiteral() || needing(context).test(each.value));
}

/** `prisma[model]`, unless its type resolves the model or excludes this one. */
function mayBeAnyDelegate(access: ts.ElementAccessExpression, context: TransformContext): boolean {
  const { project, model } = context;
  const { expression, argumentExpression: key } = access;
  if (ts.isStringLiteralLike(key) || ts.isNumericLiteral(key)) return false;
  const outer = wrapperOf(access);
  const { parent } = outer;
  const isSet = ts.isBinaryExpression(parent) && parent.left === outer;
  const isOtherCall =
    ts.isPropertyAccessExpression(parent) && methods.has(parent.name.text) && !needing(context).test(parent.name.text);
  if (isSet || isOtherCall) return false;
  const inner = unwrap(expression);
  const accessor = accessorOf(model.name);
  const type = project.types?.of(inner);
  const isClient = type
    ? type.getProperty("$transaction") !== undefined && type.getProperty(accessor) !== undefined
    : isClientName(pathOf(inner).at(-1) ?? "");
  if (!isClient || typedDelegate(access, project.types) !== undefined) return false;
  const names = project.types?.of(key);
  const chosen = names?.isTypeParameter() ? project.types?.checker.getBaseConstraintOfType(names) : names;
  const parts = chosen?.isUnion() ? chosen.types : chosen ? [chosen] : [];
  return parts.length === 0 || parts.some((each) => !each.isStringLiteral() || each.value === accessor);
}

function isDelegate(access: ts.PropertyAccessExpression, { project, model }: TransformContext): boolean {
  const typed = typedDelegate(access, project.types);
  if (typed !== undefined) return typed.accessor === accessorOf(model.name);
  return project.types?.of(access.expression) === undefined && isClientName(pathOf(access.expression).at(-1) ?? "");
}

/** The expression whose owner is resolved: a call of a method of the delegate, wherever that is. */
function methodOf(access: ts.PropertyAccessExpression): ts.Expression {
  return ts.isPropertyAccessExpression(access.parent) ? access.parent : access;
}

function isHandedOn(access: ts.PropertyAccessExpression, context: TransformContext): boolean {
  const { types } = context.project;
  const outer = wrapperOf(access);
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent)) {
    // `prisma.user.create.bind(…)`, `rows.map(prisma.user.create)`
    const callee = wrapperOf(parent);
    const isCalled = ts.isCallExpression(callee.parent) && callee.parent.expression === callee;
    return !isCalled && needing(context).test(parent.name.text);
  }
  if (ts.isVariableDeclaration(parent)) {
    if (ts.isObjectBindingPattern(parent.name))
      return parent.name.elements.some((each) => needing(context).test((each.propertyName ?? each.name).getText()));
    if (parent.type === undefined) return false;
  }
  if (ts.isCallExpression(parent) && /^(?:bind|call|apply)$/.test(pathOf(parent.expression).at(-1) ?? "")) return false;
  // An argument of a package's function is reported where it is passed.
  const isOfPackage =
    (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && types?.calledBy(parent) === undefined;
  const expected = isOfPackage ? undefined : types?.expectedOf(outer as ts.Expression);
  return expected !== undefined && types !== undefined && takesAny(expected, access);

  function takesAny(type: Type, at: ts.Node): boolean {
    if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) !== 0) return true;
    if (type.isUnion()) return type.types.every((each) => takesAny(each, at));
    if (types !== undefined && delegateOf(type, types) !== undefined) return false;
    const create = type.getProperty("create");
    const [signature] = create ? (types?.checker.getTypeOfSymbolAtLocation(create, at).getCallSignatures() ?? []) : [];
    const [args] = signature?.parameters ?? [];
    if (args === undefined || types === undefined) return false;
    const given = types.checker.getTypeOfSymbolAtLocation(args, at);
    const data = given.getProperty("data");
    return (
      inputsIn(given).length === 0 &&
      (data === undefined || inputsIn(types.checker.getTypeOfSymbolAtLocation(data, at)).length === 0)
    );
  }
}
