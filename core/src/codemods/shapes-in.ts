import { fieldsOf } from "./class-members.js";
import { ts } from "./compiler.js";
import { type ShapeNode, zodObjectIn } from "./shape-types.js";
import type { SourceFile } from "./source-file.js";

/** The zod objects of a file. */
export function zodShapesIn(file: SourceFile): readonly Extract<ShapeNode, { kind: "zod" }>[] {
  return file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
    const [argument] = call.arguments;
    const node = zodObjectIn(call);
    if (node === undefined || node !== argument) return [];
    let outer: ts.Node = call;
    while (
      ts.isPropertyAccessExpression(outer.parent) ||
      (ts.isCallExpression(outer.parent) && outer.parent.expression === outer)
    ) {
      outer = outer.parent;
    }
    const owner = outer.parent;
    const name = ts.isVariableDeclaration(owner) && ts.isIdentifier(owner.name) ? owner.name.text : undefined;
    return [{ kind: "zod" as const, node, file, name }];
  });
}

/** The interfaces, named type literals and classes of a file. The type of a parameter says little, and the compiler points to it when it matters. */
export function typesIn(file: SourceFile): readonly Exclude<ShapeNode, { kind: "zod" }>[] {
  const { InterfaceDeclaration, TypeLiteral, ClassDeclaration } = ts.SyntaxKind;
  return [
    ...file.nodes(InterfaceDeclaration).map((node) => ({ kind: "members" as const, node, file, name: node.name.text })),
    ...file.nodes(TypeLiteral).flatMap((node) => {
      const name = ts.isTypeAliasDeclaration(node.parent) ? node.parent.name.text : undefined;
      return name === undefined ? [] : [{ kind: "members" as const, node, file, name }];
    }),
    ...file.nodes(ClassDeclaration).flatMap((node) => {
      return fieldsOf(node).size === 0 ? [] : [{ kind: "class" as const, node, file, name: node.name?.text }];
    }),
  ];
}
