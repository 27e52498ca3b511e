import type { EntityField } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { keysOfSpread, propertiesOf, spreadsOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { rowShapeOfValue } from "../flow/rows-in-expression.js";

/** The fields that a mirror follows: code that changes one of them must also set the column. Empty for any other column. */
export const mirrorSources = memoized(({ intent: { follows = [] }, model }): readonly EntityField[] =>
  model.fields.filter(({ column }) => follows.includes(column)),
);

/** The first source of the mirror among the set names: the field, its embedded object, or the relation that stores it. */
export function sourceAmong(names: Iterable<string>, context: TransformContext): EntityField | undefined {
  const sources = mirrorSources(context);
  if (sources.length === 0) return undefined;
  const set = new Set(names);
  return sources.find((source) => namesOf(source, context).some((name) => set.has(name)));
}

function namesOf({ name }: EntityField, { model }: TransformContext): readonly string[] {
  const relations = model.relations.filter(({ fields }) => fields?.includes(name));
  return [name, name.split(".")[0] ?? name, ...relations.map((relation) => relation.name)];
}

/** Whether an object can change a source of the mirror; undefined if its content is not known. */
function maySetSource(value: ts.Expression, context: TransformContext): boolean | undefined {
  const { types } = context.project;
  const type = types?.of(value);
  if (type === undefined || types === undefined) return undefined;
  const { Any, Unknown, NonPrimitive, TypeParameter } = ts.TypeFlags;
  if ((type.flags & (Any | Unknown | NonPrimitive | TypeParameter)) !== 0) return undefined;
  const names = mirrorSources(context).flatMap((source) => namesOf(source, context));
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(
    (part) =>
      types.checker.getIndexInfosOfType(part).length > 0 ||
      names.some((name) => types.checker.getPropertyOfType(part, name) !== undefined),
  );
}

/** Lists an update with unresolved data that may change what a mirror follows. */
export function* changedElsewhere(
  value: ts.Expression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  if (mirrorSources(context).length === 0 || isTestFile(file) || maySetSource(value, context) === false) return;
  yield unseenChange(value, value, what, file, context);
}

/**
 * The spread of an update that may override a source of the mirror.
 *
 * @returns undefined if the literal itself sets every source
 */
export function hidingSource(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): ts.SpreadAssignment | undefined {
  const sources = mirrorSources(context);
  if (sources.length === 0) return undefined;
  const own = propertiesOf(literal);
  const isOwn = (spread: ts.SpreadAssignment) =>
    sources.every((source) => namesOf(source, context).some((name) => (own.get(name)?.pos ?? 0) > spread.pos));
  return spreadsOf(literal).find((spread) => {
    const keys = keysOfSpread(spread);
    if (isOwn(spread) || (keys !== undefined && sourceAmong(keys, context) === undefined)) return false;
    // A row includes its value of the mirror.
    if (rowShapeOfValue(spread.expression, file, context) === "row") return false;
    return keys !== undefined || maySetSource(spread.expression, context) !== false;
  });
}

/** @param node the position of the place @param source the value with the change */
export function unseenChange(
  node: ts.Node,
  source: ts.Expression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding {
  const { name } = context.field;
  const names = mirrorSources(context).map((each) => each.name);
  const text = textOf(source, file).replaceAll(/\s+/g, " ");
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  const reason = `${name} follows ${names.join(", ")}: unless \`${short}\` never changes ${names.length === 1 ? "it" : "them"}, set ${name} with it`;
  return { kind: "place", certainty: "likely", offset: node.getStart(file.ast), what, reason, mayLeaveOut: true };
}
