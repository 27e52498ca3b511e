import { ts } from "../ast/compiler.js";
import { describe, pathOf, unwrap } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import type { Transform, TransformContext } from "../contract/transform.js";
import { resolveExpression } from "../types/resolve-expression.js";

/**
 * Packages that are given a client or a repository, and insert rows with calls of their own: `PrismaAdapter(prisma)` of an
 * authentication library, an admin panel. Nothing in the project writes those rows.
 */
export const handedClients: Transform = {
  id: "handed-clients",
  intents: ["write"],
  isChecklist: true,

  *find(file, context) {
    const { orm, intent, field, model } = context;
    if (orm.givesRowsOf === undefined || intent.value.kind === "none" || isTestFile(file)) return;
    const calls = [...file.nodes(ts.SyntaxKind.CallExpression), ...file.nodes(ts.SyntaxKind.NewExpression)];
    for (const call of calls) {
      const given = call.arguments?.length ? packageOfCallee(call, file, context) : undefined;
      const handle = given === undefined ? undefined : clientIn(call.arguments ?? [], file, context);
      if (given === undefined || handle === undefined) continue;
      const what = describe(call, `${textOf(handle, file)} given to ${pathOf(call.expression).join(".")}`);
      const reason =
        `"${given}" may insert ${model.name} rows with calls of its own, which leave ${field.name} out: give the column a default, ` +
        `or name ${field.name} where that package takes further fields`;
      yield { kind: "place", certainty: "likely", offset: call.getStart(file.ast), what, reason, mayLeaveOut: true };
    }
  },
};

/** The package that declares what is called; undefined for code of the repository and the ORM's own. */
function packageOfCallee(
  { expression }: ts.CallExpression | ts.NewExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const callee = unwrap(expression);
  if (!ts.isIdentifier(callee) && !ts.isPropertyAccessExpression(callee)) return undefined;
  const found = resolveExpression(callee, file, context.project);
  const owner =
    found ??
    (ts.isPropertyAccessExpression(callee) ? resolveExpression(callee.expression, file, context.project) : found);
  if (owner?.kind !== "external" || owner.madeBy !== undefined) return undefined;
  const { specifier } = owner;
  const isOwn =
    /^(?:[.~#/]|@\/|src\/)/.test(specifier) ||
    context.project.pathsOf(owner.file, specifier).length > 0 ||
    context.orm.isOwnPackage?.(specifier) === true;
  return isOwn ? undefined : specifier;
}

/** The client among what a call is given, also inside of the literals. */
function clientIn(
  given: readonly ts.Expression[],
  file: SourceFile,
  context: TransformContext,
): ts.Expression | undefined {
  for (const value of given) {
    const inner = unwrap(value);
    const inside = ts.isObjectLiteralExpression(inner)
      ? inner.properties.flatMap((each) =>
          ts.isPropertyAssignment(each)
            ? [each.initializer]
            : ts.isShorthandPropertyAssignment(each)
              ? [each.name]
              : [],
        )
      : ts.isArrayLiteralExpression(inner)
        ? inner.elements
        : undefined;
    const found = inside === undefined ? undefined : clientIn(inside, file, context);
    if (found !== undefined) return found;
    const mayBe = ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner) || ts.isCallExpression(inner);
    if (inside === undefined && mayBe && context.orm.givesRowsOf?.(inner, file, context)) return inner;
  }
  return undefined;
}
