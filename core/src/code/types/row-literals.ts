import { ts } from "../ast/compiler.js";
import { isAsserted, pathOf, propertiesOf, spreadsOf, unwrap } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { expectedTypeOf } from "./expected-type.js";
import { type RowShape, rowShapeOf, rowShapeOfCompiled } from "./row-shape.js";
import { type LiteralTarget, targetOf } from "./target-type.js";

/** A literal that is typed as a row. */
export interface RowLiteral {
  readonly literal: ts.ObjectLiteralExpression;
  readonly isReturned: boolean;
}

/**
 * Literals that are typed as a row of the model: fixtures, factories, mocks.
 *
 * @param isPossible a check before the compiler is used, which costs a thousand times as much
 */
export function* rowLiterals(
  file: SourceFile,
  context: TransformContext,
  isPossible: (literal: ts.ObjectLiteralExpression) => boolean = () => true,
): Generator<RowLiteral> {
  for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
    if (!namesColumns(literal, 2, context) || !isPossible(literal)) continue;
    const target = targetOf(literal, file, context);
    const type = expectedTypeOf(literal, file, context);
    const isTyped = type !== undefined && rowShapeOfCompiled(type, context) === "row";
    if (!isTyped && !isMockedRow(literal, target, context)) continue;
    const isArgument = target.kind === "typed" && target.isArgument === true;
    if (isArgument && !namesAllColumns(literal, context)) continue;
    yield { literal, isReturned: isArgument || (target.kind === "typed" && ts.isFunctionLike(target.type.parent)) };
  }
}

/** Literals typed as a row that do not compile without the field. */
export function* incompleteRows(file: SourceFile, context: TransformContext): Generator<RowLiteral> {
  // A row with an optional field compiles without it.
  if (context.intent.staysOptional && context.orm.nullStyle?.(context).isOptional) return;
  yield* rowLiterals(file, context, (literal) => {
    if (propertiesOf(literal).has(context.field.name) || isAsserted(literal)) return false;
    // With a spread, the missing columns come from there; a cast does not require all of them.
    const isPart = spreadsOf(literal).length > 0 || ts.isAsExpression(literal.parent);
    return !isPart || namesAllColumns(literal, context);
  });
}

/** Whether a literal names at least this many columns of the model. */
export function namesColumns(literal: ts.ObjectLiteralExpression, least: number, context: TransformContext): boolean {
  const names = propertiesOf(literal);
  let found = 0;
  for (const column of context.columns) if (names.has(column.name) && ++found >= least) return true;
  return false;
}

/** Whether a literal names all columns. */
export function namesAllColumns(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const names = propertiesOf(literal);
  return context.columns.length >= 3 && context.columns.every((column) => names.has(column.name));
}

/** Whether a literal names at least three quarters of the columns: rows of a `select` have few. */
function namesNearlyAll(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const { columns } = context;
  return namesColumns(literal, Math.max(2, Math.ceil(columns.length * 0.75)), context);
}

function isMockedRow(literal: ts.ObjectLiteralExpression, target: LiteralTarget, context: TransformContext): boolean {
  if (target.kind !== "argument") return false;
  // `prisma.user.findUnique.mockResolvedValue({ … })`
  const isMock = /^mock(?:Resolved|Return)Value(?:Once)?$/.test(target.path.at(-1) ?? "");
  const { callee, file, inside } = target;
  const expected = inside.length === 0 ? "row" : inside.length === 1 && inside[0] === "element" ? "list" : undefined;
  if (!isMock || expected === undefined) return false;
  if (!ts.isPropertyAccessExpression(callee) && !ts.isElementAccessExpression(callee)) return false;
  const mocked = unwrap(callee.expression);
  if (mockedShape(mocked, context) === expected) return true;
  return namesNearlyAll(literal, context) && context.orm.readsRows(mocked, [], file, context) === expected;
}

/** The declared result of a mock: `vi.fn<() => Promise<User>>()`, `jest.spyOn(users, "findOne")`. */
function mockedShape(mocked: ts.Expression, context: TransformContext): RowShape | undefined {
  if (!ts.isCallExpression(mocked)) return undefined;
  const [type] = mocked.typeArguments ?? [];
  if (type !== undefined) return rowShapeOf(ts.isFunctionTypeNode(type) ? type.type : type, context);
  const [owner, name] = mocked.arguments;
  const { types } = context.project;
  if (types === undefined || owner === undefined || pathOf(mocked.expression).at(-1) !== "spyOn") return undefined;
  const member = name && ts.isStringLiteralLike(name) ? types.of(owner)?.getProperty(name.text) : undefined;
  const [signature] = member ? types.checker.getTypeOfSymbolAtLocation(member, owner).getCallSignatures() : [];
  return signature && rowShapeOfCompiled(types.awaitedNonNullable(signature.getReturnType()), context);
}
