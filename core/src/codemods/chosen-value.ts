import { ts } from "./compiler.js";
import { isParsing } from "./derivations.js";
import { initializerOf, nameOf, unwrap } from "./expressions.js";
import { givenTo, schemaOf } from "./output-schemas.js";
import { declarationOf } from "./scope.js";
import { keyIn, keysOfShape, resolveType, type ShapeNode } from "./shape-types.js";
import { type SourceFile, textOf } from "./source-file.js";
import type { TransformContext } from "./transform.js";

/**
 * `body.handle` for a row that is made of `body.email` and `body.name`, where what callers send may have the field: the fill is then
 * what they get who do not choose.
 */
export function chosenBy(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const given = literal.properties.map((property) => [nameOf(property.name), initializerOf(property)] as const);
  return chosenAmong(given, file, context);
}

/** The same for fields that are set in any other way: `user.email = body.email`. */
export function chosenAmong(
  given: Iterable<readonly [name: string | undefined, value: ts.Expression | undefined]>,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  if (context.intent.exposure === "internal") return undefined;
  const names = new Set(context.columns.map(({ name }) => name));
  const owners = new Map<string, { readonly owner: Owner; count: number }>();
  for (const [name, value] of given) {
    const owner = name !== undefined && names.has(name) ? ownerIn(value, name) : undefined;
    if (owner === undefined) continue;
    const text = textOf(owner, file);
    const known = owners.get(text) ?? { owner, count: 0 };
    owners.set(text, { ...known, count: known.count + 1 });
  }
  const [most] = [...owners.values()].sort((a, b) => b.count - a.count);
  const shape = most && sentAs(most.owner, file, context);
  if (most === undefined || shape === undefined) return undefined;
  const key = keyIn(shape, context);
  return keysOfShape(shape).has(key) ? `${textOf(most.owner, file)}.${key}` : undefined;
}

/** `dto`, or `parsed.data`. */
type Owner = ts.Identifier | ts.PropertyAccessExpression;

/** `dto` of `dto.email.trim().toLowerCase()`: what a member is taken from. */
export function ownerIn(value: ts.Expression | undefined, member: string): Owner | undefined {
  if (value === undefined) return undefined;
  const inner = unwrap(value);
  if (ts.isPropertyAccessExpression(inner)) {
    const { expression: owner } = inner;
    const isData =
      ts.isPropertyAccessExpression(owner) && owner.name.text === "data" && ts.isIdentifier(owner.expression);
    if (inner.name.text === member && (ts.isIdentifier(owner) || isData)) return owner as Owner;
    return ownerIn(inner.expression, member);
  }
  if (ts.isCallExpression(inner)) return ownerIn(inner.expression, member) ?? ownerIn(inner.arguments[0], member);
  return ts.isBinaryExpression(inner) ? ownerIn(inner.left, member) : undefined;
}

/**
 * The schema or the type of what a value is: `Body.parse(request.body)`, the `data` of `Body.safeParse(request.body)`, `input` of a
 * procedure, a parameter that says it.
 */
export function sentAs(value: ts.Expression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  if (ts.isPropertyAccessExpression(value)) {
    const result = ts.isIdentifier(value.expression) ? declarationOf(value.expression) : undefined;
    const isResult = value.name.text === "data" && result !== undefined && ts.isVariableDeclaration(result);
    return isResult && result.initializer ? parsedBy(result.initializer, true, file, context) : undefined;
  }
  const declaration = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  if (declaration === undefined) return undefined;
  if (ts.isBindingElement(declaration)) return sentAsPart(declaration, file, context);
  if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return undefined;
  if (declaration.type !== undefined) {
    const resolved = resolveType(declaration.type, file, context);
    return resolved.kind === "shape" ? resolved.shape : undefined;
  }
  return declaration.initializer && parsedBy(declaration.initializer, false, file, context);
}

/** `({ input }) =>` of a procedure, `const { data } = Body.safeParse(request.body)`. */
function sentAsPart(element: ts.BindingElement, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  const owner = element.parent.parent;
  const key = nameOf((element.propertyName ?? element.name) as ts.PropertyName);
  if (ts.isVariableDeclaration(owner)) {
    return key === "data" && owner.initializer ? parsedBy(owner.initializer, true, file, context) : undefined;
  }
  const procedure = ts.isParameter(owner) ? owner.parent.parent : undefined;
  if (key !== "input" || procedure === undefined || !ts.isCallExpression(procedure)) return undefined;
  const schema = givenTo("input", procedure.expression);
  return schema && schemaOf(schema, file, context);
}

/** @param isResult what is parsed is in the `data` of what comes back */
function parsedBy(
  value: ts.Expression,
  isResult: boolean,
  file: SourceFile,
  context: TransformContext,
): ShapeNode | undefined {
  const inner = unwrap(value);
  const call = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const { expression: schema, name } = call.expression;
  return isParsing(name.text) && /^safe/i.test(name.text) === isResult ? schemaOf(schema, file, context) : undefined;
}
