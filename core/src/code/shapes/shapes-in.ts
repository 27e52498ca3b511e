import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import type { Project } from "../project/project.js";
import { fieldsOf } from "../write/class-members.js";
import type { Container } from "../write/find-written.js";
import { inlineTypeOf } from "./inline-types.js";
import { type KeysShape, membersShape, resolveType, type ShapeNode, zodShape } from "./shape-types.js";
import { zodObjectOf } from "./zod-chain.js";
import { whatOfSchema } from "./zod-types.js";

/** The zod objects of a file. */
export function zodShapesIn(file: SourceFile, project: Project): readonly Extract<ShapeNode, { kind: "zod" }>[] {
  return file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
    const declared = zodObjectOf(call);
    if (declared === undefined || declared.literal.parent !== call) return [];
    let outer: ts.Node = call;
    while (
      ts.isPropertyAccessExpression(outer.parent) ||
      (ts.isCallExpression(outer.parent) && outer.parent.expression === outer)
    ) {
      outer = outer.parent;
    }
    const owner = outer.parent;
    const name = ts.isVariableDeclaration(owner) && ts.isIdentifier(owner.name) ? owner.name.text : undefined;
    return [zodShape(declared, name, file, project)];
  });
}

/** The literals of zod objects, with their descriptions for edits. */
export function zodLiteralsIn(file: SourceFile, { project }: TransformContext): readonly Container[] {
  return zodShapesIn(file, project).map(({ node }) => ({ node, what: whatOfSchema(node) }));
}

/** The lists of names that are picked from row types: `Pick<User, "id" | "email">`. */
export function pickedIn(file: SourceFile, context: TransformContext): readonly KeysShape[] {
  return file.identifiers("Pick").flatMap(({ parent: type }) => {
    if (!ts.isTypeReferenceNode(type)) return [];
    const picked = resolveType(type, file, context);
    if (picked.kind !== "shape" || picked.shape.kind !== "keys") return [];
    const name = ts.isTypeAliasDeclaration(type.parent) ? type.parent.name.text : undefined;
    return [{ ...picked.shape, name }];
  });
}

/** The interfaces and classes of a file, and its type literals: named ones, and those of parameters, variables and results. */
export function typesIn(file: SourceFile): readonly Extract<ShapeNode, { kind: "members" | "class" }>[] {
  const { InterfaceDeclaration, TypeLiteral, ClassDeclaration } = ts.SyntaxKind;
  return [
    ...file.nodes(InterfaceDeclaration).map((node) => membersShape(node, file)),
    ...file.nodes(TypeLiteral).flatMap((node) => {
      const shape = membersShape(node, file);
      return shape.name === undefined && inlineTypeOf(node) === undefined ? [] : [shape];
    }),
    ...file.nodes(ClassDeclaration).flatMap((node) => {
      return fieldsOf(node).size === 0 ? [] : [{ kind: "class" as const, node, file, name: node.name?.text }];
    }),
  ];
}
