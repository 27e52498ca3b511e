import { ts } from "../compiler.js";
import { describe, pathOf, unwrap } from "../expressions.js";
import { declarationOf } from "../scope.js";
import { type SourceFile, textOf } from "../source-file.js";
import type { Transform } from "../transform.js";

/** Whole rows that go out as they were read: with the reads open they would show what is internal. */
export const internalRows: Transform = {
  id: "internal-rows",
  intents: ["read"],
  isChecklist: true,

  *find(file, context) {
    if (context.intent.exposure !== "internal") return;
    const { name } = context.field;
    for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
      const { expression: callee, arguments: args } = call;
      const isRead = context.orm.readsRows(callee, args, file, context) !== undefined;
      const unclear = isRead ? undefined : context.orm.whyUnclear?.(callee, args, file, context);
      if ((!isRead && unclear === undefined) || !goesOut(call, file)) continue;
      const what = describe(call, `rows of ${textOf(call.expression, file).replaceAll(/\s+/g, "")}`);
      const read = `it answers with whole rows, and ${name} is internal: read or send them without ${name}`;
      const reason = unclear === undefined ? read : `${read}; ${unclear}`;
      const certainty = unclear === undefined ? "required" : "possible";
      yield { kind: "place", certainty, offset: call.getStart(file.ast), what, reason };
    }
  },
};

/** Whether a value is sent, or returned by what handles requests: itself, in a literal, or by the name that it gets. */
function goesOut(value: ts.Node, file: SourceFile): boolean {
  let at = value;
  while (isAround(at.parent, at)) at = at.parent;
  const { parent } = at;
  if (ts.isCallExpression(parent)) return parent.expression !== at && isAnswer(parent);
  if (ts.isReturnStatement(parent)) return handlesRequests(ts.findAncestor(parent, ts.isFunctionLike));
  if (ts.isArrowFunction(parent)) return handlesRequests(parent);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  const { name } = parent;
  return file
    .identifiers(name.text)
    .some((use) => use !== name && use.pos > parent.end && declarationOf(use) === parent && goesOut(use, file));
}

/** `await rows`, `{ users: rows }`, `[...rows]`, `rows as Row[]` */
function isAround(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isExpression(parent) && !ts.isCallExpression(parent) && unwrap(parent) !== parent) return true;
  return (
    ts.isAwaitExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isObjectLiteralExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isSpreadAssignment(parent) ||
    ts.isShorthandPropertyAssignment(parent)
  );
}

/** `res.json(…)`, `reply.code(200).send(…)`, `NextResponse.json(…)` */
function isAnswer({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && /^(?:json|send|jsonp)$/.test(expression.name.text);
}

/** `app.get("/users", async () => …)`, `publicProcedure.query(() => …)`, `@Get() list() { … }` */
function handlesRequests(node: ts.Node | undefined): boolean {
  if (node === undefined) return false;
  if (ts.isMethodDeclaration(node)) {
    const names = (ts.getDecorators(node) ?? []).map(
      ({ expression }) => pathOf(ts.isCallExpression(expression) ? expression.expression : expression).at(-1) ?? "",
    );
    return names.some((name) => /^(?:Get|Post|Put|Patch|Delete|All|Query|Mutation|ResolveField)$/.test(name));
  }
  const { parent } = node;
  if (!ts.isCallExpression(parent) || !ts.isPropertyAccessExpression(parent.expression)) return false;
  return /^(?:get|post|put|patch|delete|all|query|mutation)$/.test(parent.expression.name.text);
}
