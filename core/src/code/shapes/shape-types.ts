import { ts } from "../ast/compiler.js";
import { isNullish, propertiesOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { lookUp, type Project } from "../project/project.js";
import { rowShapeOf } from "../types/row-shape.js";
import { fieldsOf } from "../write/class-members.js";
import { aliasOf } from "./inline-types.js";
import { basesOf, type ZodObject, zodObjectOf } from "./zod-chain.js";

export { keyStyles } from "../names/key-styles.js";

/** A declaration that lists the keys of an object: the form of a response. */
export type ShapeNode =
  | {
      readonly kind: "zod";
      readonly node: ts.ObjectLiteralExpression;
      /** The resolved schemas that it extends: their keys are its own. */
      readonly bases: readonly ts.ObjectLiteralExpression[];
      readonly file: SourceFile;
      readonly name: string | undefined;
    }
  | {
      readonly kind: "members";
      readonly node: ts.InterfaceDeclaration | ts.TypeLiteralNode;
      readonly file: SourceFile;
      readonly name: string | undefined;
    }
  | ClassShape
  | KeysShape;

/** The names in `Pick<User, "id" | "email">`: the base type has the new field. */
export interface KeysShape {
  readonly kind: "keys";
  readonly node: ts.UnionTypeNode;
  readonly file: SourceFile;
  readonly name: string | undefined;
  /** The app's type that they are picked from; undefined if that is the row. */
  readonly of?: ShapeNode;
}

/** A DTO class, for ORMs whose apps have them. */
export interface ClassShape {
  readonly kind: "class";
  readonly node: ts.ClassDeclaration;
  readonly file: SourceFile;
  readonly name: string | undefined;
}

/** The resolution of a declared type: a shape, a type that accepts any keys, or a type that is not supported. */
export type ResolvedType =
  | { readonly kind: "shape"; readonly shape: ShapeNode }
  | { readonly kind: "open" }
  | { readonly kind: "unknown" };

const wrappers = new Set(["Promise", "PromiseLike", "Awaited", "Readonly", "NonNullable"]);
const lists = new Set(["Array", "ReadonlyArray"]);
const unknown: ResolvedType = { kind: "unknown" };
const open: ResolvedType = { kind: "open" };

/** Follows a type by name to the declaration of its keys; `isElement` steps into a list first. */
export function resolveType(
  node: ts.TypeNode,
  file: SourceFile,
  context: TransformContext,
  isElement = false,
  depth = 0,
): ResolvedType {
  if (depth > 8) return unknown;
  const inside = (inner: ts.TypeNode | undefined, list = isElement): ResolvedType =>
    inner === undefined ? unknown : resolveType(inner, file, context, list, depth + 1);
  const { AnyKeyword, UnknownKeyword, ObjectKeyword } = ts.SyntaxKind;
  if ([AnyKeyword, UnknownKeyword, ObjectKeyword].includes(node.kind)) return open;
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return inside(node.type);
  if (ts.isArrayTypeNode(node)) return isElement ? inside(node.elementType, false) : unknown;
  if (ts.isUnionTypeNode(node)) {
    const rest = node.types.filter((type) => !isNullish(type));
    return rest.length === 1 ? inside(rest[0]) : unknown;
  }
  if (ts.isIntersectionTypeNode(node))
    return mostOf(
      node.types.map((type) => inside(type)),
      context,
    );
  if (ts.isTypeLiteralNode(node)) return isElement ? unknown : shape({ kind: "members", node, file, name: undefined });
  // `typeof sample`: the constant's declared type.
  if (ts.isTypeQueryNode(node) && ts.isIdentifier(node.exprName)) {
    const found = lookUp(context.project, file, node.exprName.text, "value");
    const type = found?.kind === "declaration" && ts.isVariableDeclaration(found.node) ? found.node.type : undefined;
    return type && found ? resolveType(type, found.file, context, isElement, depth + 1) : unknown;
  }
  if (!ts.isTypeReferenceNode(node)) return unknown;

  const [argument, second] = node.typeArguments ?? [];
  if (!ts.isIdentifier(node.typeName)) return isElement ? unknown : inferred(node, file, context);
  const name = node.typeName.text;
  if (wrappers.has(name)) return inside(argument);
  if (name === "Partial") return inside(argument);
  if (lists.has(name)) return isElement ? inside(argument, false) : unknown;
  if (name === "Omit") {
    const names = namesIn(second);
    return names === undefined || names.has(context.field.name) ? unknown : inside(argument);
  }
  if (name === "Pick") return isElement ? unknown : pickedFrom(argument, second, file, context, depth);
  if (name === "Record") return second?.kind === UnknownKeyword || second?.kind === AnyKeyword ? open : unknown;

  const found = lookUp(context.project, file, name, "type");
  if (found?.kind !== "declaration") return unknown;
  if (ts.isTypeAliasDeclaration(found.node)) {
    const resolved = resolveType(found.node.type, found.file, context, isElement, depth + 1);
    if (resolved.kind !== "shape") return resolved;
    return shape({ ...resolved.shape, name: resolved.shape.name ?? found.node.name.text });
  }
  if (isElement) return unknown;
  if (ts.isClassDeclaration(found.node)) {
    const its = classShape(found.node, found.file, context);
    return its === undefined ? unknown : shape(its);
  }
  if (!ts.isInterfaceDeclaration(found.node)) return unknown;
  return shape({ kind: "members", node: found.node, file: found.file, name: found.node.name.text });
}

/** The part of `Pick<User, "id" | "email"> & { url: string }` that names most columns. */
function mostOf(parts: readonly ResolvedType[], context: TransformContext): ResolvedType {
  const shapes = parts.flatMap((part) => (part.kind === "shape" ? [part] : []));
  if (shapes.length < parts.length) return unknown;
  const count = ({ shape }: (typeof shapes)[number]) => {
    const keys = keysOfShape(shape);
    return context.columns.filter(({ name }) => keyStyles.some((keyOf) => keys.has(keyOf(name)))).length;
  };
  return shapes.reduce<ResolvedType>(
    (most, each) => (most.kind !== "shape" || count(each) > count(most) ? each : most),
    unknown,
  );
}

/** `Pick<User, "id" | "email">`, and `Pick<User, UserKey>` with the names in an alias. */
function pickedFrom(
  of: ts.TypeNode | undefined,
  names: ts.TypeNode | undefined,
  file: SourceFile,
  context: TransformContext,
  depth: number,
): ResolvedType {
  if (of === undefined || names === undefined) return unknown;
  const union = unionOf(names, file, context);
  if (union === undefined) return unknown;
  const keys = { kind: "keys", ...union, name: undefined } as const;
  if (rowShapeOf(of, context) === "row") return shape(keys);
  const base = resolveType(of, file, context, false, depth + 1);
  return base.kind === "shape" ? shape({ ...keys, of: base.shape }) : unknown;
}

/** The names of `"id" | "email"`; undefined if they are not listed there. */
function namesIn(node: ts.TypeNode | undefined): ReadonlySet<string> | undefined {
  const types = node === undefined ? [] : ts.isUnionTypeNode(node) ? node.types : [node];
  const names = types.flatMap((each) => namedBy(each) ?? []);
  return types.length > 0 && names.length === types.length ? new Set(names) : undefined;
}

function unionOf(
  names: ts.TypeNode,
  file: SourceFile,
  { project }: TransformContext,
): Pick<KeysShape, "node" | "file"> | undefined {
  if (ts.isUnionTypeNode(names)) return { node: names, file };
  if (!ts.isTypeReferenceNode(names) || !ts.isIdentifier(names.typeName)) return undefined;
  const found = lookUp(project, file, names.typeName.text, "type");
  if (found?.kind !== "declaration" || !ts.isTypeAliasDeclaration(found.node)) return undefined;
  return ts.isUnionTypeNode(found.node.type) ? { node: found.node.type, file: found.file } : undefined;
}

/** A class as the shape of a response; undefined for models. */
export function classShape(
  node: ts.ClassDeclaration,
  file: SourceFile,
  context: TransformContext,
): ClassShape | undefined {
  if (context.orm.isModel?.(node, file, context)) return undefined;
  return { kind: "class", node, file, name: node.name?.text };
}

/** `z.infer<typeof UserResponse>`: its zod object. */
function inferred(node: ts.TypeReferenceNode, file: SourceFile, context: TransformContext): ResolvedType {
  const [argument] = node.typeArguments ?? [];
  const right = ts.isQualifiedName(node.typeName) ? node.typeName.right.text : "";
  if (!/^(?:infer|output|TypeOf)$/.test(right) || argument === undefined || !ts.isTypeQueryNode(argument))
    return unknown;
  if (!ts.isIdentifier(argument.exprName)) return unknown;
  const name = argument.exprName.text;
  const found = lookUp(context.project, file, name, "value");
  if (found?.kind !== "declaration" || !ts.isVariableDeclaration(found.node) || !found.node.initializer) return unknown;
  const declared = zodObjectOf(found.node.initializer);
  return declared === undefined ? unknown : shape(zodShape(declared, name, found.file, context.project));
}

/** The literal of `z.object({ … })` and similar calls; see `zodObjectOf`. */
export function zodObjectIn(value: ts.Expression): ts.ObjectLiteralExpression | undefined {
  return zodObjectOf(value)?.literal;
}

/** A zod object as a shape, with the literals that it extends. */
export function zodShape(
  declared: ZodObject,
  name: string | undefined,
  file: SourceFile,
  project: Project,
): Extract<ShapeNode, { kind: "zod" }> {
  return { kind: "zod", node: declared.literal, bases: basesOf(declared, file, project), file, name };
}

/** An interface or a type literal as a shape, with its declared name. */
export function membersShape(
  node: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  file: SourceFile,
): Extract<ShapeNode, { kind: "members" }> {
  const named = ts.isInterfaceDeclaration(node) ? node : aliasOf(node);
  return { kind: "members", node, file, name: named?.name.text };
}

/** The names that a shape lists. */
export function keysOfShape(shape: ShapeNode): ReadonlySet<string> {
  const { kind, node } = shape;
  if (kind === "zod") return new Set([node, ...shape.bases].flatMap((literal) => [...propertiesOf(literal).keys()]));
  if (kind === "class") return new Set(fieldsOf(node).keys());
  if (kind === "keys") return new Set(node.types.flatMap((each) => namedBy(each) ?? []));
  const names = node.members.flatMap((member) =>
    member.name && ts.isIdentifier(member.name) ? [member.name.text] : [],
  );
  return new Set(names);
}

function namedBy(type: ts.TypeNode): string | undefined {
  return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? type.literal.text : undefined;
}

/** The kind of place that a shape is. */
export function familyOf({ kind }: ShapeNode): "zod" | "dto" | "type" | "names" {
  if (kind === "keys") return "names";
  return kind === "class" ? "dto" : kind === "members" ? "type" : "zod";
}

/** Whether a shape names every column, all in one style. */
export function namesWholeModel(shape: ShapeNode, { columns }: TransformContext): boolean {
  const keys = keysOfShape(shape);
  return keyStyles.some((keyOf) => columns.length >= 3 && columns.every(({ name }) => keys.has(keyOf(name))));
}

/** The new field's spelling in a shape: that of most of its columns. */
export function keyIn(shape: ShapeNode, context: TransformContext): string {
  return keyAmong(keysOfShape(shape), context);
}

/** Like `keyIn`, for a set of keys. */
export function keyAmong(keys: ReadonlySet<string>, { columns, field }: TransformContext): string {
  const [asIs, ...others] = keyStyles.map((keyOf) => ({
    keyOf,
    count: columns.filter(({ name }) => keys.has(keyOf(name))).length,
  }));
  const other = others.find(({ count }) => count > (asIs?.count ?? 0));
  return (other ?? asIs)?.keyOf(field.name) ?? field.name;
}

function shape(found: ShapeNode): ResolvedType {
  return { kind: "shape", shape: found };
}
