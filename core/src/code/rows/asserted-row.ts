import { ts } from "../ast/compiler.js";
import {
  describe,
  enclosingName,
  nameOf,
  pathOf,
  propertiesOf,
  returnedBy,
  spreadsOf,
  unwrap,
  wrapperOf,
} from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { candidateFor, isTestFile } from "../candidates/candidate-for.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { resolveFunction, rowsInExpression } from "../flow/rows-in-expression.js";
import { keyStyles } from "../names/key-styles.js";
import { type Producer, producersIn, producesField } from "../responses/producers.js";
import { responses } from "../responses/responses.js";
import { computedValue, emptyValue, storedDefault } from "../values/fixture-value.js";
import { removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";

const id = "asserted-row";

/**
 * An assertion of a whole row, `expect(user).toEqual({ id: 1, … })`, fails when the row gets another key. It gets the value if it certainly
 * compares a row, or a response that shows the field; the others are ranked. `toMatchObject` and similar matchers accept additional keys.
 */
export const assertedRow: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const asserted of assertedIn(file)) yield* complete(asserted, file, context);
  },

  undo: (file, context) =>
    removeWritten(
      id,
      (each) => assertedIn(each).map(({ literal }) => ({ node: literal, what: whatOf(literal, context) })),
      file,
      context,
    ),
};

interface Asserted {
  readonly literal: ts.ObjectLiteralExpression;
  readonly actual: ts.Expression;
  /** The path of keys to the literal: `["user"]` of `toEqual({ user: { … } })`. */
  readonly path: readonly string[];
}

function* complete(asserted: Asserted, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { literal, actual, path } = asserted;
  const { columns, model, field } = context;
  const names = [...propertiesOf(literal).keys()];
  const count = (keyOf: (name: string) => string) => columns.filter(({ name }) => names.includes(keyOf(name))).length;
  const keyOf = keyStyles.find((each) => count(each) >= Math.max(3, columns.length * 0.75));
  const isCopy = producersIn(context).some(({ kind, mapper }) => kind === "literal" && mapper.literal === literal);
  if (keyOf === undefined || isCopy || spreadsOf(literal).length > 0) return;
  const key = keyOf(field.name);
  const value = valueIn(literal, key, file, context);
  const text = value && `${key}: ${value}`;
  const what = whatOf(literal, context);
  const rows = rowsInExpression(actual, file, context);
  const isRow = rows.some((each) => each.path.join() === path.join() && each.select === undefined && !each.isAssumed);
  const copy = isRow || path.length > 0 ? undefined : copyBehind(actual, file, context);
  const isShown = isRow || (copy !== undefined && getsField(copy, context));
  // A mock returns what the test defines, whatever its type.
  const isMocked = /mock|spyOn|sinon|\bstub|\b(?:vi|jest)\.fn\b/i.test(file.text);
  const isCertain = isShown && !isMocked;
  if (!names.includes(key) && (isCertain || context.takes(literal, "mapper"))) {
    const edit = text && addProperty(literal, text, what, file);
    if (edit) yield edit;
    const reason = `it compares a whole row, which has ${key} from now on: add \`${text ?? `${key}: …`}\``;
    const offset = literal.getStart(file.ast);
    if (isCertain && !edit) yield { kind: "place", certainty: "required", offset, what, reason };
    if (isCertain || edit) return;
  }
  const tie = isRow || copy !== undefined ? "type" : "names";
  const advice = `add \`${text ?? key}\` if the ${model.name} that is compared has it`;
  const caution = isMocked ? "a mock may give what is compared" : undefined;
  const about = { what, anchor: enclosingName(literal), names, caution, text, advice, isNearlyWhole: true } as const;
  const candidate = candidateFor({ family: "mapper", tie, node: literal, ...about }, file, context);
  if (candidate !== undefined)
    yield copy === undefined || isShown ? candidate : { ...candidate, needs: [copy.mapper.literal] };
}

