import { ts } from "../ast/compiler.js";
import { initializerOf, spreadsOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { lookUp, type Project } from "../project/project.js";

/** An expression that declares keys in a literal: `z.object({ … })`, `UserBase.extend({ … })`. */
export interface ZodObject {
  readonly literal: ts.ObjectLiteralExpression;
  /** The schema that is extended. */
  readonly base: ts.Expression | undefined;
}

const makers = /^(?:object|strictObject|looseObject|interface)$/;
const extenders = /^(?:extend|safeExtend|augment)$/;
/** Methods that keep the keys unchanged. */
const keepers =
  /^(?:strict|passthrough|strip|loose|catchall|describe|meta|openapi|brand|readonly|register|refine|superRefine)$/;

/** The zod object that an expression declares, including a trailing `.strict()`, `.describe()` or similar call. */
export function zodObjectOf(value: ts.Expression): ZodObject | undefined {
  const inner = unwrap(value);
  if (!ts.isCallExpression(inner) || !ts.isPropertyAccessExpression(inner.expression)) return undefined;
  const { expression: owner, name } = inner.expression;
  const [argument] = inner.arguments;
  const literal = argument !== undefined && ts.isObjectLiteralExpression(argument) ? argument : undefined;
  if (makers.test(name.text) && ts.isIdentifier(owner) && isZod(owner)) return literal && { literal, base: undefined };
  if (extenders.test(name.text)) return literal && declaresTypes(literal) ? { literal, base: owner } : undefined;
  return keepers.test(name.text) ? zodObjectOf(owner) : undefined;
}

/** The literals of extended or spread schemas, the nearest first. */
export function basesOf(
  { base, literal }: ZodObject,
  file: SourceFile,
  project: Project,
  depth = 0,
): readonly ts.ObjectLiteralExpression[] {
  if (depth > 5) return [];
  const spread = spreadsOf(literal).flatMap(({ expression }) => ownerOfShape(expression) ?? []);
  return [...(base === undefined ? [] : [base]), ...spread].flatMap((each) => {
    const inner = unwrap(each);
    const direct = zodObjectOf(inner);
    if (direct !== undefined) return [direct.literal, ...basesOf(direct, file, project, depth + 1)];
    if (!ts.isIdentifier(inner)) return [];
    const found = lookUp(project, file, inner.text, "value");
    const isConstant = found?.kind === "declaration" && ts.isVariableDeclaration(found.node);
    const declared = isConstant && found.node.initializer ? zodObjectOf(found.node.initializer) : undefined;
    return declared === undefined ? [] : [declared.literal, ...basesOf(declared, found!.file, project, depth + 1)];
  });
}

/** `UserBase` of `...UserBase.shape` */
function ownerOfShape(spread: ts.Expression): ts.Expression | undefined {
  const inner = unwrap(spread);
  return ts.isPropertyAccessExpression(inner) && inner.name.text === "shape" ? inner.expression : undefined;
}

/** Whether a name refers to zod: a common name, or the local name of an import. */
function isZod(name: ts.Identifier): boolean {
  if (/^(?:z|zod|Z)$/.test(name.text)) return true;
  const declared = declarationOf(name);
  const clause = declared && ts.findAncestor(declared, ts.isImportDeclaration);
  return clause !== undefined && /(?:^|[/-])zod(?:$|[/-])/.test((clause.moduleSpecifier as ts.StringLiteral).text);
}

/** `{ email: z.string() }`: other libraries also have an `extend`. */
function declaresTypes(literal: ts.ObjectLiteralExpression): boolean {
  return literal.properties.some((property) => zodRoot(initializerOf(property)) !== undefined);
}

/** Whether a method creates an object from a literal. */
export function isMaker(method: string): boolean {
  return makers.test(method);
}

/** `z` of `z.string().min(1)`. */
export function zodRoot(value: ts.Expression | undefined): string | undefined {
  let at = value && unwrap(value);
  while (at !== undefined && (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at))) at = unwrap(at.expression);
  return at !== undefined && at !== value && ts.isIdentifier(at) && isZod(at) ? at.text : undefined;
}
