import { pathOf, type TransformContext, ts, unwrap } from "@lockstep/core/codemods";

/** What the other calls of a query say about the rows that it inserts. */
export interface InsertQuery {
  /** Columns are named one by one, and the new one is not among them. */
  readonly obstacle: string | undefined;
  /** On a conflict it overwrites columns that nobody names here. */
  readonly overwrites: boolean;
}

/** Looks through the calls before and after `.values(…)`. */
export function queryOf(values: ts.CallExpression, { field }: TransformContext): InsertQuery {
  let obstacle: string | undefined;
  let overwrites = false;
  for (const call of callsOfChain(values)) {
    const [first, second] = call.arguments;
    const name = pathOf(call.expression).at(-1);
    if (name === "into" && second !== undefined) {
      const listed = namesIn(second);
      if (listed === undefined || !listed.includes(field.name))
        obstacle = `into() names the columns that are written: add "${field.name}" there too`;
    }
    if (name === "orUpdate")
      overwrites = first === undefined || (namesIn(first) ?? namesOfOverwrite(first)) === undefined;
  }
  return { obstacle, overwrites };
}

/** All calls of the chain that a call stands in, the inner ones first. */
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

/** `["id", "name"]` */
function namesIn(value: ts.Expression): readonly string[] | undefined {
  const inner = unwrap(value);
  if (!ts.isArrayLiteralExpression(inner) || !inner.elements.every(ts.isStringLiteralLike)) return undefined;
  return inner.elements.map((each) => (each as ts.StringLiteral).text);
}

/** `{ conflict_target: …, overwrite: ["name"] }`, as it was written before lists were. */
function namesOfOverwrite(value: ts.Expression): readonly string[] | undefined {
  const inner = unwrap(value);
  if (!ts.isObjectLiteralExpression(inner)) return undefined;
  const overwrite = inner.properties.find((each) => each.name?.getText() === "overwrite");
  return overwrite !== undefined && ts.isPropertyAssignment(overwrite) ? namesIn(overwrite.initializer) : undefined;
}
