import { ts } from "../ast/compiler.js";
import { pathOf } from "../ast/expressions.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import {
  type GuardedValue,
  guardedProperty,
  guardedStatement,
  mayBeNull,
  mayShowNull,
  rowMayBeMissing,
} from "../flags/guarded-value.js";
import { rowShapeOfValue } from "../flow/rows-in-expression.js";
import type { AssignedMapper } from "../mappers/assigned-mappers.js";
import type { Mapper } from "../mappers/object-mappers.js";
import { emptyInResponse } from "../shapes/empty-values.js";
import { classNamed, isInstancing } from "../shapes/instanced-classes.js";
import {
  type ClassShape,
  familyOf,
  keyIn,
  keysOfShape,
  namesWholeModel,
  type ShapeNode,
} from "../shapes/shape-types.js";
import { pickedIn, typesIn, zodShapesIn } from "../shapes/shapes-in.js";
import { referencesTo } from "../types/references.js";
import { nodesOfProducer, whyNotField, whyNotMapper, whyNotShape } from "./blockers.js";
import { selectedShapesIn } from "./dependencies.js";
import { builtByHand, type HandBuilt, handBuilt, receivesRows } from "./other-producers.js";
import { type Producer, placeOfProducer, producersIn } from "./producers.js";

/**
 * The responses with the whole model: mappers and their result types. They are decided together, because a key in one that the other lacks
 * does not compile. A `reason` explains why a place is listed instead of edited.
 */
export interface Responses {
  readonly mappers: readonly MapperPlan[];
  readonly assigned: readonly AssignedPlan[];
  readonly shapes: readonly ShapePlan[];
}

export interface MapperPlan {
  readonly mapper: Mapper;
  readonly shown: GuardedValue;
  readonly reason: string | undefined;
}

export interface AssignedPlan {
  readonly mapper: AssignedMapper;
  readonly shown: GuardedValue;
  readonly reason: string | undefined;
}

export interface ShapePlan {
  readonly shape: ShapeNode;
  readonly key: string;
  /** The value may be null: permanently, or until contract if there is no fallback or the shape receives whole rows. */
  readonly isNullable: boolean;
  /** It may be missing: rows of a column that stays optional may lack it, or it is behind a flag until contract. */
  readonly isOptional: boolean;
  readonly reason: string | undefined;
  /** Literals of this type that copy no row: they get the field together with it. */
  readonly built: readonly HandBuilt[];
}

/** The decision for all files, made once per snapshot. */
export const responses = memoized((context): Responses => {
  if (context.intent.exposure === "internal") return { mappers: [], assigned: [], shapes: [] };
  const producers = producersIn(context).filter((producer) => context.takes(placeOfProducer(producer), "mapper"));
  const shown = new Map(producers.map((producer) => [producer, shownBy(producer, context)] as const));
  const shapes = new Map<ts.Node, ShapeNode>();
  for (const { type } of producers) if (type.kind === "shape") shapes.set(type.shape.node, type.shape);
  const instanced = instancedClasses(context).filter((shape) => namesWholeModel(shape, context));
  for (const shape of [...instanced, ...chosenShapes(context)]) shapes.set(shape.node, shapes.get(shape.node) ?? shape);

  const known = new Set(producers.flatMap(nodesOfProducer));
  const plans = [...shapes.values()].flatMap((shape): ShapePlan[] => {
    const key = keyIn(shape, context);
    if (keysOfShape(shape).has(key)) return [];
    // A base schema provides the key.
    if (shape.kind === "zod" && shape.bases.some((literal) => shapes.has(literal))) return [];
    const isInstanced = instanced.some(({ node }) => node === shape.node);
    const its = producers.filter(({ type }) => type.kind === "shape" && type.shape.node === shape.node);
    const references = referencesTo(shape, context);
    // A type that no resolved code fills receives rows unchanged.
    const isUnfilled = its.length === 0 && !isInstanced && shape.kind !== "zod";
    const isSelected = selectedShapesIn(context).some((selected) => selected.shape.node === shape.node);
    const isGivenRows = mayBeNull(context) && (isUnfilled || isSelected || receivesRows(shape, references, context));
    const empty = emptyInResponse(shape, context);
    const isNullable = empty.isNullable || isGivenRows || its.some(({ mapper }) => mayShowNull(mapper, context));
    const isOptional =
      empty.isOptional ||
      its.some((producer) => shown.get(producer)?.isLeftOut) ||
      (shape.kind === "members" && builtByHand(shape, references, known, context) !== undefined);
    const unasked = its.flatMap((producer) => shown.get(producer)?.reason ?? [])[0];
    const reason =
      whyNotShape(shape, key, its.length > 0, known, shapes, context) ??
      whyNotField(shape, key, { isNullable, isOptional }, context) ??
      (unasked === undefined ? undefined : `what fills it is not: ${unasked}`);
    // Literals compile unchanged if the field is optional.
    const built = reason === undefined && !isOptional ? [...handBuilt(shape, references, known, context)] : [];
    return [{ shape, key, isNullable, isOptional, reason, built }];
  });
  const planOf = new Map(plans.map((plan) => [plan.shape.node as ts.Node, plan]));
  return {
    shapes: plans,
    mappers: producers.flatMap((producer) => {
      const its = shown.get(producer);
      if (producer.kind !== "literal" || its === undefined) return [];
      const { mapper, type } = producer;
      return [{ mapper, shown: its, reason: its.reason ?? whyNotMapper(mapper, its, type, planOf, context) }];
    }),
    assigned: producers.flatMap((producer) => {
      const its = shown.get(producer);
      if (producer.kind !== "assigned" || its === undefined) return [];
      const { mapper, type } = producer;
      const reason =
        its.reason ?? whyNotMapper({ ...mapper, isResult: true, isConverted: false }, its, type, planOf, context);
      return [{ mapper, shown: its, reason }];
    }),
  };
});

function shownBy({ kind, mapper, type }: Producer, context: TransformContext): GuardedValue {
  const shown = kind === "literal" ? guardedProperty(mapper, context) : guardedStatement(mapper, context);
  // The type would have to declare that the field may be missing.
  const isTyped = type.kind === "shape" && mapper.access !== "sure";
  return isTyped ? { ...shown, reason: shown.reason ?? rowMayBeMissing } : shown;
}

/** Classes that rows are converted to by field name: `plainToInstance(UserDto, user)`. */
function instancedClasses(context: TransformContext): readonly ClassShape[] {
  return context.project.files.flatMap((file) =>
    file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
      const [name, value] = call.arguments;
      if (name === undefined || value === undefined || !isInstancing(pathOf(call.expression).at(-1))) return [];
      const shape = rowShapeOfValue(value, file, context) && classNamed(name, file, context);
      return shape === undefined ? [] : [shape];
    }),
  );
}

/** Shapes that get the field regardless of the code that fills them. */
function chosenShapes(context: TransformContext): readonly ShapeNode[] {
  return context.project.files.flatMap((file) =>
    [...zodShapesIn(file, context.project), ...typesIn(file), ...pickedIn(file, context)].filter((shape) =>
      context.takes(shape.node, familyOf(shape)),
    ),
  );
}
