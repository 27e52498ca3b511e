import { ts } from "../ast/compiler.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import type { Type, TypeSymbol, Types } from "../project/type-facts.js";
import { isRequiredKey } from "../shapes/required-keys.js";
import { keyAmong, keysOfShape, membersShape, type ShapeNode } from "../shapes/shape-types.js";
import { rowShapeOf } from "../types/row-shape.js";
import { inputShapeOf, inputShapeOfPattern } from "./input-shape.js";
import { isOwner } from "./value-origins.js";

/** Facts about a value that rows are built from. */
export interface InputType {
  /** The new field's key there. */
  readonly key: string;
  /** The declarations that list its columns: each needs the field for the value to have it. */
  readonly declared: readonly ShapeNode[];
  has(key: string): boolean;
  /** Whether a key is required and never null. */
  isRequired(key: string): boolean;
}

/**
 * The input type of an expression, or of what a pattern destructures: from its type, or from the code if the compiler has no type.
 * Undefined if neither is known.
 *
 * @example inputTypeOf(owner, file, context)?.declared; // `{ email: string }` of `(command: { user: { email: string } }) => command.user`
 */
export function inputTypeOf(
  value: ts.Expression | ts.ObjectBindingPattern,
  file: SourceFile,
  context: TransformContext,
): InputType | undefined {
  const { types } = context.project;
  const written = ts.isObjectBindingPattern(value)
    ? inputShapeOfPattern(value, file, context)
    : inputShapeOf(value, file, context);
  // The result of a call is not read twice.
  const isRead = ts.isObjectBindingPattern(value) ? isThere(value, types) : isOwner(value);
  const type = isRead ? types?.of(value) : undefined;
  // `Pick<NewUser, "email">` only has the keys that it names.
  const declared = types && type && written?.kind !== "keys" ? declaringShapes(type, types, context) : [];
  if (types === undefined || type === undefined || declared.length === 0) return written && ofShape(written, context);
  return ofType(type, declared, types, context);
}

/** An element of a list may be missing: `[{ email }] = users`. */
function isThere({ parent: { parent: list } }: ts.ObjectBindingPattern, types: Types | undefined): boolean {
  if (!ts.isArrayBindingPattern(list)) return true;
  const type = types?.of(list);
  return type !== undefined && types?.checker.isTupleType(type) === true;
}

function ofShape(shape: ShapeNode, context: TransformContext): InputType {
  const keys = keysOfShape(shape);
  return {
    key: keyAmong(keys, context),
    declared: [shape],
    has: (key) => keys.has(key),
    isRequired: (key) => isRequiredKey(shape, key),
  };
}

function ofType(type: Type, declared: readonly ShapeNode[], types: Types, context: TransformContext): InputType {
  const { Null, Undefined } = ts.TypeFlags;
  const isNeverNull = (symbol: TypeSymbol) => {
    const its = types.checker.getTypeOfSymbol(symbol);
    const parts = its.isUnion() ? its.types : [its];
    const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    return !isOptional && parts.every(({ flags }) => (flags & (Null | Undefined)) === 0);
  };
  return {
    key: keyAmong(new Set(type.getProperties().map(({ name }) => name)), context),
    declared,
    has: (key) => type.getProperty(key) !== undefined,
    isRequired: (key) => {
      const symbol = type.getProperty(key);
      return symbol !== undefined && isNeverNull(symbol);
    },
  };
}

/** The app's declarations that list columns of the model for a type. For each part of a union, the one that lists most. */
function declaringShapes(type: Type, types: Types, context: TransformContext): readonly ShapeNode[] {
  const parts = type.isUnion() ? type.types : [type];
  const found = new Map<ts.Node, ShapeNode>();
  for (const part of parts) {
    const shape = declaringShape(part, types, context);
    // If one part cannot get the field, the value never has it.
    if (shape === undefined) return [];
    found.set(shape.node, shape);
  }
  return [...found.values()];
}

function declaringShape(type: Type, types: Types, context: TransformContext): ShapeNode | undefined {
  const counts = new Map<ts.Node, number>();
  for (const { name } of context.columns) {
    const owners = keyStyles.flatMap((keyOf) => type.getProperty(keyOf(name))?.declarations ?? []);
    for (const owner of new Set(owners.map((each) => each.parent as ts.Node))) {
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
  }
  const [[most] = []] = [...counts].sort(([, one], [, other]) => other - one);
  return most && shapeAt(most, types, context);
}

/** An interface, a type literal or a class of the app. A model does not count: its own declaration gets the field. */
function shapeAt(node: ts.Node, types: Types, context: TransformContext): ShapeNode | undefined {
  const file = types.fileOf(node);
  if (file === undefined || context.orm.isModel?.(node, file, context)) return undefined;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) return membersShape(node, file);
  // `constructor(readonly email: string)`
  const owner = ts.isConstructorDeclaration(node) ? node.parent : node;
  return ts.isClassDeclaration(owner) ? { kind: "class", node: owner, file, name: owner.name?.text } : undefined;
}

/** Whether a value gets the field together with the model: its type is derived from the rows, or belongs to the ORM. */
export function followsModel(value: ts.Node, context: TransformContext): boolean {
  const type = context.project.types?.of(value);
  if (type === undefined) return false;
  if (context.orm.isWholeRow?.(type, context) || context.orm.isInput?.(type, context)) return true;
  const declaration = ts.isIdentifier(value) ? declarationOf(value) : value.parent;
  const isTyped = declaration && (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration));
  return isTyped === true && declaration.type !== undefined && rowShapeOf(declaration.type, context) === "row";
}
