import { ts } from "./compiler.js";
import { unwrap } from "./expressions.js";

/** All calls of the chain that contains a call, the inner ones first. */
export function callsOfChain(call: ts.CallExpression): readonly ts.CallExpression[] {
  const before: ts.CallExpression[] = [];
  for (let at: ts.Expression = call.expression; ; ) {
    const inner = unwrap(at);
    if (ts.isCallExpression(inner)) before.unshift(inner);
    if (!ts.isCallExpression(inner) && !ts.isPropertyAccessExpression(inner)) break;
    at = inner.expression;
  }
  const after: ts.CallExpression[] = [];
  for (let at: ts.Node = call; ts.isPropertyAccessExpression(at.parent); ) {
    const outer: ts.Node = at.parent.parent;
    if (!ts.isCallExpression(outer) || outer.expression !== at.parent) break;
    after.push(outer);
    at = outer;
  }
  return [...before, call, ...after];
}
