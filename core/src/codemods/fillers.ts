import { type AssignedMapper, assignedMappersIn } from "./assigned-mappers.js";
import type { ts } from "./compiler.js";
import { hasKey } from "./expressions.js";
import { classGiven } from "./instanced-classes.js";
import { type Mapper, mappersIn } from "./mappers.js";
import { outputSchema } from "./output-schemas.js";
import { typeOfResult } from "./result-types.js";
import type { ResolvedType } from "./shape-types.js";
import type { SourceFile } from "./source-file.js";
import type { TransformContext } from "./transform.js";

/** Code that copies columns of a row, and the type of what it makes. */
export type Filler =
  | { readonly kind: "literal"; readonly mapper: Mapper; readonly type: ResolvedType }
  | { readonly kind: "assigned"; readonly mapper: AssignedMapper; readonly type: ResolvedType };

/** All of them in the project, chosen or not. */
export function fillersIn(context: TransformContext): readonly Filler[] {
  return context.memo("fillers", () => context.project.files.flatMap((file) => fillersOf(file, context)));
}

/** Those of a file. */
export function fillersOf(file: SourceFile, context: TransformContext): readonly Filler[] {
  return context.memo(`fillers of ${file.file}`, () => [
    ...mappersIn(file, context).map((mapper) => literalFiller(mapper, context)),
    ...assignedMappersIn(file, context).map(assignedFiller),
  ]);
}

/** The place that is chosen when the filler is. */
export function nodeOf({ kind, mapper }: Filler): ts.Node {
  return kind === "literal" ? mapper.literal : mapper.last;
}

/** Whether it names the new field already. */
export function isFilled({ kind, mapper }: Filler): boolean {
  return kind === "literal" ? hasKey(mapper.literal, mapper.key) : mapper.given.has(mapper.key);
}

function assignedFiller(mapper: AssignedMapper): Filler {
  return { kind: "assigned", mapper, type: mapper.type };
}

/** A literal that becomes an instance of a DTO class, or that a schema checks, is what the app shows, though it is an argument. */
function literalFiller(mapper: Mapper, context: TransformContext): Filler {
  const { literal, file, target } = mapper;
  const shape = classGiven(literal, file, context) ?? outputSchema(literal, file, context);
  if (shape === undefined) return { kind: "literal", mapper, type: typeOfResult(target, context) };
  return { kind: "literal", mapper: { ...mapper, isResult: true }, type: { kind: "shape", shape } };
}