type Copy = Extract<Producer, { kind: "literal" }>;

/** The result of `toResponse(user)`, if a resolved function creates it: a copy of a row. */
function copyBehind(actual: ts.Expression, file: SourceFile, context: TransformContext): Copy | undefined {
  let at = unwrap(actual);
  if (ts.isIdentifier(at)) {
    const declared = declarationOf(at);
    at = unwrap((declared && ts.isVariableDeclaration(declared) && declared.initializer) || at);
  }
  while (ts.isAwaitExpression(at)) at = unwrap(at.expression);
  const found = ts.isCallExpression(at) ? resolveFunction(at.expression, file, context)?.node : undefined;
  const returned = found && "body" in found ? returnedBy(found as ts.FunctionLikeDeclaration).map(unwrap) : [];
  return producersIn(context).find(
    (each): each is Copy => each.kind === "literal" && returned.includes(each.mapper.literal),
  );
}

/** Whether a copy has the field, or gets it in this run. */
function getsField(copy: Copy, context: TransformContext): boolean {
  const plan = responses(context).mappers.find(({ mapper }) => mapper.literal === copy.mapper.literal);
  return producesField(copy) || (plan !== undefined && plan.reason === undefined);
}

/** The value of such a row: the fill, the default, null; undefined if the test sets the field to something else. */
function valueIn(
  literal: ts.ObjectLiteralExpression,
  key: string,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const computed = computedValue(literal, file, context);
  if (computed !== undefined) return computed;
  const value =
    storedDefault(file, context) ?? (context.intent.staysOptional ? emptyValue(literal, file, context) : undefined);
  const isOther = (each: ts.ObjectLiteralExpression) =>
    [context.field.name, key].some((name) => {
      const property = propertiesOf(each).get(name);
      return property !== undefined && !textOf(property, file).endsWith(`: ${value}`);
    });
  return file.nodes(ts.SyntaxKind.ObjectLiteralExpression).some(isOther) ? undefined : value;
}

/** The literals of a test that a value must equal, including elements and nested values. */
function assertedIn(file: SourceFile): readonly Asserted[] {
  if (!isTestFile(file)) return [];
  return file.nodes(ts.SyntaxKind.ObjectLiteralExpression).flatMap((literal) => {
    const path: string[] = [];
    let outer = wrapperOf(literal);
    while (ts.isPropertyAssignment(outer.parent) || ts.isArrayLiteralExpression(outer.parent)) {
      if (ts.isPropertyAssignment(outer.parent)) path.unshift(nameOf(outer.parent.name) ?? "");
      outer = wrapperOf(ts.isPropertyAssignment(outer.parent) ? outer.parent.parent : outer.parent);
    }
    const actual = ts.isCallExpression(outer.parent) ? comparedWith(outer, outer.parent) : undefined;
    return actual === undefined ? [] : [{ literal, actual, path }];
  });
}

/** `user` of `expect(user).toEqual({ … })` and `assert.deepEqual(user, { … })`. */
function comparedWith(expected: ts.Node, { expression, arguments: [first, second] }: ts.CallExpression) {
  const names = pathOf(expression);
  const method = names.at(-1) ?? "";
  if (/^deep(?:Strict)?Equal$/.test(method)) return expected === second ? first : undefined;
  const isEqual = /^(?:toEqual|toStrictEqual|eql)$/.test(method) || (method === "equal" && names.includes("deep"));
  if (!isEqual || expected !== first || names.includes("not")) return undefined;
  let root: ts.Expression = expression;
  while (ts.isPropertyAccessExpression(root)) root = root.expression;
  return ts.isCallExpression(root) && pathOf(root.expression).join() === "expect" ? root.arguments[0] : undefined;
}

function whatOf(literal: ts.ObjectLiteralExpression, { model }: TransformContext): string {
  return describe(literal, `asserted ${model.name}`);
}
