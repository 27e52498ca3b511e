import type { ts } from "../ast/compiler.js";
import { hasKey } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { memoized, memoizedBy } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { shapeOfLiteral } from "../inputs/literal-shape.js";
import { outputSchema } from "../inputs/output-schemas.js";
import { type AssignedMapper, assignedMappersIn } from "../mappers/assigned-mappers.js";
import { type Mapper, mappersIn } from "../mappers/object-mappers.js";
import { classGiven } from "../shapes/instanced-classes.js";
import { typeOfResult } from "../shapes/result-types.js";
import type { ResolvedType } from "../shapes/shape-types.js";
import { parsedLiterals } from "./parsed-literals.js";

/** Code that copies columns of a row, and the type of its result. */
export type Producer =
  | { readonly kind: "literal"; readonly mapper: Mapper; readonly type: ResolvedType }
  | { readonly kind: "assigned"; readonly mapper: AssignedMapper; readonly type: ResolvedType };

/** All producers of the project, chosen or not. */
export const producersIn = memoized((context): readonly Producer[] =>
  context.project.files.flatMap((file) => producersOf(file, context)),
);

export const producersOf = memoizedBy((file: SourceFile, context): readonly Producer[] => [
  ...mappersIn(file, context).map((mapper) => literalProducer(mapper, context)),
  ...assignedMappersIn(file, context).map(assignedProducer),
]);

/** The node of the place that is chosen for the producer. */
export function placeOfProducer({ kind, mapper }: Producer): ts.Node {
  return kind === "literal" ? mapper.literal : mapper.last;
}

/** Whether it names the new field already. */
export function producesField({ kind, mapper }: Producer): boolean {
  return kind === "literal" ? hasKey(mapper.literal, mapper.key) : mapper.given.has(mapper.key);
}

/** Whether it copies the value of a parameter. */
export function isCopiedFrom(parameter: ts.ParameterDeclaration, { mapper }: Producer): boolean {
  const { source, pattern } = mapper;
  return (source && declarationOf(source)) === parameter || (pattern !== undefined && pattern === parameter.name);
}

function assignedProducer(mapper: AssignedMapper): Producer {
  return { kind: "assigned", mapper, type: mapper.type };
}

/** A literal that becomes an instance of a DTO class, or that a schema validates, is a response although it is an argument. */
function literalProducer(mapper: Mapper, context: TransformContext): Producer {
  const { literal, file, target } = mapper;
  const given = classGiven(literal, file, context) ?? outputSchema(literal, file, context);
  // A declared type takes precedence over a later use.
  const parsed = target.kind === "typed" ? undefined : parsedLiterals(context).get(literal)?.part.shape;
  // The parameter type of a function or list of the app: `rows[key] = { … }`, `this.show({ … })`. Not for a copy of the whole row, which
  // would be edited without a choice.
  const isTyped = !mapper.isWhole && (target.kind === "unknown" || (target.kind === "argument" && !mapper.isResult));
  const shape = given ?? parsed ?? (isTyped ? shapeOfLiteral(literal, file, context) : undefined);
  if (shape === undefined) return { kind: "literal", mapper, type: typeOfResult(target, context) };
  return { kind: "literal", mapper: { ...mapper, isResult: true }, type: { kind: "shape", shape } };
}
