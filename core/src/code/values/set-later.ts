import { ts } from "../ast/compiler.js";
import { wrapperOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { sourcesOf } from "./value-text.js";

/** A member that is set on the name of a literal: `data.email = body.email`. */
export interface SetLater {
  /** The name of the literal: `data`. */
  readonly name: string;
  /** The field itself, or the first field that its value is computed from. */
  readonly field: string;
}

/** Whether the field, or an input of its computation, is set after the literal: then the literal's value is not the stored one. */
export function setLater(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): SetLater | undefined {
  const holder = wrapperOf(literal).parent;
  if (!ts.isVariableDeclaration(holder) || !ts.isIdentifier(holder.name)) return undefined;
  const { text: name } = holder.name;
  const set = file.identifiers(name).flatMap((use) => {
    const { parent } = use;
    const isOwner = ts.isPropertyAccessExpression(parent) && parent.expression === use;
    return isOwner && isSet(parent) && declarationOf(use) === holder ? [parent] : [];
  });
  const fields = [context.field.name, ...sourcesOf(context).map((source) => source.name)];
  const field = fields.find((each) => set.some((access) => access.name.text === each));
  return field === undefined ? undefined : { name, field };
}

/** `data.email = …`, `data.email ??= …` */
function isSet(access: ts.PropertyAccessExpression): boolean {
  const { parent } = access;
  if (!ts.isBinaryExpression(parent) || parent.left !== access) return false;
  const { kind } = parent.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
