import { type AssignmentGroup, assignmentGroupsIn, setUnderConditions } from "../ast/assignments.js";
import { ts } from "../ast/compiler.js";
import { hasKey, propertiesOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { memoizedBy } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";
import { keyStyles } from "../names/key-styles.js";
import { classNamed, constructedBy } from "../shapes/instanced-classes.js";
import { isResult, typeOfResult } from "../shapes/result-types.js";
import { type ResolvedType, resolveType } from "../shapes/shape-types.js";
import { targetOf } from "../types/target-type.js";
import { wholeCopyOf } from "./mapper-of-all.js";
import { partialCopyOf } from "./mapper-of-some.js";
import { type Mapper, readOfField } from "./object-mappers.js";

/** Statements that copy columns of a row into an object, one by one: `dto.email = user.email;` */
export interface AssignedMapper
  extends Pick<
      Mapper,
      "file" | "names" | "isWhole" | "tie" | "key" | "read" | "texts" | "access" | "source" | "pattern"
    >,
    Filled {
  /** `dto`, or `this` in a constructor. */
  readonly owner: string;
  /** The last of them, which the new one follows. */
  readonly last: ts.ExpressionStatement;
  /** The members that are set, including the new one if it exists. */
  readonly given: ReadonlySet<string>;
}

/** The object that is filled. */
interface Filled {
  readonly type: Exclude<ResolvedType, { kind: "unknown" }>;
  /**
   * The expression that creates it: `new UserDto()`, `{}`. Otherwise the class whose constructor fills it, or the declaration of its name.
   */
  readonly filled: ts.Node;
}

/** All assigned mappers of a file: of all columns, and outside tests also of some. */
export const assignedMappersIn = memoizedBy((file: SourceFile, context): readonly AssignedMapper[] =>
  [...assignmentGroupsIn(file)].flatMap((group) => readGroup(group, file, context) ?? []),
);

function readGroup(
  { owner, values }: AssignmentGroup,
  file: SourceFile,
  context: TransformContext,
): AssignedMapper | undefined {
  if (values.size < 2) return undefined;
  const given = new Map([...values].map(([member, { value }]) => [member, value]));
  const whole = wholeCopyOf(given, file, context);
  const found = whole ?? (isTestFile(file) ? undefined : partialCopyOf(given, file, context));
  const read = found && readOfField(found, file, context);
  const its = read && filledByAssignments(owner, file, context);
  if (found === undefined || read === undefined || its === undefined) return undefined;
  const statements = found.keys.flatMap((key) => values.get(key)?.statement ?? []);
  const last = statements.reduce((latest, each) => (each.pos > latest.pos ? each : latest));
  const key = found.keyOf(context.field.name);
  const set = new Set([...values.keys(), ...setUnderConditions(last.parent, textOf(owner, file), file)]);
  return {
    file,
    ...its,
    owner: textOf(owner, file),
    last,
    names: [...found.copies.keys(), ...(set.has(key) ? [context.field.name] : [])],
    isWhole: whole !== undefined,
    tie: found.tie,
    given: set,
    key,
    ...read,
  };
}

/** The object that is filled: `this` of a constructor, an object created for it, or a typed parameter. */
export function filledByAssignments(
  owner: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): Filled | undefined {
  const own = constructedBy(owner, file, context);
  if (own !== undefined) return { type: { kind: "shape", shape: own }, filled: own.node };
  const declaration = ts.isIdentifier(owner) ? declarationOf(owner) : undefined;
  if (declaration === undefined) return undefined;
  if (ts.isParameter(declaration)) {
    const type = declaration.type && resolveType(declaration.type, file, context);
    return type?.kind === "shape" ? { type, filled: declaration } : undefined;
  }
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
  const made = unwrap(declaration.initializer);
  if (ts.isNewExpression(made)) {
    const shape = classNamed(made.expression, file, context);
    return shape && { type: { kind: "shape", shape }, filled: made };
  }
  if (!ts.isObjectLiteralExpression(made) || copiesColumns(made, context)) return undefined;
  const type = typeOfObject(declaration, made, file, context);
  return type && { type, filled: made };
}

/** Whether the initial literal contains columns. Then the literal is the mapper. */
function copiesColumns(literal: ts.ObjectLiteralExpression, { columns, field }: TransformContext): boolean {
  const keys = propertiesOf(literal);
  const isColumn = columns.some(({ name }) => keyStyles.some((keyOf) => keys.has(keyOf(name))));
  return isColumn || hasKey(literal, field.name);
}

/** The declared type of an object that starts empty: where it is created, or where it is returned. */
function typeOfObject(
  declaration: ts.VariableDeclaration,
  made: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): Filled["type"] | undefined {
  const declared = targetOf(made, file, context);
  // Until everything is set it is only partial: `const view: Partial<UserView> = {}`.
  const own = declared.kind === "typed" ? { ...declared, type: wholeOf(declared.type) } : declared;
  const type = typeOfResult(own, context);
  if (type.kind === "shape") return type;
  if (type.kind === "unknown") return undefined;
  const { name } = declaration;
  const uses = ts.isIdentifier(name)
    ? file.identifiers(name.text).filter((each) => declarationOf(each) === declaration)
    : [];
  for (const use of uses) {
    const isOwner = ts.isPropertyAccessExpression(use.parent) || use === name;
    const target = isOwner ? undefined : targetOf(use, file, context);
    if (target === undefined || !isResult(target)) continue;
    const result = typeOfResult(target, context);
    return result.kind === "unknown" ? undefined : result;
  }
  return undefined;
}

function wholeOf(type: ts.TypeNode): ts.TypeNode {
  const isPartial = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === "Partial";
  return isPartial ? (type.typeArguments?.[0] ?? type) : type;
}
