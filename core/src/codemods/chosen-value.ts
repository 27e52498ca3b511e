import { ts } from "./compiler.js";
import { isParsing } from "./derivations.js";
import { initializerOf, nameOf, unwrap } from "./expressions.js";
import { givenTo, schemaOf } from "./output-schemas.js";
import { declarationOf } from "./scope.js";
import { keyIn, keysOfShape, resolveType, type ShapeNode } from "./shape-types.js";
import type { SourceFile } from "./source-file.js";
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
  if (context.intent.exposure === "internal") return undefined;
  const names = new Set(context.columns.map(({ name }) => name));
  const owners = new Map<string, { readonly owner: ts.Identifier; count: number }>();
  for (const property of literal.properties) {
    const name = nameOf(property.name);
    const owner = name !== undefined && names.has(name) ? ownerIn(initializerOf(property), name) : undefined;
    if (owner === undefined) continue;
    const known = owners.get(owner.text) ?? { owner, count: 0 };
    owners.set(owner.text, { ...known, count: known.count + 1 });
  }
  const [most] = [...owners.values()].sort((a, b) => b.count - a.count);
  const shape = most && sentAs(most.owner, file, context);
  if (most === undefined || shape === undefined) return undefined;
  const key = keyIn(shape, context);
  return keysOfShape(shape).has(key) ? `${most.owner.text}.${key}` : undefined;
}

/** `dto` of `dto.email.trim().toLowerCase()`: what a member is taken from. */
export function ownerIn(value: ts.Expression | undefined, member: string): ts.Identifier | undefined {
  if (value === undefined) return undefined;
  const inner = unwrap(value);
  if (ts.isPropertyAccessExpression(inner)) {
    if (inner.name.text === member && ts.isIdentifier(inner.expression)) return inner.expression;
    return ownerIn(inner.expression, member);
  }
  if (ts.isCallExpression(inner)) return ownerIn(inner.expression, member) ?? ownerIn(inner.arguments[0], member);
  return ts.isBinaryExpression(inner) ? ownerIn(inner.left, member) : undefined;
}

/** The schema or the type of what a name holds: `Body.parse(request.body)`, `input` of a procedure, a parameter that says it. */
function sentAs(name: ts.Identifier, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  const declaration = declarationOf(name);
  if (declaration === undefined) return undefined;
  if (ts.isBindingElement(declaration)) {
    const owner = declaration.parent.parent;
    const procedure = ts.isParameter(owner) ? owner.parent.parent : undefined;
    if (name.text !== "input" || procedure === undefined || !ts.isCallExpression(procedure)) return undefined;
    const schema = givenTo("input", procedure.expression);
    return schema && schemaOf(schema, file, context);
  }
  if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return undefined;
  if (declaration.type !== undefined) {
    const resolved = resolveType(declaration.type, file, context);
    return resolved.kind === "shape" ? resolved.shape : undefined;
  }
  return declaration.initializer && parsedBy(declaration.initializer, file, context);
}

function parsedBy(value: ts.Expression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  const inner = unwrap(value);
  const call = ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined;
  const { expression: schema, name } = call.expression;
  // What `safeParse` gives back has the value inside.
  return isParsing(name.text) && !/^safe/i.test(name.text) ? schemaOf(schema, file, context) : undefined;
}
