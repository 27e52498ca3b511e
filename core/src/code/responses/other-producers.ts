import { assignmentGroupsIn } from "../ast/assignments.js";
import { ts } from "../ast/compiler.js";
import { hasKey, isAsserted, propertiesOf, returnedBy, spreadsOf, unwrap } from "../ast/expressions.js";
import { lineAt, type SourceFile } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import type { TransformContext } from "../contract/transform.js";
import { rowShapeOfValue } from "../flow/rows-in-expression.js";
import { outputSchema } from "../inputs/output-schemas.js";
import { siblingSource } from "../inputs/sibling-source.js";
import { filledByAssignments } from "../mappers/assigned-mappers.js";
import { classGiven } from "../shapes/instanced-classes.js";
import {
  keyIn,
  keyStyles,
  keysOfShape,
  namesWholeModel,
  resolveType,
  type ShapeNode,
  zodObjectIn,
} from "../shapes/shape-types.js";
import type { Reference } from "../types/references.js";
import { namesAllColumns } from "../types/row-literals.js";
import { targetOf } from "../types/target-type.js";
import { computedValue, emptyValue, numberedValue, storedDefault } from "../values/fixture-value.js";
import { parsedLiterals } from "./parsed-literals.js";

/** A literal with the shape that is not one of the mappers. */
export interface HandBuilt {
  readonly literal: ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  /** The column's value there, without a source to copy from; undefined if a person must decide it. */
  readonly value: string | undefined;
  readonly how: "gives one back" | "fills one" | "builds one";
}

/** All of them: without the new key they would not compile, or not match the shape. */
export function* handBuilt(
  shape: ShapeNode,
  references: readonly Reference[],
  known: ReadonlySet<ts.Node>,
  context: TransformContext,
): Iterable<HandBuilt> {
  const isWhole = namesWholeModel(shape, context);
  const needed = columnsOf(shape, context);
  const key = keyIn(shape, context);
  const has = (literal: ts.ObjectLiteralExpression) =>
    isWhole ? namesAllColumns(literal, context) : needed.length > 1 && namesAll(literal, needed);
  for (const file of new Set([shape.file, ...references.map((reference) => reference.file)])) {
    for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
      // A chosen literal reads its value from the source of its other values.
      if (known.has(literal) || isFilledByChoice(literal, file, context)) continue;
      if (spreadsOf(literal).length > 0 || hasKey(literal, key)) continue;
      const found = (how: HandBuilt["how"], isSure = true) => ({
        literal,
        file,
        how,
        value: isSure && literal !== shape.node ? valueIn(literal, file, context) : undefined,
      });
      const parsed = outputSchema(literal, file, context) ?? parsedLiterals(context).get(literal)?.part.shape;
      if (shape.kind === "zod" && parsed?.node === shape.node) {
        yield found("gives one back");
        continue;
      }
      if (needed.some((each) => hasKey(literal, each)) && classGiven(literal, file, context)?.node === shape.node) {
        yield found("fills one");
        continue;
      }
      if (literal === shape.node || isAsserted(literal) || isSelection(literal) || isZod(literal)) continue;
      if (!needed.some((each) => hasKey(literal, each))) continue;
      const target = targetOf(literal, file, context);
      if (target.kind === "typed") {
        // Inside a larger type it may have any type; at the top it has the declared one.
        const isElement = target.inside.length === 1 && target.inside[0] === "element";
        const resolved = resolveType(target.type, target.file, context, isElement);
        const isThis = resolved.kind === "shape" && resolved.shape.node === shape.node;
        if (isThis && (target.inside.length === 0 || isElement)) yield found("builds one");
        if (target.inside.length === 0 || isElement || !has(literal)) continue;
      } else if (!has(literal) || (parsed !== undefined && shape.kind === "zod")) {
        continue;
      } else if (!isWhole) {
        // Matching keys are weak evidence: the literal must be passed to the shape, as in `UserSummary.parse`.
        if (target.kind !== "argument" || shape.name === undefined || !target.path.includes(shape.name)) continue;
      } else if (target.kind === "free" && /(?:^|[/.])(?:tests?|specs?|__tests__)(?:[/.]|$)/.test(file.file)) continue;
      yield found("builds one", false);
    }
  }
}

