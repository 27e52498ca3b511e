import { ts } from "../compiler.js";
import { nameOf } from "../expressions.js";
import type { Transform } from "../transform.js";
import { isTestFile, listing } from "./listing.js";
import { isRequest } from "./zod-objects.js";

/** Interfaces, type literals and DTO classes with some fields of the model. */
export const types: Transform = {
  id: "types",
  intents: ["acceptInRequests", "read"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    const { InterfaceDeclaration, TypeLiteral, ClassDeclaration } = ts.SyntaxKind;
    for (const node of [
      ...file.nodes(InterfaceDeclaration),
      ...file.nodes(TypeLiteral),
      ...file.nodes(ClassDeclaration),
    ]) {
      const names = [...node.members].flatMap((member) => {
        const isField = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
        const name = isField ? nameOf(member.name) : undefined;
        return name === undefined ? [] : [name];
      });
      const name = nameOfType(node);
      if (context.orm.isModel?.(node, file, context)) continue;
      // The type of a parameter says little, and the compiler points to it when it matters.
      if (name === undefined || (context.intent.exposure === "internal" && context.intent.kind === "read")) continue;
      if (isRequest(name, names, context.model.primaryKey) !== (context.intent.kind === "acceptInRequests")) continue;
      const what = `${ts.isInterfaceDeclaration(node) ? "interface" : ts.isClassLike(node) ? "class" : "type"} ${name}`;
      const found = listing(
        names,
        node.getStart(file.ast),
        what,
        `add ${context.field.name} if it belongs there`,
        context,
      );
      if (found !== undefined) yield found;
    }
  },
};

function nameOfType(node: ts.InterfaceDeclaration | ts.TypeLiteralNode | ts.ClassDeclaration): string | undefined {
  if (!ts.isTypeLiteralNode(node)) return node.name?.text;
  return ts.isTypeAliasDeclaration(node.parent) ? node.parent.name.text : undefined;
}
