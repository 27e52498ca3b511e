import { ts } from "../ast/compiler.js";
import { initializerOf, propertiesOf, unwrap, valueAt } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { asManual, candidateFor, isWorthListing } from "../candidates/candidate-for.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { lookUp } from "../project/project.js";
import { blockerOfType } from "../responses/blockers.js";
import { responses } from "../responses/responses.js";
import { roleOf } from "../responses/shape-roles.js";
import { keyIn, keyStyles, keysOfShape, type ShapeNode, zodShape } from "../shapes/shape-types.js";
import { zodObjectOf } from "../shapes/zod-chain.js";
import { nameOfSchema } from "../shapes/zod-types.js";
import { removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";

const id = "picked-schema";

type ZodShape = Extract<ShapeNode, { kind: "zod" }>;

/** `UserSchema.pick({ id: true, email: true })` lists fields of the schema that it picks from, which must get the new one first. */
export const pickedSchema: Transform = {
  id,
  intents: ["acceptInRequests", "read"],

  *find(file, context) {
    for (const picked of pickedIn(file)) yield* offered(picked, file, context);
  },

  undo: (file, context) =>
    removeWritten(
      id,
      (each) => pickedIn(each).map(({ shape: { node } }) => ({ node, what: whatOf(node) })),
      file,
      context,
    ),
};

interface Picked {
  readonly shape: ZodShape;
  /** `UserSchema` */
  readonly from: ts.Expression;
}

function* offered({ shape, from }: Picked, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { node } = shape;
  const names = [...keysOfShape(shape)];
  const isRead = context.intent.kind === "read";
  if (!isWorthListing(names, file, context) || (isRead && context.intent.exposure === "internal")) return;
  if ((roleOf(shape, names, context) === "response") !== isRead) return;
  const key = keyIn(shape, context);
  const base = schemaOf(from, file, context);
  const reason = base === undefined ? `what it is picked from is not in view` : whyNot(base, key, isRead, context);
  const lacking = base !== undefined && !keysOfShape(base).has(key) ? leadOf(base, context) : undefined;
  const text = `${key}: true`;
  const what = whatOf(node);
  const isOpen = lacking === undefined || context.takes(lacking, "zod");
  if (isOpen && reason === undefined && context.takes(node, "zod") && !names.includes(key)) {
    const edit = addProperty(node, text, what, file);
    if (edit !== undefined) {
      yield edit;
      return;
    }
  }
  const advice = `add \`${text}\` if ${isRead ? "it is shown there" : "callers may choose it"}`;
  const about = { what, anchor: nameOfSchema(node), names, text, advice } as const;
  const candidate = candidateFor({ family: "zod", tie: "names", node, ...about }, file, context);
  if (candidate !== undefined)
    yield asManual(lacking === undefined ? candidate : { ...candidate, needs: [lacking] }, reason);
}

/** Why the base schema does not provide the key in the required form. */
function whyNot(base: ZodShape, key: string, isRead: boolean, context: TransformContext): string | undefined {
  const declared = [base.node, ...base.bases].map((literal) => valueAt(literal, key)).find((value) => value);
  const name = base.name ?? "the schema";
  if (isRead) {
    const plan = responses(context).shapes.find(({ shape }) => shape.node === leadOf(base, context));
    return declared === undefined ? (plan?.reason ?? blockerOfType(base, context)) : undefined;
  }
  const isOptional =
    declared === undefined
      ? roleOf(base, [...keysOfShape(base)], context) !== "response"
      : /\.(?:optional|nullish|default|catch)\(/.test(textOf(declared, base.file));
  return isOptional ? undefined : `callers would have to send what ${name} has, made optional`;
}

/** The literal that gets the key: the first one that a schema extends, if it lists fields of the model. */
function leadOf({ node, bases }: ZodShape, { columns }: TransformContext): ts.ObjectLiteralExpression {
  const lists = (literal: ts.ObjectLiteralExpression) => {
    const given = propertiesOf(literal);
    return columns.filter(({ name }) => keyStyles.some((keyOf) => given.has(keyOf(name)))).length > 1;
  };
  return bases.findLast(lists) ?? node;
}

/** The schema of a name or an expression, followed through calls that keep all of its keys. */
function schemaOf(from: ts.Expression, file: SourceFile, context: TransformContext): ZodShape | undefined {
  const inner = unwrap(from);
  const direct = zodObjectOf(inner);
  if (direct !== undefined) return zodShape(direct, undefined, file, context.project);
  const found = ts.isIdentifier(inner) ? lookUp(context.project, file, inner.text, "value") : undefined;
  const value =
    found?.kind === "declaration" && ts.isVariableDeclaration(found.node) ? found.node.initializer : undefined;
  const declared = value && zodObjectOf(value);
  return declared && found && zodShape(declared, inner.getText(), found.file, context.project);
}

/** All picks of a file: keys that are `true`. `omit` names excluded keys, so it does not count. */
function pickedIn(file: SourceFile): readonly Picked[] {
  return file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
    const { expression: callee } = call;
    const [given] = call.arguments;
    if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "pick" || call.arguments.length !== 1) return [];
    if (given === undefined || !ts.isObjectLiteralExpression(given) || given.properties.length < 2) return [];
    const isMask = given.properties.every((each) => initializerOf(each)?.kind === ts.SyntaxKind.TrueKeyword);
    let outer: ts.Node = call;
    while (ts.isPropertyAccessExpression(outer.parent) || isCallOf(outer.parent, outer)) outer = outer.parent;
    const owner = outer.parent;
    const name = ts.isVariableDeclaration(owner) && ts.isIdentifier(owner.name) ? owner.name.text : undefined;
    const shape: ZodShape = { kind: "zod", node: given, bases: [], file, name };
    return isMask ? [{ shape, from: callee.expression }] : [];
  });
}

function isCallOf(node: ts.Node, callee: ts.Node): boolean {
  return ts.isCallExpression(node) && node.expression === callee;
}

function whatOf(node: ts.ObjectLiteralExpression): string {
  const name = nameOfSchema(node);
  return name === undefined ? "zod pick" : `zod pick ${name}`;
}
