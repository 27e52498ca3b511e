import { ts } from "./compiler.js";
import { isAsserted, pathOf, returnedBy, spreadsOf, unwrap } from "./expressions.js";
import { isTestFile } from "./places/listing.js";
import { lookUp } from "./project.js";
import { namesAllColumns } from "./row-literals.js";
import { rowShapeOfValue } from "./row-values.js";
import { resolveType, type ShapeNode, zodObjectIn } from "./shape-types.js";
import { lineAt, type SourceFile, textOf } from "./source-file.js";
import { targetOf } from "./target-type.js";
import type { TransformContext } from "./transform.js";

/** Where a shape's name stands, in its own file and in those that import it. */
export interface Reference {
  readonly node: ts.Identifier;
  readonly file: SourceFile;
}

export function referencesTo(shape: ShapeNode, context: TransformContext): readonly Reference[] {
  const { name } = shape;
  if (name === undefined) return [];
  return context.project.files.flatMap((file) => {
    const found = file.identifiers(name);
    if (found.length === 0 || !leadsTo(file, name, shape, context)) return [];
    return found.map((node) => ({ node, file }));
  });
}

/** Why a zod object may be read by requests too: a required key more would turn them away. */
export function requestUse(references: readonly Reference[]): string | undefined {
  for (const { node, file } of references) {
    const { parent } = node;
    const at = `${file.file}:${lineAt(file.text, node.getStart(file.ast))}`;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node) {
      const method = parent.name.text;
      if (/^(?:omit|partial|required|deepPartial|keyof|shape|catchall)$/.test(method))
        return `${at} derives another schema from it`;
      const call = parent.parent;
      const argument = ts.isCallExpression(call) ? call.arguments[0] : undefined;
      if (/^(?:safe)?[pP]arse(?:Async)?$/.test(method) && argument && isRequestText(textOf(argument, file))) {
        return `${at} reads requests with it`;
      }
    } else if (isRequestSlot(node)) return `${at} reads requests with it`;
  }
  return undefined;
}

/** A literal that must have the shape and is not one of the mappers: it would lack the new key. */
export function handmade(
  shape: ShapeNode,
  references: readonly Reference[],
  known: ReadonlySet<ts.Node>,
  context: TransformContext,
): string | undefined {
  for (const file of new Set([shape.file, ...references.map((reference) => reference.file)])) {
    for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
      if (known.has(literal) || !namesAllColumns(literal, context) || spreadsOf(literal).length > 0) continue;
      if (literal === shape.node || isAsserted(literal) || isSelection(literal) || isZod(literal)) continue;
      const target = targetOf(literal, file, context);
      if (target.kind === "typed") {
        // Inside of a larger type it may be anything; at the top it is what the type says.
        const isElement = target.inside.length === 1 && target.inside[0] === "element";
        const resolved = resolveType(target.type, target.file, context, isElement);
        const isThis = resolved.kind === "shape" && resolved.shape.node === shape.node;
        if (!isThis && (target.inside.length === 0 || isElement)) continue;
      } else if (target.kind === "free" && /(?:^|[/.])(?:tests?|specs?|__tests__)(?:[/.]|$)/.test(file.file)) continue;
      return `${file.file}:${lineAt(file.text, literal.getStart(file.ast))} builds one by hand`;
    }
  }
  if (shape.kind !== "class") return classThat(references);
  // Where the constructor copies the row, all instances are filled by it.
  return known.has(shape.node) ? undefined : madeAnywhere(references, known);
}

/** `new UserDto()` that no mapper fills: the new field would be missing where its type says that it is there. */
function madeAnywhere(references: readonly Reference[], known: ReadonlySet<ts.Node>): string | undefined {
  const found = references.find(({ node, file }) => {
    const made = node.parent;
    if (!ts.isNewExpression(made) || made.expression !== node || known.has(made) || isTestFile(file)) return false;
    const given = [...(made.arguments ?? []), ...(ts.isCallExpression(made.parent) ? made.parent.arguments : [])];
    return !given.some((each) => known.has(each));
  });
  return (
    found && `${found.file.file}:${lineAt(found.file.text, found.node.getStart(found.file.ast))} builds one by hand`
  );
}

