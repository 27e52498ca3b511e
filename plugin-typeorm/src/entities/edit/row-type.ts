import { lookUp, type SourceFile, ts } from "@lockstep/core/codemods";
import type { Entities } from "../entities.js";
import type { ClassDeclaration, Declaration } from "../model.js";
import { mayBeNull, type Typed, typedMember } from "./property-type.js";

/** A typed property and its file. */
export interface TypedPlace {
  readonly node: Typed;
  readonly file: SourceFile;
}

type Shape = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeLiteralNode;

/** Where the type of a property is declared for a schema: in its interface or class, or a base of it. */
export function rowTypesOf(owner: Declaration, name: string, entities: Entities): readonly TypedPlace[] {
  if (owner.kind !== "schema") return [];
  const found = new Map<ts.Node, TypedPlace>();
  for (const type of owner.rowTypes) {
    const place = declaredIn(type.text, owner.file, name, entities, 0);
    if (place !== undefined && place !== "unknown") found.set(place.node, place);
  }
  return [...found.values()];
}

/** Whether a base class or interface declares the property as never null: the class must agree. Unresolved bases count as such. */
export function isPromised(owner: ClassDeclaration, name: string, entities: Entities): boolean {
  const isFirm = (place: TypedPlace) =>
    place.node.type !== undefined && !mayBeNull(place.node.type, place.file, entities.project);
  const inherited = entities.basesOf(owner).flatMap(({ node, file }) => {
    const member = typedMember(node, name);
    return member === undefined ? [] : [{ node: member, file }];
  });
  if (inherited.some(isFirm)) return true;
  const implemented = owner.node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ImplementsKeyword);
  return (implemented?.types ?? []).some(({ expression }) => {
    const place = ts.isIdentifier(expression) ? declaredIn(expression.text, owner.file, name, entities, 0) : "unknown";
    return place === "unknown" || (place !== undefined && isFirm(place));
  });
}

/**
 * Whether a class or a subclass reads the property in its own code: `this.handle.length` would no longer compile. So the type stays. This
 * is correct, because reads do not select the column anyway.
 */
export function isReadInside(owner: ClassDeclaration, name: string, entities: Entities): boolean {
  const classes = entities.declarations.filter(
    (each): each is ClassDeclaration =>
      each === owner || (each.kind === "class" && entities.basesOf(each).includes(owner)),
  );
  return classes.some(({ node, file }) =>
    file.identifiers(name).some((use) => use.pos >= node.pos && use.end <= node.end && isReadOfThis(use)),
  );
}

function isReadOfThis(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isBindingElement(parent)) {
    const declaration = parent.parent.parent;
    const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return (parent.propertyName ?? parent.name) === use && value?.kind === ts.SyntaxKind.ThisKeyword;
  }
  if (!ts.isPropertyAccessExpression(parent) || parent.name !== use) return false;
  if (parent.expression.kind !== ts.SyntaxKind.ThisKeyword) return false;
  const around = parent.parent;
  const isWritten = ts.isBinaryExpression(around) && around.left === parent;
  return !isWritten || around.operatorToken.kind !== ts.SyntaxKind.EqualsToken;
}

/** The property in a type of this name or in its bases. `unknown` if a base is outside the files. */
function declaredIn(
  type: string,
  file: SourceFile,
  name: string,
  entities: Entities,
  depth: number,
): TypedPlace | "unknown" | undefined {
  const found = lookUp(entities.project, file, type, "type");
  if (found?.kind !== "declaration" || depth > 8) return "unknown";
  const shape = shapeOf(found.node);
  if (shape === undefined) return "unknown";
  const member = typedMember(shape, name);
  if (member !== undefined) return { node: member, file: found.file };
  const extended = ts.isTypeLiteralNode(shape) ? [] : (shape.heritageClauses ?? []).flatMap(({ types }) => types);
  for (const { expression } of extended) {
    const place = ts.isIdentifier(expression)
      ? declaredIn(expression.text, found.file, name, entities, depth + 1)
      : ("unknown" as const);
    if (place !== undefined) return place;
  }
  return undefined;
}

function shapeOf(node: ts.Node): Shape | undefined {
  if (ts.isTypeAliasDeclaration(node)) return ts.isTypeLiteralNode(node.type) ? node.type : undefined;
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? node : undefined;
}
