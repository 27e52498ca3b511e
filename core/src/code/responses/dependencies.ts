import { ts } from "../ast/compiler.js";
import type { PlaceNode, SourceFile } from "../ast/source-file.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { selectionsOfCopy, selectOf } from "../flow/selected-fields.js";
import { keyIn, keysOfShape, resolveType, type ShapeNode } from "../shapes/shape-types.js";
import { targetOf } from "../types/target-type.js";
import { givenType } from "./given-type.js";
import { parsedLiterals } from "./parsed-literals.js";
import { namesField, parsedRowsIn } from "./parsed-rows.js";
import { placeOfProducer, producersIn, producesField } from "./producers.js";

/** By place: the places without which its edit would not compile, or would leave its value unset. */
export type Dependencies = ReadonlyMap<PlaceNode, ReadonlySet<PlaceNode>>;

/** Places that depend on each other: a type or schema of the fields, the code that fills it, and the selection that this code reads. */
export const dependenciesIn = memoized((context): Dependencies => {
  const needs = new Map<ts.Node, Set<ts.Node>>();
  const shapes = new Set<ShapeNode>();
  const add = (node: ts.Node, needed: ts.Node) => needs.set(node, (needs.get(node) ?? new Set()).add(needed));
  for (const producer of producersIn(context)) {
    if (producesField(producer)) continue;
    const node = placeOfProducer(producer);
    for (const source of selectionsOfCopy(producer.mapper, producer.mapper.file, context)) add(node, source.node);
    const given = givenType(producer.mapper, context);
    if (given !== undefined) {
      add(node, given.node);
      if (ts.isTypeLiteralNode(given.node)) add(given.node, node);
    }
    if (producer.type.kind !== "shape" || hasField(producer.type.shape, context)) continue;
    shapes.add(producer.type.shape);
    add(node, producer.type.shape.node);
    for (const declared of declaredBy(producer.type.shape)) add(declared, node);
  }
  for (const { shape, select } of selectedShapesIn(context)) {
    shapes.add(shape);
    add(shape.node, select);
  }
  for (const { part, rows } of parsedRowsIn(context)) {
    if (rows.select === undefined || part.picked !== undefined || namesField(part, context)) continue;
    for (const declared of declaredBy(part.shape)) {
      add(declared, rows.select);
      // A schema that is not strict drops unknown keys.
      if (part.isStrict) add(rows.select, declared);
    }
  }
  for (const producer of producersIn(context)) {
    const parsed = producer.kind === "literal" ? parsedLiterals(context).get(producer.mapper.literal) : undefined;
    if (parsed === undefined || producesField(producer) || namesField(parsed.part, context)) continue;
    for (const declared of declaredBy(parsed.part.shape)) {
      add(declared, placeOfProducer(producer));
      if (parsed.part.isStrict) add(placeOfProducer(producer), declared);
    }
  }
  for (const shape of shapes)
    if (shape.kind === "keys" && shape.of !== undefined && !hasField(shape.of, context)) add(shape.node, shape.of.node);
  return needs;
});

interface Selected {
  readonly shape: ShapeNode;
  /** The literal that selects the fields. */
  readonly select: ts.Node;
}

/** Types of the rows that a query selects: `(): Promise<UserSummary[]> => prisma.user.findMany({ select: { … } })`. */
export const selectedShapesIn = memoized((context): readonly Selected[] =>
  context.project.files.flatMap((file) =>
    file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
      const select = selectOf(call, file, context);
      const shape = select && shapeOfResult(call, file, context);
      return select === undefined || shape === undefined || hasField(shape, context) ? [] : [{ shape, select }];
    }),
  ),
);

/** The shape of a call's rows, one or a list of them. */
function shapeOfResult(call: ts.CallExpression, file: SourceFile, context: TransformContext): ShapeNode | undefined {
  const target = targetOf(call, file, context);
  if (target.kind !== "typed" || target.inside.length > 0) return undefined;
  const types = [false, true].map((isElement) => resolveType(target.type, target.file, context, isElement));
  return types.flatMap((type) => (type.kind === "shape" ? [type.shape] : []))[0];
}

function hasField(shape: ShapeNode, context: TransformContext): boolean {
  return keysOfShape(shape).has(keyIn(shape, context));
}

/** The declarations of a shape's keys: its own, and those that it extends. */
function declaredBy(shape: ShapeNode): readonly ts.Node[] {
  return shape.kind === "zod" ? [shape.node, ...shape.bases] : [shape.node];
}
