import { ts } from "../ast/compiler.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";

/** What a type node means: a row of the model, a list of rows, or an object whose values are rows. */
export type RowShape = "row" | "list" | "record";

/** Types that hold all columns when their argument does. */
const transparent = new Set(["Promise", "PromiseLike", "Awaited", "Readonly", "Required", "NonNullable"]);
const lists = new Set(["Array", "ReadonlyArray", "AsyncIterable", "AsyncGenerator", "Iterable", "Generator", "Set"]);
const records = new Set(["Record", "Map", "ReadonlyMap"]);

/** Whether a type is the model's row, told by names and imports. */
export function rowShapeOfType(
  node: ts.TypeNode | undefined,
  file: SourceFile,
  context: TransformContext,
  depth = 0,
): RowShape | undefined {
  // Aliases can lead in circles; nobody nests them this deep.
  if (node === undefined || depth > 8) return undefined;
  const inside = (inner: ts.TypeNode | undefined) => rowShapeOfType(inner, file, context, depth + 1);
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return inside(node.type);
  if (ts.isArrayTypeNode(node)) return inside(node.elementType) === "row" ? "list" : undefined;
  // `User | null`; of `User & { orders: Order[] }` the row is a part, and all its columns are there.
  if (ts.isUnionTypeNode(node)) return sole(node.types.filter((type) => !isNullish(type)).map(inside));
  if (ts.isIntersectionTypeNode(node)) return node.types.map(inside).find((shape) => shape !== undefined);
  // `class UserEntity implements User`
  if (ts.isExpressionWithTypeArguments(node)) {
    const [first, second] = node.typeArguments ?? [];
    if (!ts.isIdentifier(node.expression)) return undefined;
    return shapeOfReference(node.expression.text, first, second, file, context, depth);
  }
  if (!ts.isTypeReferenceNode(node)) return undefined;

  const [first, second] = node.typeArguments ?? [];
  if (!ts.isIdentifier(node.typeName)) {
    const qualifier = ts.isIdentifier(node.typeName.left) ? node.typeName.left.text : "";
    const name = node.typeName.right.text;
    if (!isClientNamespace(qualifier, file, context)) return undefined;
    const argument = first === undefined ? undefined : textOf(first, file);
    return context.orm.isRowType(qualifier, name, argument, context.model.name) ? "row" : undefined;
  }
  return shapeOfReference(node.typeName.text, first, second, file, context, depth);
}

/** `User`, `Promise<User>`, `Omit<User, "id">` */
function shapeOfReference(
  name: string,
  first: ts.TypeNode | undefined,
  second: ts.TypeNode | undefined,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): RowShape | undefined {
  const inside = (inner: ts.TypeNode | undefined) => rowShapeOfType(inner, file, context, depth + 1);
  if (transparent.has(name)) return inside(first);
  if (name === "Omit") return inside(first) === "row" && !namesField(second, file, context) ? "row" : undefined;
  if (lists.has(name)) return inside(first) === "row" ? "list" : undefined;
  if (records.has(name)) return inside(second) === "row" ? "record" : undefined;
  return rowShapeOfName(name, file, context, depth);
}

function rowShapeOfName(
  name: string,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): RowShape | undefined {
  const found = lookUp(context.project, file, name, "type");
  if (found === undefined) return undefined;
  if (found.kind === "external") {
    const isRow = found.name === context.model.name && context.orm.isClientModule(found.specifier, found.file, context);
    return isRow ? "row" : undefined;
  }
  if (ts.isTypeAliasDeclaration(found.node)) return rowShapeOfType(found.node.type, found.file, context, depth + 1);
  if (!ts.isInterfaceDeclaration(found.node) && !ts.isClassDeclaration(found.node)) return undefined;
  if (context.orm.isRowDeclaration?.(found.node, found.file, context)) return "row";
  if (ts.isClassDeclaration(found.node)) return undefined;
  const bases = found.node.heritageClauses?.flatMap((clause) => [...clause.types]) ?? [];
  const isRow = bases.some((base) => {
    if (!ts.isIdentifier(base.expression) || base.typeArguments !== undefined) return false;
    return rowShapeOfName(base.expression.text, found.file, context, depth + 1) === "row";
  });
  return isRow ? "row" : undefined;
}

/** Whether a name is the namespace of the ORM's generated client: `Prisma`. */
function isClientNamespace(name: string, file: SourceFile, context: TransformContext): boolean {
  const found = lookUp(context.project, file, name, "type");
  return found?.kind === "external" && context.orm.isClientModule(found.specifier, found.file, context);
}

function namesField(keys: ts.TypeNode | undefined, file: SourceFile, context: TransformContext): boolean {
  return keys !== undefined && new RegExp(`["']${context.field.name}["']`).test(textOf(keys, file));
}

/** `null` or `undefined` in a union. */
export function isNullish(type: ts.TypeNode): boolean {
  if (ts.isLiteralTypeNode(type)) return type.literal.kind === ts.SyntaxKind.NullKeyword;
  return type.kind === ts.SyntaxKind.UndefinedKeyword;
}

function sole(shapes: readonly (RowShape | undefined)[]): RowShape | undefined {
  return shapes.length === 1 ? shapes[0] : undefined;
}
