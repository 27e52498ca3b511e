import { patternOf } from "../../base/pattern-of.js";
import type { EntityField, EntityModel, EntityRelation } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { keysOfSpread, propertiesOf, spreadsOf } from "../ast/expressions.js";
import { siteAround } from "../ast/site.js";
import { lineAt, type SourceFile, textOf } from "../ast/source-file.js";
import type { EditFinding, Finding, TransformContext } from "../contract/transform.js";
import { type CallerValue, callerValueForRow, withCallerValue } from "../inputs/caller-value.js";
import { destructuredKeys } from "../inputs/input-shape.js";
import { callerValueOfInput, inputHasField, inputList, valueFromInput } from "../inputs/spread-input.js";
import { resolveExpression } from "../types/resolve-expression.js";
import { orAnnotate, whyConverted } from "../values/conversions.js";
import { computedValue } from "../values/fixture-value.js";
import { type SetLater, setLater } from "../values/set-later.js";
import { groupedFallback, operandText } from "../values/sql-to-typescript.js";
import { type FieldText, sourcesOf, textsOfLiteral, textsOfRow, valueText } from "../values/value-text.js";
import { addProperty, bare } from "../write/property-edit.js";
import { isSameOwner } from "../write/same-place.js";

/**
 * Makes a literal that becomes a row fill the column: an edit, or a place for a person to change.
 *
 * @param chosen the value that callers may choose, if more is known than the literal contains; the fill is then the default
 */