/** Why a class is what callers send, too: a required field more would turn them away. */
export function requestUseOfClass(references: readonly Reference[]): string | undefined {
  for (const { node, file } of references) {
    const at = `${file.file}:${lineAt(file.text, node.getStart(file.ast))}`;
    const { parent } = node;
    if (ts.isCallExpression(parent) && /^(?:OmitType|IntersectionType)$/.test(pathOf(parent.expression).at(-1) ?? ""))
      return `${at} derives another class from it`;
    let type: ts.Node = node;
    while (ts.isTypeNode(type.parent)) type = type.parent;
    const owner = type.parent;
    if (!ts.isParameter(owner) || owner.type !== type) continue;
    const isRead = ts.getDecorators(owner)?.some(({ expression }) => {
      const callee = ts.isCallExpression(expression) ? expression.expression : expression;
      return /^(?:Body|Query|Param|Args|Payload|MessageBody)$/.test(pathOf(callee).at(-1) ?? "");
    });
    if (isRead) return `${at} reads requests with it`;
  }
  return undefined;
}

/** Whether a whole row is given where the shape is declared: its new field is null for the types until contract. */
export function takesRows(shape: ShapeNode, references: readonly Reference[], context: TransformContext): boolean {
  const all = [...references, ...references.flatMap((reference) => derived(reference, shape, context))];
  return all.some(({ node, file }) => {
    let type: ts.Node = node;
    while (ts.isTypeNode(type.parent) || ts.isQualifiedName(type.parent)) type = type.parent;
    const owner = type.parent;
    if (ts.isFunctionLike(owner) && owner.type === type) {
      return returnedBy(owner as ts.FunctionLikeDeclaration).some((value) => holdsRows(value, file, context));
    }
    const isTyped = ts.isVariableDeclaration(owner) && owner.type === type && owner.initializer !== undefined;
    return isTyped && holdsRows(owner.initializer as ts.Expression, file, context);
  });
}

/** References to schemas that hold the shape: `z.array(UserResponse)` in `UserListResponse`. */
function derived({ node, file }: Reference, shape: ShapeNode, context: TransformContext): readonly Reference[] {
  for (let at: ts.Node = node; at.parent !== undefined; at = at.parent) {
    if (!ts.isVariableDeclaration(at) || !ts.isIdentifier(at.name) || at.name.text === shape.name) continue;
    if (!ts.isVariableStatement(at.parent.parent) || at.parent.parent.parent !== file.ast) return [];
    const name = at.name.text;
    return context.project.files.flatMap((each) =>
      each.identifiers(name).map((found) => ({ node: found, file: each })),
    );
  }
  return [];
}

function holdsRows(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const inner = unwrap(value);
  if (!ts.isObjectLiteralExpression(inner)) return rowShapeOfValue(inner, file, context) !== undefined;
  return inner.properties.some((property) => {
    if (ts.isSpreadAssignment(property)) return holdsRows(property.expression, file, context);
    if (ts.isShorthandPropertyAssignment(property)) return holdsRows(property.name, file, context);
    return ts.isPropertyAssignment(property) && holdsRows(property.initializer, file, context);
  });
}

function leadsTo(file: SourceFile, name: string, shape: ShapeNode, context: TransformContext): boolean {
  if (file === shape.file) return true;
  const found = lookUp(context.project, file, name, "type") ?? lookUp(context.project, file, name, "value");
  return found?.kind === "declaration" && found.file === shape.file;
}

/** `class UserDto implements UserResponse` would lack the member. */
function classThat(references: readonly Reference[]): string | undefined {
  const found = references.find(
    ({ node }) => ts.isExpressionWithTypeArguments(node.parent) && ts.isClassLike(node.parent.parent.parent),
  );
  return found && `${found.file.file}:${lineAt(found.file.text, found.node.getStart(found.file.ast))} implements it`;
}

/** `{ id: true, email: true }` */
function isSelection(literal: ts.ObjectLiteralExpression): boolean {
  return literal.properties.every(
    (each) => ts.isPropertyAssignment(each) && each.initializer.kind === ts.SyntaxKind.TrueKeyword,
  );
}

function isZod(literal: ts.ObjectLiteralExpression): boolean {
  return ts.isCallExpression(literal.parent) && zodObjectIn(literal.parent) === literal;
}

function isRequestText(text: string): boolean {
  return /\bbody\b|\b(?:req|request|ctx|event)\b.*\b(?:query|params|json|formData|input)\b/i.test(text);
}

/** `schema: { body: UserSchema }`, `validate(UserSchema)`, `.input(UserSchema)` */
function isRequestSlot(node: ts.Identifier): boolean {
  for (let at: ts.Node = node, depth = 0; at !== undefined && depth < 5; at = at.parent, depth += 1) {
    if (ts.isPropertyAssignment(at) && /^(?:body|query|querystring|params|headers|input|args)$/.test(at.name.getText()))
      return true;
    if (!ts.isCallExpression(at) || at.arguments.length === 0) continue;
    if (/(?:^|\.)(?:input|zValidator|validate\w*|parseBody)$/i.test(at.expression.getText())) return true;
  }
  return false;
}
