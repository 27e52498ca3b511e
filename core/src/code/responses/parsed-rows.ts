import { ts } from "../ast/compiler.js";
import { nameOf, pathOf, returnedBy, unwrap } from "../ast/expressions.js";
import { lineAt, type SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { type RowsInValue, rowsInExpression } from "../flow/rows-in-expression.js";
import { givenTo } from "../inputs/output-schemas.js";
import { readsRequests } from "../inputs/request-use.js";
import { type Parse, parseAt } from "../shapes/parse-calls.js";
import { keyIn, keyStyles, keysOfShape, type ShapeNode } from "../shapes/shape-types.js";
import { zodShapesIn } from "../shapes/shapes-in.js";
import { type SchemaPart, schemaPartsOf } from "../shapes/zod-tree.js";
import { type Reference, referencesTo } from "../types/references.js";

/** Rows of the model that a zod object parses on output. */
export interface ParsedRows {
  readonly part: SchemaPart;
  readonly rows: RowsInValue;
  /** The parsed value: `user` of `UserResponse.parse(user)`. */
  readonly value: ts.Expression;
  readonly file: SourceFile;
}

/** All parsed rows of the project whose schema and rows can be resolved. */
export const parsedRowsIn = memoized((context): readonly ParsedRows[] =>
  parsesOf(context).flatMap(({ schema, value, file }) => {
    const parts = schemaPartsOf(schema, file, context);
    const rows = parts.length === 0 ? [] : rowsInExpression(value, file, context);
    return parts.flatMap((part) =>
      rows
        .filter(({ path }) => path.join("\n") === part.path.join("\n"))
        .map((each) => ({ part, rows: each, value, file })),
    );
  }),
);

/** Every value that is parsed with a schema, including in functions that receive both: `respond(UserResponse, user)`. */
export const parsesOf = memoized((context): readonly Parse[] =>
  context.project.files.flatMap((file) => [
    ...parsesIn(file),
    ...zodShapesIn(file, context.project)
      .filter((shape) => namesColumnsOf(shape, context))
      .flatMap((shape) => referencesTo(shape, context).flatMap(givenWith)),
  ]),
);

function namesColumnsOf(shape: ShapeNode, { columns }: TransformContext): boolean {
  const keys = keysOfShape(shape);
  return columns.filter(({ name }) => keyStyles.some((keyOf) => keys.has(keyOf(name)))).length > 1;
}

const isOfRequests = /valid|body|input|request|quer|param|form|resolver|guard|middleware|expect/i;

/** The other arguments of a call with a schema, or a list of it. The function need not be resolved. Schemas of requests do not count. */
function givenWith({ node, file }: Reference): readonly Parse[] {
  let schema: ts.Node = node;
  while (isListOf(schema)) schema = ts.isCallExpression(schema.parent) ? schema.parent : schema.parent.parent;
  const call = schema.parent;
  if (!ts.isCallExpression(call) || call.expression === schema || readsRequests(node)) return [];
  const name = pathOf(call.expression).at(-1) ?? "";
  if (isOfRequests.test(name) && !/respon|output|result/i.test(name)) return [];
  const values = call.arguments.filter((each) => each !== schema);
  return values.map((value) => ({ schema: schema as ts.Expression, value, file }));
}

/** `z.array(UserResponse)`, `UserResponse.array()` */
function isListOf({ parent }: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === "array" && ts.isCallExpression(parent.parent);
  return ts.isCallExpression(parent) && pathOf(parent.expression).at(-1) === "array";
}

/** Whether the zod object names the field already, directly or through the schemas that it extends and picks from. */
export function namesField({ shape, picked }: SchemaPart, context: TransformContext): boolean {
  const key = keyIn(shape, context);
  if (picked !== undefined) return picked.properties.some((each) => nameOf(each.name) === key);
  return keysOfShape(shape).has(key);
}

/** The position where rows are parsed: `src/users.ts:12`. */
export function placeOf({ file, value }: ParsedRows): string {
  return `${file.file}:${lineAt(file.text, value.getStart(file.ast))}`;
}

/** Every value in a file that is parsed with a schema. */
export function parsesIn(file: SourceFile): readonly Parse[] {
  const calls = ["parse", "parseAsync", "safeParse", "safeParseAsync"].flatMap((name) => file.identifiers(name));
  const parsed = calls.flatMap(({ parent: { parent: call } }) =>
    ts.isCallExpression(call) ? (parseAt(call, file) ?? []) : [],
  );
  return [...parsed, ...outputsIn(file), ...responsesIn(file)];
}

/** `procedure.output(UserResponse).query(() => …)` */
function outputsIn(file: SourceFile): readonly Parse[] {
  return file.identifiers("output").flatMap(({ parent: access }) => {
    const made = access.parent;
    if (!ts.isPropertyAccessExpression(access) || !ts.isCallExpression(made)) return [];
    let call: ts.Node = made;
    while (ts.isPropertyAccessExpression(call.parent) && ts.isCallExpression(call.parent.parent))
      call = call.parent.parent;
    if (!ts.isCallExpression(call)) return [];
    const schema = givenTo("output", call.expression);
    const [handler] = call.arguments;
    return schema === undefined || handler === undefined ? [] : returnedFrom(handler, schema, file);
  });
}

/** `app.get("/users", { schema: { response: { 200: UserResponse } } }, async () => …)` of Fastify, `app.route({ schema, handler })` */
function responsesIn(file: SourceFile): readonly Parse[] {
  return file.identifiers("response").flatMap(({ parent: property }) => {
    if (!ts.isPropertyAssignment(property)) return [];
    const schemas = unwrap(property.initializer);
    const call = ts.findAncestor(property, ts.isCallExpression);
    if (!ts.isObjectLiteralExpression(schemas) || call === undefined) return [];
    const schema = schemas.properties.flatMap((each) =>
      ts.isPropertyAssignment(each) && /^["']?2(?:\d\d|xx)["']?$/.test(each.name.getText()) ? [each.initializer] : [],
    )[0];
    const handlers = [...call.arguments, ...handlersIn(call.arguments)];
    return schema === undefined ? [] : handlers.flatMap((handler) => returnedFrom(handler, schema, file));
  });
}

function handlersIn(given: readonly ts.Expression[]): readonly ts.Expression[] {
  return given.flatMap((each) =>
    ts.isObjectLiteralExpression(each)
      ? each.properties.flatMap((property) =>
          ts.isPropertyAssignment(property) && property.name.getText() === "handler" ? [property.initializer] : [],
        )
      : [],
  );
}

/** The values that a handler returns or sends. */
function returnedFrom(handler: ts.Expression, schema: ts.Expression, file: SourceFile): readonly Parse[] {
  const inner = unwrap(handler);
  if (!ts.isArrowFunction(inner) && !ts.isFunctionExpression(inner)) return [];
  const sent = file.identifiers("send").flatMap(({ parent: access }) => {
    const call = access.parent;
    const isIn = access.pos >= inner.pos && access.end <= inner.end;
    return isIn && ts.isCallExpression(call) && call.expression === access ? call.arguments : [];
  });
  return [...returnedBy(inner), ...sent].map((value) => ({ schema, value, file }));
}
