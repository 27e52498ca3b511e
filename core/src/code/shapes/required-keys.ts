import { ts } from "../ast/compiler.js";
import { initializerOf, nameOf, propertiesOf } from "../ast/expressions.js";
import { fieldsOf } from "../write/class-members.js";
import type { ShapeNode } from "./shape-types.js";

/** Whether a shape requires the key. */
export function isRequiredKey(shape: ShapeNode, key: string): boolean {
  if (shape.kind === "zod") {
    const property = [shape.node, ...shape.bases].map((each) => propertiesOf(each).get(key)).find(Boolean);
    const type = initializerOf(property)?.getText();
    return type !== undefined && !/\.(?:optional|nullish|nullable)\(/.test(type);
  }
  // A picked key follows its type, which may allow null until contract.
  if (shape.kind === "keys") return false;
  const member =
    shape.kind === "class"
      ? fieldsOf(shape.node).get(key)
      : shape.node.members.find((each) => each.name !== undefined && nameOf(each.name as ts.PropertyName) === key);
  const isThere = member !== undefined && (ts.isPropertySignature(member) || ts.isPropertyDeclaration(member));
  return (
    isThere && member.questionToken === undefined && !/\b(?:null|undefined)\b/.test(member.type?.getText() ?? "null")
  );
}
