import { ts } from "../ast/compiler.js";
import { describe, initializerOf, propertiesOf, spreadsOf, unwrap } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { boundByRows, type CopiedRow, copiedRow } from "../mappers/copied-row.js";
import { removeFromPatterns } from "../mappers/undo-destructuring.js";
import { incompleteRows, rowLiterals } from "../types/row-literals.js";
import {
  computedValue,
  countedValue,
  emptyValue,
  isTaken,
  literalOf,
  numberedValue,
  storedDefault,
} from "../values/fixture-value.js";
import { setLater } from "../values/set-later.js";
import { textsOfLiteral, textsOfRow, valueText } from "../values/value-text.js";
import { addToPattern, isAddedToPattern, removeFromPattern } from "../write/destructuring.js";
import { type Container, removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";
import { whyNoValue } from "./new-rows.js";

const id = "fixture";

/**
 * Literals typed as a row stop compiling when the model gets the column: they get a real value, once. A copy of a row gets the row's value
 * in every phase. While reads exclude the column it is `undefined`, which Prisma does not write and JSON does not contain. A computed value
 * could differ from one that the code chose itself.
 */
export const fixture: Transform = {
  id,
  intents: ["completeFixtures"],

  *find(file, context) {
    for (const { literal, isReturned } of incompleteRows(file, context)) {
      const copied = copiedRow(literal, file, context);
      if (copied === undefined) yield complete(literal, isReturned, file, context);
      else yield* completeCopy(literal, copied, file, context);
    }
  },

  *undo(file, context) {
    yield* removeWritten(id, (each) => rowsIn(each, context), file, context);
    if (!isAddedToPattern(id, file, context)) return;
    if (context.project.types === undefined) {
      yield* removeFromPatterns(id, file, context);
      return;
    }
    for (const element of boundByRows(file, context)) {
      const edit = removeFromPattern(element, describe(element, `copy of ${context.model.name}`), file, context);
      if (edit !== undefined) yield edit;
    }
  },
};

function* rowsIn(file: SourceFile, context: TransformContext): Iterable<Container> {
  for (const { literal } of rowLiterals(file, context)) yield { node: literal, what: what(literal, context) };
}

function* completeCopy(
  literal: ts.ObjectLiteralExpression,
  { read, pattern }: CopiedRow,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { name } = context.field;
  // `{ ...user, name: user.name }` has it already.
  if (spreadsOf(literal).some(({ expression }) => `${textOf(expression, file)}.${name}` === read)) return;
  const about = what(literal, context);
  const text = read === name ? name : `${name}: ${read ?? "…"}`;
  const edit = read && addProperty(literal, text, about, file, endOfNamed(literal));
  const taken = edit && pattern ? addToPattern(pattern, about, file, context) : "there";
  if (edit && taken) {
    yield edit;
    if (taken !== "there") yield taken;
    return;
  }
  const reason = `it copies a ${context.model.name}, which does not compile without ${name}: add \`${text}\``;
  yield { kind: "place", certainty: "required", offset: literal.getStart(file.ast), what: about, reason };
}

function complete(
  literal: ts.ObjectLiteralExpression,
  isReturned: boolean,
  file: SourceFile,
  context: TransformContext,
): Finding {
  const { name } = context.field;
  const isUnknown = context.intent.value.kind === "none" && !isTest(file);
  const copiedId = isUnknown ? idOfAnother(literal, context) : undefined;
  const value = valueFor(literal, isReturned, copiedId !== undefined, file, context);
  const offset = literal.getStart(file.ast);
  const place = { kind: "place", certainty: "required", offset, what: what(literal, context) } as const;
  if (!isTest(file) && context.orm.isUpsert?.(literal, file, context)) {
    const reason = `a ${context.model.name} row without ${name} does not compile, and this one is put over rows that exist as well, whose ${name} may have been chosen: give it theirs, and \`${name}: ${value ?? "…"}\` only where a row is created`;
    return { ...place, reason };
  }
  // In tests, later changes to a row do not matter.
  const later = isTest(file) ? undefined : setLater(literal, file, context);
  if (later !== undefined && later.field !== name) {
    const last = `${later.name}.${name} = ${valueText(textsOfRow(later.name), file, context) ?? "…"};`;
    const reason = `a ${context.model.name} row without ${name} does not compile, and ${later.field}, which it is computed from, is set later: add \`${name}: …\`, and \`${last}\` behind that`;
    return { ...place, reason };
  }
  const edit = value && addProperty(literal, `${name}: ${value}`, what(literal, context), file, endOfNamed(literal));
  if (edit) return edit;
  if (value === undefined && copiedId !== undefined) {
    const reason = `a ${context.model.name} row without ${name} does not compile: \`${textOf(copiedId, file)}\` is of a row that exists, add \`${name}: …\` with the value which that row has`;
    return { ...place, reason };
  }
  const given = propertiesOf(literal);
  const why = whyNoValue((field) => given.has(field), `${name}: `, "", file, context);
  const reason = `a ${context.model.name} row without ${name} does not compile: ${why}`;
  return { ...place, reason };
}

/** `found.id`, or `id` from a destructuring pattern: the row exists and may have a value already. */
function idOfAnother(literal: ts.ObjectLiteralExpression, { model }: TransformContext): ts.Expression | undefined {
  const properties = propertiesOf(literal);
  for (const { name } of model.fields.filter(({ isId }) => isId)) {
    const value = initializerOf(properties.get(name));
    const inner = value && unwrap(value);
    if (inner === undefined) continue;
    if (ts.isPropertyAccessExpression(inner) && inner.name.text === name) return inner;
    const bound = ts.isIdentifier(inner) ? declarationOf(inner) : undefined;
    if (bound === undefined || !ts.isBindingElement(bound) || bound.initializer !== undefined) continue;
    const original = bound.propertyName ?? bound.name;
    if (ts.isIdentifier(original) && original.text === name) return inner;
  }
  return undefined;
}

function valueFor(
  literal: ts.ObjectLiteralExpression,
  isReturned: boolean,
  isCopy: boolean,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { field, intent, orm } = context;
  if (intent.staysOptional && orm.nullStyle?.(context).isNullable !== false)
    return isCopy ? undefined : (storedDefault(file, context) ?? emptyValue(literal, file, context));
  const computed = computedValue(literal, file, context);
  const isOfTest = isTest(file);
  if (computed !== undefined) {
    if (!field.isUnique || !isTaken(computed, context)) return computed;
    return isOfTest ? numberedValue(file, context) : undefined;
  }
  // The function in `@lockstep.write` is for write sites: a fixture is a constant.
  const isComputable = intent.value.kind === "sql" && field.type !== "decimal";
  const derived = isComputable ? valueText(textsOfLiteral(literal, file), file, context) : undefined;
  if (derived !== undefined) return derived;
  // Only a test may have an invented value.
  if (!isOfTest) return isCopy ? undefined : storedDefault(file, context);
  const isConstant = literal.properties.every((property) => isWrittenDown(initializerOf(property)));
  // A factory of distinct rows would give all of them the same value.
  const counted = !isConstant && isReturned && field.isUnique ? countedValue(literal, file, context) : undefined;
  if (counted !== undefined) return counted;
  if (!isConstant && isReturned && field.isUnique) return undefined;
  return storedDefault(file, context) ?? numberedValue(file, context);
}

/** The value comes before a spread that overrides it: `{ id: 1, …, ...overrides }`. */
export function endOfNamed(literal: ts.ObjectLiteralExpression): number {
  return literal.properties.findLastIndex((property) => !ts.isSpreadAssignment(property)) + 1;
}

function isWrittenDown(value: ts.Expression | undefined): boolean {
  if (value === undefined || literalOf(value) !== undefined) return true;
  const inner = unwrap(value);
  if (ts.isNewExpression(inner)) return (inner.arguments ?? []).every(isWrittenDown);
  if (ts.isIdentifier(inner)) {
    const declaration = declarationOf(inner);
    const isTop = declaration !== undefined && ts.isVariableDeclaration(declaration) && isTopLevel(declaration);
    return isTop && declaration.initializer !== undefined && isWrittenDown(declaration.initializer);
  }
  return ts.isObjectLiteralExpression(inner) || ts.isArrayLiteralExpression(inner);
}

function isTopLevel(declaration: ts.VariableDeclaration): boolean {
  return ts.isVariableStatement(declaration.parent.parent) && ts.isSourceFile(declaration.parent.parent.parent);
}

function isTest(file: SourceFile): boolean {
  return /(?:^|[/._-])(?:tests?|specs?|__tests__|fixtures?|mocks?|__mocks__|factor(?:y|ies)|stories)(?:[/._-]|$)/i.test(
    file.file,
  );
}

function what(literal: ts.ObjectLiteralExpression, context: TransformContext): string {
  return describe(literal, `${nameOfLiteral(literal) ?? "a literal"} typed as ${context.model.name}`);
}

function nameOfLiteral(literal: ts.ObjectLiteralExpression): string | undefined {
  for (let at: ts.Node = literal.parent; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return at.name.text;
  }
  return undefined;
}
