import { ts } from "../ast/compiler.js";
import { describe, pathOf, returnedBy, unwrap } from "../ast/expressions.js";
import { lineAt, type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile, readsFieldInPhase } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { type RowsInValue, resolveFunction, rowsInExpression, selectsField } from "../flow/rows-in-expression.js";
import { parsesIn } from "../responses/parsed-rows.js";
import { keepsKey } from "../shapes/zod-tree.js";

/** Whole rows that are sent. With reads enabled they would expose an internal column; rows that were just written do so before. */
export const internalRows: Transform = {
  id: "internal-rows",
  intents: ["keepFromReads", "read"],
  isChecklist: true,

  *find(file, context) {
    if (context.intent.exposure !== "internal" || context.orm.isHidden?.(context)) return;
    const listed = new Set<ts.Node>();
    for (const answer of answersIn(context)) {
      if (answer.file !== file) continue;
      for (const rows of rowsInExpression(answer.value, file, context)) {
        if (answer.schema !== undefined && !keepsKey(answer.schema, rows.path, file, context)) continue;
        if (rows.select !== undefined || !selectsField(rows, context) || !readsFieldInPhase(rows, context)) continue;
        const found = placeOf(rows, answer.value, file, context);
        if (listed.has(found.node)) continue;
        listed.add(found.node);
        yield found.place;
      }
    }
  },
};

/** The position of the read, or else of the code that sends the rows. */
function placeOf(
  { read }: RowsInValue,
  sent: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): { readonly node: ts.Node; readonly place: Finding } {
  const { field } = context;
  const isHere = read?.file === file;
  const node = isHere ? read.call : sent;
  const shown =
    read === undefined ? context.model.name : textOf(read.call.expression, read.file).replaceAll(/\s+/g, "");
  const where = isHere || read === undefined ? "" : ` that ${read.file.file}:${lineOf(read.call, read.file)} reads`;
  const unclear = read && context.orm.whyUnclear?.(read.call.expression, read.call.arguments, read.file, context);
  const doubt = unclear === undefined ? "" : `; ${unclear}`;
  const reason = `it answers with whole rows${where}, and ${field.name} is internal: ${adviceFor(read, context)}${doubt}`;
  const what = describe(node, `rows of ${shown}`);
  const certainty = unclear === undefined ? "required" : "possible";
  return { node, place: { kind: "place", certainty, offset: node.getStart(file.ast), what, reason } };
}

/** How to exclude the column from responses. */
function adviceFor(read: RowsInValue["read"], context: TransformContext): string {
  const { field, orm } = context;
  if (read === undefined) return `send them without ${field.name}`;
  if (orm.withoutField === undefined) return `read or send them without ${field.name}`;
  const anywhere = orm.withoutFieldAnywhere === undefined ? "" : `${orm.withoutFieldAnywhere(context)}, `;
  return `${anywhere}read them with \`${orm.withoutField(context)}\`, or send them without it`;
}

function lineOf(node: ts.Node, file: SourceFile): number {
  return lineAt(file.text, node.getStart(file.ast));
}

/** A value that is sent as a response. */
interface Answer {
  readonly value: ts.Expression;
  readonly file: SourceFile;
  /** The schema that it passes through first. */
  readonly schema?: ts.Expression | undefined;
}

/** The values that are sent, and those that request handlers return, in all files. */
const answersIn = memoized((context): readonly Answer[] => {
  const answers = context.project.files.flatMap((file) =>
    isTestFile(file) ? [] : [...sentIn(file), ...returnedIn(file, context)],
  );
  const schemas = new Map(
    context.project.files.flatMap((file) => parsesIn(file).map(({ value, schema }) => [value, schema] as const)),
  );
  const byValue = new Map(answers.map((answer) => [answer.value, answer]));
  return [...byValue.values()].map((answer) => ({ ...answer, schema: schemas.get(answer.value) }));
});

/** `res.json(…)`, `reply.code(200).send(…)`, `NextResponse.json(…)`, `ctx.body = …` */
function sentIn(file: SourceFile): readonly Answer[] {
  const sent = file.nodes(ts.SyntaxKind.CallExpression).flatMap(({ expression, arguments: given }) => {
    const isAnswer = ts.isPropertyAccessExpression(expression) && /^(?:json|send|jsonp)$/.test(expression.name.text);
    return isAnswer ? given.map((value) => ({ value, file })) : [];
  });
  const set = file.identifiers("body").flatMap(({ parent }) => {
    const assigned = ts.isPropertyAccessExpression(parent) ? parent.parent : undefined;
    if (assigned === undefined || !ts.isBinaryExpression(assigned) || assigned.left !== parent) return [];
    const isSet = assigned.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    const isAnswer = /^(?:ctx|context|response|res)$/.test(pathOf(assigned.left).at(-2) ?? "");
    return isSet && isAnswer ? [{ value: assigned.right, file }] : [];
  });
  return [...sent, ...set];
}

/** The values that request handlers return: `app.get("/users", async () => …)`, `publicProcedure.query(() => …)`, `@Get() list() { … }` */
function returnedIn(file: SourceFile, context: TransformContext): readonly Answer[] {
  const handlers = file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
    const callee = call.expression;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : "";
    if (name === "route") return call.arguments.flatMap((each) => handlerIn(each));
    const isRoute = /^(?:get|post|put|patch|delete|all|query|mutation)$/.test(name);
    return isRoute ? call.arguments.slice(call.arguments.length > 1 ? 1 : 0) : [];
  });
  const given = handlers.flatMap((handler) => functionOf(handler, file, context) ?? []);
  const methods = file
    .nodes(ts.SyntaxKind.ClassDeclaration)
    .flatMap(({ members }) =>
      members.flatMap((node) => (ts.isMethodDeclaration(node) && handlesRequests(node) ? [{ node, file }] : [])),
    );
  return [...given, ...methods].flatMap(({ node, file: its }) =>
    "body" in node ? returnedBy(node as ts.FunctionLikeDeclaration).map((value) => ({ value, file: its })) : [],
  );
}

/** `{ method: "GET", handler: async () => … }` */
function handlerIn(options: ts.Expression): readonly ts.Expression[] {
  const literal = unwrap(options);
  if (!ts.isObjectLiteralExpression(literal)) return [];
  return literal.properties.flatMap((each) =>
    ts.isPropertyAssignment(each) && each.name.getText() === "handler" ? [each.initializer] : [],
  );
}

function functionOf(value: ts.Expression, file: SourceFile, context: TransformContext) {
  const inner = unwrap(value);
  if (ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)) return { node: inner, file };
  const isNamed = ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner);
  return isNamed ? resolveFunction(inner, file, context) : undefined;
}

function handlesRequests(node: ts.ClassElement): boolean {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  const names = decorators.map(
    ({ expression }) => pathOf(ts.isCallExpression(expression) ? expression.expression : expression).at(-1) ?? "",
  );
  return names.some((name) => /^(?:Get|Post|Put|Patch|Delete|All|Query|Mutation|ResolveField)$/.test(name));
}
