import { ts } from "./compiler.js";
import { type Mapper, mappersIn } from "./mappers.js";
import { handmade, referencesTo, requestUse, takesRows } from "./response-checks.js";
import { keyIn, keysOfShape, resolveType, type ShapeNode, zodObjectIn } from "./shape-types.js";
import { groupedFallback } from "./sql-to-typescript.js";
import type { TransformContext } from "./transform.js";
import { valueText } from "./value-text.js";

/**
 * What the app shows of the whole model: mappers and the types of what they return. They are decided together: a key in
 * one that the other lacks does not compile. A `reason` says why a place is listed instead of edited.
 */
export interface Responses {
  readonly mappers: readonly MapperPlan[];
  readonly shapes: readonly ShapePlan[];
}

export interface MapperPlan {
  readonly mapper: Mapper;
  /** `user.handle ?? user.email.toLowerCase()` */
  readonly value: string;
  readonly reason: string | undefined;
}

export interface ShapePlan {
  readonly shape: ShapeNode;
  readonly key: string;
  /** Until contract the value may be null: no fallback can be said, or whole rows are given. */
  readonly isNullable: boolean;
  readonly reason: string | undefined;
}

/** Types whose JSON is the value itself. Dates and decimals are converted, each app in its own way. */
const plain = new Set(["string", "int", "float", "boolean"]);

/** The decision for all files, made once per snapshot. */
export function responses(context: TransformContext): Responses {
  return context.memo("responses", () => decide(context));
}

function decide(context: TransformContext): Responses {
  if (context.intent.exposure === "internal") return { mappers: [], shapes: [] };
  const mappers = context.project.files.flatMap((file) => [...mappersIn(file, context)]);
  const targets = mappers.map((mapper) => ({ mapper, target: targetShapeOf(mapper, context) }));
  const shapes = new Map<ts.Node, ShapeNode>();
  for (const { target } of targets) if (target.kind === "shape") shapes.set(target.shape.node, target.shape);
  for (const shape of zodShapes(context)) shapes.set(shape.node, shapes.get(shape.node) ?? shape);

  const known = targets.filter(({ target }) => target.kind !== "unknown").map(({ mapper }) => mapper);
  const plans = [...shapes.values()].flatMap((shape): ShapePlan[] => {
    const key = keyIn(shape, context);
    if (key === undefined || keysOfShape(shape).has(key)) return [];
    const its = targets.filter(({ target }) => target.kind === "shape" && target.shape.node === shape.node);
    const references = referencesTo(shape, context);
    const reason = whyNotShape(shape, known, context);
    const isNullable =
      its.some(({ mapper }) => fallbackOf(mapper, context) === undefined) || takesRows(shape, references, context);
    return [{ shape, key, isNullable, reason }];
  });
  const planOf = new Map(plans.map((plan) => [plan.shape.node as ts.Node, plan]));
  return {
    shapes: plans,
    mappers: targets.map(({ mapper, target }) => {
      const fallback = fallbackOf(mapper, context);
      const value = fallback === undefined ? mapper.read : `${mapper.read} ?? ${groupedFallback(fallback)}`;
      return { mapper, value, reason: whyNotMapper(mapper, target, planOf, context) };
    }),
  };
}

function targetShapeOf(mapper: Mapper, context: TransformContext): ReturnType<typeof resolveType> {
  const { target } = mapper;
  if (!mapper.isResult) return { kind: "unknown" };
  if (target.kind !== "typed") return { kind: "open" };
  const [nesting, ...deeper] = target.inside;
  if (nesting === "property" || deeper.length > 0) return { kind: "unknown" };
  return resolveType(target.type, target.file, context, nesting === "element");
}

function whyNotShape(shape: ShapeNode, mappers: readonly Mapper[], context: TransformContext): string | undefined {
  if (!plain.has(context.field.type) || context.field.isList) return "its value has to be converted for a response";
  if (shape.kind === "zod" && shape.name === undefined) return "it is part of another schema";
  if (/create|update|upsert|input|body|params|query|request|form|filter|patch|insert/i.test(shape.name ?? "")) {
    return "its name says that it is a request";
  }
  const references = referencesTo(shape, context);
  const request = shape.kind === "zod" ? requestUse(references) : undefined;
  return request ?? handmade(shape, references, mappers, context);
}

function whyNotMapper(
  mapper: Mapper,
  target: ReturnType<typeof resolveType>,
  plans: ReadonlyMap<ts.Node, ShapePlan>,
  context: TransformContext,
): string | undefined {
  if (!plain.has(context.field.type) || context.field.isList) return "its value has to be converted for a response";
  if (!mapper.isResult) return "it is an argument of something else";
  if (target.kind === "unknown") return "the type it must have is not one that Lockstep edits";
  if (target.kind === "open" || keysOfShape(target.shape).has(mapper.key)) return undefined;
  const plan = plans.get(target.shape.node);
  if (plan === undefined) return "the type it must have names only a part of the columns";
  return plan.reason === undefined ? undefined : `the type it must have is not edited: ${plan.reason}`;
}

function fallbackOf(mapper: Mapper, context: TransformContext): string | undefined {
  return valueText(mapper.texts, mapper.file, context);
}

function zodShapes(context: TransformContext): readonly ShapeNode[] {
  return context.project.files.flatMap((file) =>
    file.nodes(ts.SyntaxKind.CallExpression).flatMap((call): ShapeNode[] => {
      const [argument] = call.arguments;
      const node = zodObjectIn(call);
      if (node === undefined || node !== argument) return [];
      let outer: ts.Node = call;
      while (
        ts.isPropertyAccessExpression(outer.parent) ||
        (ts.isCallExpression(outer.parent) && outer.parent.expression === outer)
      ) {
        outer = outer.parent;
      }
      const owner = outer.parent;
      const name = ts.isVariableDeclaration(owner) && ts.isIdentifier(owner.name) ? owner.name.text : undefined;
      return [{ kind: "zod", node, file, name }];
    }),
  );
}
