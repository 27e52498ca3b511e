import type { EntityModel, EntityRelation } from "../model/index.js";
import { chosenBy } from "./chosen-value.js";
import { ts } from "./compiler.js";
import { propertiesOf, spreadsOf } from "./expressions.js";
import { computedValue } from "./fixture-value.js";
import { addProperty, bare } from "./property-edit.js";
import { type SourceFile, textOf } from "./source-file.js";
import { groupedFallback } from "./sql-to-typescript.js";
import type { EditFinding, Finding, TransformContext } from "./transform.js";
import { sourcesOf, textsOfLiteral, textsOfRow, valueText } from "./value-text.js";

/**
 * Makes a literal that becomes a row fill the column: an edit, or the place where a person has to.
 *
 * @param chosen how callers may choose the value: `dto.handle`; the fill is then what they get who do not
 */
export function* fillLiteral(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
  chosen?: string,
): Iterable<Finding> {
  const { name } = context.field;
  if (propertiesOf(literal).has(name)) {
    const edit = takeChoice(literal, what, file, context, chosen);
    if (edit !== undefined) yield edit;
    return;
  }
  const offset = literal.getStart(file.ast);
  const [spread, ...more] = spreadsOf(literal);
  if (spread !== undefined) {
    // Whichever comes last wins: where the column belongs depends on what the spread holds.
    const text = more.length === 0 ? suggestedText(spread.expression, literal, file, context) : `${name}: …`;
    const source = shortText(spread.expression, file);
    const reason = `part of the row comes from \`...${source}\`: unless ${name} is in it, add \`${text}\``;
    yield { kind: "place", certainty: "likely", offset, what, reason };
    return;
  }
  const value = valueOfNewRow(literal, file, context);
  const written = value === undefined ? undefined : orChosen(value, chosen ?? chosenBy(literal, file, context));
  const edit = written === undefined ? undefined : addProperty(literal, propertyText(name, written), what, file);
  yield edit ?? { kind: "place", certainty: "required", offset, what, reason: whyNot(literal, value, file, context) };
}

/**
 * A property that was written before callers could choose its value takes their choice as soon as they can.
 *
 * @param choice what they choose by, where the caller knows more than the literal says
 */
export function takeChoice(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
  choice = chosenBy(literal, file, context),
): EditFinding | undefined {
  const property = propertiesOf(literal).get(context.field.name);
  if (property === undefined || !ts.isPropertyAssignment(property)) return undefined;
  // `{ ...dto, handle: … }` may have been made of `dto`: then all of it is the edit.
  return takeChoiceIn(property.initializer, [literal, property], choice, what, file, context);
}

/** The same for any value: of `user.handle = …`, too. */
export function takeChoiceIn(
  value: ts.Expression,
  around: readonly ts.Node[],
  choice: string | undefined,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | undefined {
  const text = textOf(value, file);
  if (choice === undefined || text.includes(choice)) return undefined;
  const made = new Set(context.earlier.flatMap((edit) => (edit.phase === "expand" ? [bare(edit.text)] : [])));
  const ours = around.find((node) => made.has(bare(textOf(node, file))));
  if (ours === undefined) return undefined;
  const splice = { start: value.getStart(file.ast), end: value.end, text: orChosen(text, choice) };
  const before = file.text.slice(ours.getStart(file.ast), splice.start);
  const after = file.text.slice(splice.end, ours.end);
  return { kind: "edit", splices: [splice], what, text: before + splice.text + after, replaces: textOf(ours, file) };
}

/** What the fill is for a row that a literal describes; undefined where it cannot be said from what stands there. */
export function valueOfNewRow(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  return computedValue(literal, file, context) ?? valueText(textsOfLiteral(literal, file), file, context);
}

/** A row that is no literal: it may be filled where it is built. */
export function builtElsewhere(
  value: ts.Expression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding {
  const { name } = context.field;
  const text = suggestedText(value, undefined, file, context);
  const origin = shortText(value, file);
  const reason = `the row is built elsewhere (\`${origin}\`): unless ${name} is in it, add \`${text}\` where it is built`;
  return { kind: "place", certainty: "likely", offset: value.getStart(file.ast), what, reason };
}

/** `dto.handle ?? dto.email.toLowerCase()` where callers may choose. */
export function orChosen(value: string, chosen: string | undefined): string {
  return chosen === undefined ? value : `${chosen} ?? ${groupedFallback(value)}`;
}

/** The relation that stores its key in the new field. */
export function relationOver({ model, field }: TransformContext): EntityRelation | undefined {
  return model.relations.find((relation) => relation.fields?.includes(field.name));
}

/** Whether a literal gives the new relation already. */
export function isConnected(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const relation = relationOver(context);
  return relation !== undefined && propertiesOf(literal).has(relation.name);
}

/**
 * Whether rows get the key from the row that they are written inside of: `team.create({ data: { orders: { create: … } } })`. Where
 * several relations lead to that model, the one that is meant cannot be told from the names of types: the row is looked at.
 */
export function isKeyGivenBy(parent: EntityModel | undefined, context: TransformContext): boolean {
  const relation = relationOver(context);
  if (parent === undefined || relation?.model !== parent.name) return false;
  return context.model.relations.filter((each) => each.fields && each.model === parent.name).length === 1;
}

/** `handle` where the value is called just that. */
function propertyText(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`;
}

/** The property to add, with the value computed over a row that has a name. */
function suggestedText(
  row: ts.Expression,
  literal: ts.ObjectLiteralExpression | undefined,
  file: SourceFile,
  context: TransformContext,
): string {
  const isNamed = ts.isIdentifier(row) || ts.isPropertyAccessExpression(row);
  const own = literal === undefined ? undefined : textsOfLiteral(literal, file);
  const spread = textsOfRow(textOf(row, file));
  const value = valueText((field) => own?.(field) ?? (isNamed ? spread(field) : undefined), file, context);
  return `${context.field.name}: ${value ?? "…"}`;
}

function whyNot(
  literal: ts.ObjectLiteralExpression,
  value: string | undefined,
  file: SourceFile,
  context: TransformContext,
): string {
  const { name } = context.field;
  if (value !== undefined) return `add \`${propertyText(name, value)}\``;
  const properties = propertiesOf(literal);
  return whyNoValue((field) => properties.has(field), `${name}: `, "", file, context);
}

/**
 * Why the value of a new row cannot be said, and what to write.
 *
 * @param before,after what stands around the value where it is written: `handle: `, `user.handle = ` and `;`
 */
export function whyNoValue(
  isGiven: (field: string) => boolean,
  before: string,
  after: string,
  file: SourceFile,
  context: TransformContext,
): string {
  const open = `add \`${before}…${after}\``;
  const sources = sourcesOf(context);
  if (context.intent.value.kind === "listed")
    return `${open}: a function of lockstep.config.ts computes it for old rows; what new rows get is yours to write`;
  const missing = sources.find((field) => !isGiven(field.name));
  if (sources.length === 0) return `${open}: Lockstep cannot say its value in TypeScript`;
  if (missing !== undefined) return `${open}: it is computed from ${missing.name}, which is not in the row`;
  const [source] = sources;
  const computed = valueText((field) => ({ text: field.name, type: field.type, isNullable: false }), file, context);
  return `${source?.name} is not a plain value here: keep it in a constant, then add \`${before}${computed ?? "…"}${after}\``;
}

function shortText(node: ts.Node, file: SourceFile): string {
  const text = textOf(node, file).replaceAll(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
