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
  valueAt,
  wrapperOf,
} from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { candidateFor, isTestFile } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { EditFinding, Finding, Transform, TransformContext } from "../contract/transform.js";
import { resolveFunction, rowsInExpression } from "../flow/rows-in-expression.js";
import { keyStyles } from "../names/key-styles.js";
import { type Producer, producersIn, producesField } from "../responses/producers.js";
import { responses } from "../responses/responses.js";
import { computedValue, emptyValue, literalOf, storedDefault } from "../values/fixture-value.js";
import { removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";
import { comparedRows, type TestRow, testRowsIn } from "./compared-rows.js";
import { endOfNamed } from "./fixture.js";

const id = "asserted-row";

/**
 * An assertion of a whole row, `expect(user).toEqual({ id: 1, … })`, fails when the row gets another key. It gets the value if it certainly
 * compares a row, or a response that shows the field; the others are ranked. `toMatchObject` and similar matchers accept additional keys.
 * If the test builds the row itself, the row gets the same value: contract removes the fallback that hides that it has none.
 */
export const assertedRow: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const asserted of assertedIn(file)) yield* complete(asserted, file, context);
    const rows = openRows(context);
    for (const { literal } of rows.size === 0 ? [] : testRowsIn(file, context)) {
      const plan = rows.get(literal);
      const edit = plan?.value && plan.reason === undefined && completed(literal, plan.value, file, context);
      if (edit) yield edit;
      else if (plan !== undefined) yield comparedRow(literal, file, context);
    }
  },

  undo: (file, context) =>
    removeWritten(
      id,
      (each) => [
        ...assertedIn(each).map(({ literal }) => ({ node: literal, what: whatOf(literal, context) })),
        ...testRowsIn(each, context).map(({ literal }) => ({ node: literal, what: whatOfRow(literal, context) })),
      ],
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

/** What is known of an assertion of most columns. */
interface Plan extends Asserted {
  /** The field's name there. */
  readonly key: string;
  /** It compares a row, or a response that gets the field. */
  readonly isCertain: boolean;
  /** It may be a mock. */
  readonly isMocked: boolean;
  readonly isShown: boolean;
  readonly isRow: boolean;
  readonly copy: Copy | undefined;
  /** The value to expect; undefined if a person must write it. */
  readonly value: string | undefined;
  /** The rows of the test that it compares, and that need the same value. */
  readonly open: readonly TestRow[];
  /** Why Lockstep edits neither it nor these rows. */
  readonly reason: string | undefined;
}

function* complete(asserted: Asserted, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const plan = planOf(asserted, file, context);
  if (plan === undefined) return;
  const { literal, key, value, copy, isCertain, isShown, isMocked, isRow } = plan;
  const names = [...propertiesOf(literal).keys()];
  const text = value && `${key}: ${value}`;
  const what = whatOf(literal, context);
  if (!names.includes(key) && isTaken(plan, context)) {
    const edit = text && plan.reason === undefined && addProperty(literal, text, what, file);
    if (edit) yield edit;
    const why = plan.reason ?? `it compares a whole row, which has ${key} from now on`;
    const reason = `${why}: add \`${text ?? `${key}: …`}\``;
    const offset = literal.getStart(file.ast);
    if (isCertain && !edit) yield { kind: "place", certainty: "required", offset, what, reason };
    if (isCertain || edit) return;
  }
  const tie = isRow || copy !== undefined ? "type" : "names";
  const advice = `add \`${text ?? key}\` if the ${context.model.name} that is compared has it`;
  const caution = isMocked ? "a mock may give what is compared" : undefined;
  const about = { what, anchor: enclosingName(literal), names, caution, text, advice, isNearlyWhole: true } as const;
  const candidate = candidateFor({ family: "mapper", tie, node: literal, ...about }, file, context);
  if (candidate !== undefined)
    yield copy === undefined || isShown ? candidate : { ...candidate, needs: [copy.mapper.literal] };
}

function planOf(asserted: Asserted, file: SourceFile, context: TransformContext): Plan | undefined {
  return context.memo(planOf, asserted.literal, () => {
    const { literal, actual, path } = asserted;
    const { columns, field } = context;
    const names = [...propertiesOf(literal).keys()];
    const count = (keyOf: (name: string) => string) => columns.filter(({ name }) => names.includes(keyOf(name))).length;
    const keyOf = keyStyles.find((each) => count(each) >= Math.max(3, columns.length * 0.75));
    const isCopy = producersIn(context).some(({ kind, mapper }) => kind === "literal" && mapper.literal === literal);
    if (keyOf === undefined || isCopy || spreadsOf(literal).length > 0) return undefined;
    const key = keyOf(field.name);
    const rows = rowsInExpression(actual, file, context);
    const isRow = rows.some((each) => each.path.join() === path.join() && each.select === undefined && !each.isAssumed);
    const copy = isRow || path.length > 0 ? undefined : copyBehind(actual, file, context);
    const isShown = isRow || (copy !== undefined && getsField(copy, context));
    // A mock returns what the test defines, whatever its type.
    const isMocked = /mock|spyOn|sinon|\bstub|\b(?:vi|jest)\.fn\b/i.test(file.text);
    const known = { ...asserted, key, isRow, copy, isShown, isMocked, isCertain: isShown && !isMocked };
    return { ...known, ...expectedIn(asserted, key, keyOf, file, context) };
  });
}

function isTaken({ literal, isCertain }: Plan, context: TransformContext): boolean {
  return isCertain || context.takes(literal, "mapper");
}

/** The value that an assertion expects, and the rows of the test that get it too. */
function expectedIn(
  asserted: Asserted,
  key: string,
  keyOf: (name: string) => string,
  file: SourceFile,
  context: TransformContext,
): Pick<Plan, "value" | "open" | "reason"> {
  const { name } = context.field;
  const own = valueIn(asserted.literal, key, file, context);
  if (own === undefined) return { value: undefined, open: [], reason: undefined };
  const { same, unclear } = comparedRows(asserted, keyOf, file, context);
  const given = same.flatMap(({ literal, file }) => {
    const value = valueAt(literal, name);
    return value === undefined ? [] : [literalOf(value) === undefined ? undefined : textOf(value, file)];
  });
  const open = same.filter(({ literal }) => !propertiesOf(literal).has(name));
  const isSet = given.every((each) => each === own) && open.every((row) => canHave(row, own, context));
  if (unclear === undefined && isSet) return { value: own, open, reason: undefined };
  const built = unclear === undefined ? "" : `, \`${unclear.getText().split("\n")[0]}\``;
  const isOpen = unclear && ts.isObjectLiteralExpression(unclear) && !propertiesOf(unclear).has(name);
  return {
    value: own,
    open: isOpen ? [...open, { literal: unclear, file }] : open,
    reason: `the test itself builds the row that it compares${built}, which needs the same value`,
  };
}

/** Whether Lockstep can write a value into a row, and would compute no other one. */
function canHave({ literal, file }: TestRow, value: string, context: TransformContext): boolean {
  if (completed(literal, value, file, context) === undefined) return false;
  return (computedValue(literal, file, context) ?? value) === value;
}

/** By row: the assertion that compares it, and has the value or gets it now. */
const openRows = memoized((context): ReadonlyMap<ts.ObjectLiteralExpression, Plan> => {
  const plans = new Map<ts.ObjectLiteralExpression, Plan>();
  for (const file of context.project.files) {
    for (const asserted of assertedIn(file)) {
      const plan = planOf(asserted, file, context);
      if (plan === undefined || !isTaken(plan, context)) continue;
      const now = valueAt(plan.literal, plan.key);
      if (now !== undefined && (plan.reason !== undefined || textOf(now, file) !== plan.value)) continue;
      for (const { literal } of plan.open) plans.set(literal, plan);
    }
  }
  return plans;
});

/** A row that an assertion compares, and whose value a person has to write. */
function comparedRow(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): Finding {
  const { name } = context.field;
  const reason = `an assertion compares this row: add \`${name}: …\` here and there`;
  const offset = literal.getStart(file.ast);
  return { kind: "place", certainty: "likely", offset, what: whatOfRow(literal, context), reason };
}

/** The value comes before a spread that overrides it. */
function completed(
  literal: ts.ObjectLiteralExpression,
  value: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | undefined {
  const text = `${context.field.name}: ${value}`;
  return addProperty(literal, text, whatOfRow(literal, context), file, endOfNamed(literal));
}

function whatOfRow(literal: ts.ObjectLiteralExpression, { model }: TransformContext): string {
  return describe(literal, `${model.name} of a test`);
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
