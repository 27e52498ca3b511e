import { ts } from "../ast/compiler.js";
import { nameOf, pathOf, returnedBy, spreadsOf, unwrap } from "../ast/expressions.js";

/**
 * Whether instances of a class are sent without a field: it has `@Exclude()`, all fields are excluded unless exposed, or `toJSON` lists
 * what is sent.
 */
export function hidesField(node: ts.ClassDeclaration, field: string): boolean {
  if (isExcluded(node)) return true;
  return node.members.some((member) => {
    const name = nameOf(member.name as ts.PropertyName | undefined);
    if (ts.isMethodDeclaration(member) && name === "toJSON") return returnedBy(member).every(isNamedOneByOne);
    return name === field && isExcluded(member);
  });
}

/** `@Exclude()`, `@Exclude({ toPlainOnly: true })` */
function isExcluded(node: ts.Node): boolean {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.some(({ expression }) => {
    const callee = ts.isCallExpression(expression) ? expression.expression : expression;
    return pathOf(callee).at(-1) === "Exclude" && !expression.getText().includes("toClassOnly");
  });
}

function isNamedOneByOne(value: ts.Expression): boolean {
  const inner = unwrap(value);
  return ts.isObjectLiteralExpression(inner) && spreadsOf(inner).length === 0;
}