function isFilledByChoice(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean {
  return context.takes(literal, "mapper") && siblingSource(literal, file, context) !== undefined;
}

/** Why code that is not a mapper would lack the new key; undefined if its value there is known. */
export function builtByHand(
  shape: ShapeNode,
  references: readonly Reference[],
  known: ReadonlySet<ts.Node>,
  context: TransformContext,
): string | undefined {
  for (const { literal, file, value, how } of handBuilt(shape, references, known, context))
    if (value === undefined) return `${file.file}:${lineAt(file.text, literal.getStart(file.ast))} ${how} by hand`;
  const filled = filledByHand(shape, columnsOf(shape, context), references, known, context);
  if (filled !== undefined) return filled;
  if (shape.kind !== "class") return classThat(references, context);
  // If the constructor copies the row, it fills all instances.
  return known.has(shape.node) ? undefined : madeAnywhere(references, known);
}

/**
 * The database default of such a row, an empty value for a column that stays optional, and in tests any value. Otherwise a person must
 * decide it.
 */
function valueIn(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): string | undefined {
  const stored = storedDefault(file, context);
  if (stored !== undefined || context.intent.staysOptional) return stored ?? emptyValue(literal, file, context);
  return isTestFile(file) ? (computedValue(literal, file, context) ?? numberedValue(file, context)) : undefined;
}

/** Members of the shape that are set one by one, but not by one of the mappers: the new one would never be set. */
function filledByHand(
  shape: ShapeNode,
  needed: readonly string[],
  references: readonly Reference[],
  known: ReadonlySet<ts.Node>,
  context: TransformContext,
): string | undefined {
  for (const file of new Set([shape.file, ...references.map((reference) => reference.file)])) {
    for (const { owner, values } of isTestFile(file) ? [] : assignmentGroupsIn(file)) {
      const its = needed.filter((key) => values.has(key));
      if (its.length === 0) continue;
      const { type, filled } = filledByAssignments(owner, file, context) ?? {};
      if (type?.kind !== "shape" || type.shape.node !== shape.node || known.has(filled as ts.Node)) continue;
      // A constructor sets all members; other code may set a part of an object for its own reasons.
      if (filled !== shape.node && its.length < needed.length) continue;
      return `${file.file}:${lineAt(file.text, owner.getStart(file.ast))} fills one by hand`;
    }
  }
  return undefined;
}

/** The keys of a shape that are columns, in its spelling. */
function columnsOf(shape: ShapeNode, { columns }: TransformContext): readonly string[] {
  const keys = keysOfShape(shape);
  return columns.flatMap(({ name }) => keyStyles.map((keyOf) => keyOf(name)).find((key) => keys.has(key)) ?? []);
}

function namesAll(literal: ts.ObjectLiteralExpression, names: readonly string[]): boolean {
  const given = propertiesOf(literal);
  return names.every((name) => given.has(name));
}

/** `new UserDto()` that no mapper fills: the new field would be missing although its type requires it. */
function madeAnywhere(references: readonly Reference[], known: ReadonlySet<ts.Node>): string | undefined {
  const found = references.find(({ node, file }) => {
    const made = node.parent;
    if (!ts.isNewExpression(made) || made.expression !== node || known.has(made) || isTestFile(file)) return false;
    const given = [...(made.arguments ?? []), ...(ts.isCallExpression(made.parent) ? made.parent.arguments : [])];
    return !given.some((each) => known.has(each));
  });
  return (
    found && `${found.file.file}:${lineAt(found.file.text, found.node.getStart(found.file.ast))} builds one by hand`
  );
}

/** Whether the shape is the declared type of whole rows: types have null for its new field until contract. */
export function receivesRows(shape: ShapeNode, references: readonly Reference[], context: TransformContext): boolean {
  const all = [...references, ...references.flatMap((reference) => derived(reference, shape, context))];
  return all.some(({ node, file }) => {
    let type: ts.Node = node;
    while (ts.isTypeNode(type.parent) || ts.isQualifiedName(type.parent)) type = type.parent;
    const owner = type.parent;
    if (ts.isFunctionLike(owner) && owner.type === type) {
      return returnedBy(owner as ts.FunctionLikeDeclaration).some((value) => holdsRows(value, file, context));
    }
    const isTyped = ts.isVariableDeclaration(owner) && owner.type === type && owner.initializer !== undefined;
    return isTyped && holdsRows(owner.initializer as ts.Expression, file, context);
  });
}

/** References to schemas that contain the shape: `z.array(UserResponse)` in `UserListResponse`. */
function derived({ node, file }: Reference, shape: ShapeNode, context: TransformContext): readonly Reference[] {
  for (let at: ts.Node = node; at.parent !== undefined; at = at.parent) {
    if (!ts.isVariableDeclaration(at) || !ts.isIdentifier(at.name) || at.name.text === shape.name) continue;
    if (!ts.isVariableStatement(at.parent.parent) || at.parent.parent.parent !== file.ast) return [];
    const name = at.name.text;
    return context.project.files.flatMap((each) =>
      each.identifiers(name).map((found) => ({ node: found, file: each })),
    );
  }
  return [];
}

function holdsRows(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const inner = unwrap(value);
  if (!ts.isObjectLiteralExpression(inner)) return rowShapeOfValue(inner, file, context) !== undefined;
  return inner.properties.some((property) => {
    if (ts.isSpreadAssignment(property)) return holdsRows(property.expression, file, context);
    if (ts.isShorthandPropertyAssignment(property)) return holdsRows(property.name, file, context);
    return ts.isPropertyAssignment(property) && holdsRows(property.initializer, file, context);
  });
}

/** `class UserDto implements UserResponse` would lack the member. */
function classThat(references: readonly Reference[], context: TransformContext): string | undefined {
  const found = references.find(({ node, file }) => {
    const owner = ts.isExpressionWithTypeArguments(node.parent) ? node.parent.parent.parent : undefined;
    // An entity already has the column.
    return owner !== undefined && ts.isClassLike(owner) && context.orm.isModel?.(owner, file, context) !== true;
  });
  return found && `${found.file.file}:${lineAt(found.file.text, found.node.getStart(found.file.ast))} implements it`;
}

/** `{ id: true, email: true }` */
function isSelection(literal: ts.ObjectLiteralExpression): boolean {
  return literal.properties.every(
    (each) => ts.isPropertyAssignment(each) && each.initializer.kind === ts.SyntaxKind.TrueKeyword,
  );
}

function isZod(literal: ts.ObjectLiteralExpression): boolean {
  return ts.isCallExpression(literal.parent) && zodObjectIn(literal.parent) === literal;
}