export function* fillLiteral(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
  chosen?: CallerValue,
): Iterable<Finding> {
  const { name } = context.field;
  if (propertiesOf(literal).has(name)) {
    yield* takeCallerValue(literal, what, file, context, chosen);
    return;
  }
  const offset = literal.getStart(file.ast);
  const later = setLater(literal, file, context);
  if (later !== undefined) {
    const reason = whyNotYet(later, file, context);
    yield { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
    return;
  }
  const [spread, ...more] = hidingSpreads(literal, context);
  if (spread !== undefined) {
    // The last one takes precedence, so the position depends on the content of the spread.
    const found = more.length === 0 ? fillBeside(spread, literal, what, file, context) : undefined;
    const text = `unless ${name} is in it, add \`${name}: …\``;
    const reason = `part of the row comes from \`...${shortText(spread.expression, file)}\`: ${text}`;
    if (found !== "there")
      yield found ?? { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
    return;
  }
  const value = valueOfNewRow(literal, file, context);
  const choice = chosen ?? callerValueForRow(literal, file, context);
  const written = value === undefined ? undefined : orCallerValue(value, choice);
  const edit = written === undefined ? undefined : addProperty(literal, propertyText(name, written), what, file);
  if (edit !== undefined) yield* withCallerValue(edit, choice, file, context);
  else yield { kind: "place", certainty: "required", offset, what, reason: whyNot(literal, value, file, context) };
}

/** Why the value cannot be computed from a literal, and the text to write instead. */
function whyNotYet({ name, field }: SetLater, file: SourceFile, context: TransformContext): string {
  const own = context.field.name;
  if (field === own)
    return `\`${name}.${own}\` is set later: see that every row gets it, and that its type has it here`;
  const value = valueText(textsOfRow(name), file, context) ?? "…";
  return `${own} is computed from ${field}, which is set later: write \`{ ...${name}, ${own}: ${value} }\` where it is stored`;
}

/** The spreads that may set the field, or an input of its computation. */
function hidingSpreads(literal: ts.ObjectLiteralExpression, context: TransformContext): readonly ts.SpreadAssignment[] {
  const names = [context.field.name, ...sourcesOf(context).map(({ name }) => name)];
  return spreadsOf(literal).filter((spread) => {
    const keys = keysOfSpread(spread);
    return keys === undefined || names.some((name) => keys.has(name));
  });
}

/**
 * A property that was written before callers could choose its value reads their value as soon as they can.
 *
 * @param choice the value that callers choose, if more is known than the literal contains
 */
export function* takeCallerValue(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
  choice?: CallerValue,
): Iterable<EditFinding> {
  const property = propertiesOf(literal).get(context.field.name);
  if (property === undefined || !ts.isPropertyAssignment(property)) return;
  const [spread, ...more] = spreadsOf(literal);
  const sent = spread && more.length === 0 ? callerValueOfInput(spread.expression, file, context) : undefined;
  // `data: { ...dto, handle: … }` may replace `data: dto`, or `data`: then the whole text is the edit.
  const around = [literal.parent, literal, property];
  yield* takeCallerValueIn(
    property.initializer,
    around,
    choice ?? sent ?? callerValueForRow(literal, file, context),
    what,
    file,
    context,
  );
}

/** Like `takeCallerValue`, for any value: `user.handle = …`, too. */
export function* takeCallerValueIn(
  value: ts.Expression,
  around: readonly ts.Node[],
  choice: CallerValue | undefined,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<EditFinding> {
  const text = textOf(value, file);
  if (choice === undefined || new RegExp(`\\b${patternOf(choice.text)}\\b`).test(text)) return;
  const ours = nearestWritten(around, file, context);
  if (ours === undefined) return;
  const splice = { start: value.getStart(file.ast), end: value.end, text: orCallerValue(text, choice) };
  const before = file.text.slice(ours.getStart(file.ast), splice.start);
  const after = file.text.slice(splice.end, ours.end);
  const edit = { kind: "edit", splices: [splice], what, text: before + splice.text + after } as const;
  yield* withCallerValue({ ...edit, replaces: textOf(ours, file) }, choice, file, context);
}

/** The node that expand wrote: by its text, and if there are several, by its line. Code usually moves down. */
function nearestWritten(nodes: readonly ts.Node[], file: SourceFile, context: TransformContext): ts.Node | undefined {
  const found = nodes.flatMap((node) => {
    const [text, line] = [bare(textOf(node, file)), lineAt(file.text, node.getStart(file.ast))];
    return context.earlier
      .filter((edit) => edit.phase === "expand" && bare(edit.text) === text)
      .map((edit) => ({
        node,
        isElsewhere: edit.file !== file.file || !isSameOwner(edit, siteAround(node.getStart(file.ast), file)),
        distance: Math.abs(line - edit.line) + (edit.line > line ? 0.5 : 0),
      }));
  });
  found.sort((a, b) => Number(a.isElsewhere) - Number(b.isElsewhere) || a.distance - b.distance);
  return found[0]?.node;
}

/** Fills a row that mostly consists of a spread: `{ ...input, name: "x" }`, if the type of the input is resolved. */
function fillBeside(
  spread: ts.SpreadAssignment,
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | "there" {
  const source = spread.expression;
  const has = inputHasField(source, file, context);
  if (has === "always") return "there";
  const value = valueBeside(spread, literal, file, context);
  const edit = value === undefined ? undefined : addProperty(literal, `${context.field.name}: ${value}`, what, file);
  if (edit !== undefined) return edit;
  const reason = `part of the row comes from \`...${shortText(source, file)}\`: ${advice(source, literal, file, context)}`;
  const offset = literal.getStart(file.ast);
  const certainty = has === undefined && keysOfSpread(spread) === undefined ? "likely" : "required";
  return { kind: "place", certainty, offset, what, reason, mayLeaveOut: true };
}

function valueBeside(
  spread: ts.SpreadAssignment,
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const texts = textsOfLiteral(literal, file);
  const properties = propertiesOf(literal);
  // The last one takes precedence.
  const lacking = destructuredKeys(spread.expression);
  const isOwn = (name: string) => lacking.has(name) || (properties.get(name)?.pos ?? 0) > spread.pos;
  if (sourcesOf(context).some((source) => isOwn(source.name) && texts(source) === undefined)) return undefined;
  const own: FieldText = (field) => (isOwn(field.name) ? texts(field) : undefined);
  return valueFromInput(spread.expression, own, file, context);
}

/** The fill for a row that a literal describes; undefined if the literal does not contain its inputs. */
export function valueOfNewRow(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  return computedValue(literal, file, context) ?? valueText(textsOfLiteral(literal, file), file, context);
}

/** A row that is not a literal: it may be filled where it is built. Contract breaks it if its type does not guarantee the field. */
export function builtElsewhere(
  value: ts.Expression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const list = inputList(value, file, context);
  const has = list?.has ?? inputHasField(value, file, context);
  if (has === "always") return undefined;
  const add = list ? `write \`${list.text}\`` : advice(value, undefined, file, context);
  const reason = `the row is built elsewhere (\`${shortText(value, file)}\`): ${add}`;
  const certainty = has === undefined ? "likely" : "required";
  return { kind: "place", certainty, offset: value.getStart(file.ast), what, reason, mayLeaveOut: true };
}

/** `dto.handle ?? dto.email.toLowerCase()` if callers may choose. */
export function orCallerValue(value: string, chosen: CallerValue | undefined): string {
  return chosen === undefined ? value : `${operandText(chosen.text)} ?? ${groupedFallback(value)}`;
}

/** The relation that stores its key in the new field. */
export function relationOver({ model, field }: TransformContext): EntityRelation | undefined {
  return model.relations.find((relation) => relation.fields?.includes(field.name));
}

/** Whether a literal already sets the new relation. */
export function isConnected(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const relation = relationOver(context);
  return relation !== undefined && propertiesOf(literal).has(relation.name);
}

/**
 * Whether rows get the key from the row that they are nested in: `team.create({ data: { orders: { create: … } } })`. If several relations
 * have that model, type names do not identify the relation, so the row is checked.
 */
export function isKeyGivenBy(parent: EntityModel | undefined, context: TransformContext): boolean {
  const relation = relationOver(context);
  if (parent === undefined || relation?.model !== parent.name) return false;
  return context.model.relations.filter((each) => each.fields && each.model === parent.name).length === 1;
}

/** `handle` if the value has the same name. */
function propertyText(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`;
}

/** The text to add, with the value computed from a named row; keeps a value that callers may choose. */
function advice(
  row: ts.Expression,
  literal: ts.ObjectLiteralExpression | undefined,
  file: SourceFile,
  context: TransformContext,
): string {
  const { name } = context.field;
  const isNamed = ts.isIdentifier(row) || ts.isPropertyAccessExpression(row);
  const properties = literal && propertiesOf(literal);
  const own = literal && textsOfLiteral(literal, file);
  const spread = textsOfRow(textOf(row, file));
  // A column with a default may be missing in a row that is not stored yet.
  const sent = (field: EntityField) => {
    const text = spread(field);
    return text && { ...text, isNullable: text.isNullable || field.hasDefault };
  };
  const lacking = destructuredKeys(row);
  const text = (field: EntityField) => {
    if (properties?.has(field.name)) return own?.(field);
    return isNamed && !lacking.has(field.name) ? sent(field) : undefined;
  };
  const value = valueText(text, file, context);
  const holds = isNamed ? mayHold(row, file, context) : undefined;
  const where = literal === undefined ? " where it is built" : "";
  if (holds === undefined) return `unless ${name} is in it, add \`${name}: ${value ?? "…"}\`${where}`;
  const whole = textOf(row, file);
  const property = `${name}: ${orCallerValue(value ?? "…", holds ? { text: `${whole}.${name}` } : undefined)}`;
  return literal === undefined ? `write \`{ ...${whole}, ${property} }\`` : `add \`${property}\``;
}

/** Types of a new row, for every ORM. Their rows may lack the field, and then get the fill. */
const partial = /^(?:DeepPartial|Partial|QueryDeepPartialEntity)<|Create(?:Many\w*|Without\w+)?Input\b/;

/** Whether a value may have the field; undefined if its type is not known. */
function mayHold(value: ts.Expression, file: SourceFile, context: TransformContext): boolean | undefined {
  const has = inputHasField(value, file, context);
  if (has !== undefined) return has !== "never";
  const found = resolveExpression(value, file, context.project);
  return found?.kind === "typed" && partial.test(textOf(found.type, found.file)) ? true : undefined;
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
 * Why the value of a new row is not known, and the text to write.
 *
 * @param before,after the text around the value: `handle: `, `user.handle = ` and `;`
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
  const { model, field, value } = context.intent;
  const again = `npx lockstep code ${model}.${field}`;
  const computed = valueText(({ name, type }) => ({ text: name, type, isNullable: false }), file, context);
  if (value.kind === "typescript" && computed === undefined)
    return `add \`${before}${value.text}${after}\`: the file does not import a name of it. Import it, then: ${again}`;
  if (value.kind === "listed") return `${open}: no expression over the row gives its value. ${orAnnotate(context)}`;
  const converted = whyConverted(context);
  if (converted !== undefined) return `${open}: ${converted}`;
  if (sources.length === 0) return `${open}: Lockstep cannot translate its value to TypeScript. ${orAnnotate(context)}`;
  const missing = sources.find(({ name }) => !isGiven(name));
  if (missing?.hasDefault)
    return `${open}: it is computed from ${missing.name}, which gets its value during the insert. From contract on, code must set it: set ${missing.name} in the row too, or abandon the plan, and make ${field} optional or give it a default`;
  if (missing !== undefined) return `${open}: it is computed from ${missing.name}, which is not in the row`;
  return `${sources[0]?.name} is not a plain value here: keep it in a constant, then add \`${before}${computed ?? "…"}${after}\``;
}

function shortText(node: ts.Node, file: SourceFile): string {
  const text = textOf(node, file).replaceAll(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
