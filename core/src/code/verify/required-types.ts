import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { applySplices, type Splice } from "../ast/splice.js";
import type { PlannedField } from "./request.js";

/**
 * A file that declares rows or inputs of a model, with its fields required, as the ORM has them later: without null, and no row is created
 * without them.
 *
 * @returns undefined if it declares none of the fields
 */
export function withRequired(file: compiler.SourceFile, fields: readonly PlannedField[]): string | undefined {
  const named = fields.filter(({ model, field }) => file.text.includes(model) && file.text.includes(field));
  if (named.length === 0) return undefined;
  const splices: Splice[] = [];
  const visit = (node: compiler.Node, owner: string | undefined): void => {
    const isType = ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node);
    const within = isType ? (node.name?.text ?? "") : owner;
    if (within !== undefined && (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)))
      if (named.some(({ model, field }) => node.name.getText(file) === field && isOf(within, model)))
        splices.push(...required(node, within, file));
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(file, undefined);
  return splices.length === 0 ? undefined : applySplices(file.text, splices);
}

/** Whether a type is the model, its payload, or what creates or updates its rows. */
function isOf(type: string, model: string): boolean {
  if (type === model || type === `$${model}Payload`) return true;
  return type.startsWith(model) && /^(?:Unchecked)?(?:Create|Update)\w*Input$/.test(type.slice(model.length));
}

function required(
  node: compiler.PropertySignature | compiler.PropertyDeclaration,
  owner: string,
  file: compiler.SourceFile,
): Splice[] {
  const { questionToken, type } = node;
  const isPartial = /Update\w*Input$/.test(owner);
  const mark = ts.isPropertyDeclaration(node) ? "!" : "";
  const splices: Splice[] = [];
  if (questionToken !== undefined && !isPartial)
    splices.push({ start: questionToken.getStart(file), end: questionToken.end, text: mark });
  if (type !== undefined && ts.isUnionTypeNode(type)) {
    const isNull = (each: compiler.TypeNode) =>
      ts.isLiteralTypeNode(each) && each.literal.kind === ts.SyntaxKind.NullKeyword;
    const others = type.types.filter((each) => !isNull(each));
    if (others.length < type.types.length)
      splices.push({
        start: type.getStart(file),
        end: type.end,
        text: others.map((each) => each.getText(file)).join(" | "),
      });
  }
  return splices;
}
