import type { EntityField } from "../../model/index.js";
import { type AssignmentGroup, changeGroupsIn } from "../ast/assignments.js";
import { ts } from "../ast/compiler.js";
import { enclosingName, propertiesOf, settableValuesOf, unwrap, valuesOf, wrapperOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { candidateFor, isTestFile } from "../candidates/candidate-for.js";
import type { EditFinding, Finding, TransformContext } from "../contract/transform.js";
import { type CallerValue, callerValueAmong, withCallerValue } from "../inputs/caller-value.js";
import { isComplete, type SiblingSource, siblingSourceAmong } from "../inputs/sibling-source.js";
import { withSourcePattern } from "../inputs/source-pattern.js";
import { whyConverted } from "../values/conversions.js";
import { literalOf } from "../values/fixture-value.js";
import { type ColumnText, operandText } from "../values/sql-to-typescript.js";
import { optionalText, sourcesOf, textsOfLiteral, textsOfRow, valueText } from "../values/value-text.js";
import { addProperty } from "../write/property-edit.js";
import { insertStatement, isAmongStatements } from "../write/statements.js";
import { type ConditionalPart, conditionalParts, underCondition } from "./conditional-form.js";
import { hidingSource, sourceAmong, unseenChange } from "./mirror-sources.js";
import { orCallerValue, valueOfNewRow } from "./new-rows.js";

/** An update of existing rows. It may have to set the new value if callers may send it, or if it changes an input of the computation. */
export function* updateRow(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const spread = propertiesOf(literal).has(context.field.name) ? undefined : hidingSource(literal, file, context);
  if (spread !== undefined) {
    if (!isTestFile(file)) yield unseenChange(literal, spread.expression, what, file, context);
    return;
  }
  const later = propertiesOf(literal).size === 0 ? assignedLater(literal, file) : undefined;
  if (later !== undefined) {
    yield* updateByAssignments(literal, later, what, file, context);
    return;
  }
  const given = settableValuesOf(literal);
  const followed = partWithSource(literal, context);
  yield* updated(
    {
      node: literal,
      what,
      names: [...propertiesOf(literal).keys(), ...given.keys()],
      sent: callerValueAmong([...given], file, context),
      source: () => siblingSourceAmong(given, file, context),
      followed: () => valueOfChange(followed?.literal ?? literal, file, context),
      written: (name, value, isFollowed) => {
        const text = name === value ? name : `${name}: ${value}`;
        if (value === "…") return text;
        return isFollowed
          ? besideSource(text, followed, file)
          : (underCondition(text, value, literal, file, context) ?? text);
      },
      edit: (text) => addProperty(literal, text, what, file),
    },
    file,
    context,
  );
}

/** The members that are set after an empty literal: `const data = {}; if (body.name) data.name = body.name;` */
function assignedLater(literal: ts.ObjectLiteralExpression, file: SourceFile): AssignmentGroup | undefined {
  const holder = wrapperOf(literal).parent;
  if (!ts.isVariableDeclaration(holder)) return undefined;
  return changeGroupsIn(file).find(({ owner }) => ts.isIdentifier(owner) && declarationOf(owner) === holder);
}

/** Like `updateRow`, for changes that are set one by one in an object. Code may count its keys, so it gets no undefined one. */
function* updateByAssignments(
  literal: ts.ObjectLiteralExpression,
  { owner, values, last }: AssignmentGroup,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const given = new Map([...values].map(([member, { value }]) => [member, value]));
  const target = `${textOf(owner, file)}.${context.field.name}`;
  yield* updated(
    {
      node: literal,
      what,
      names: [...given.keys()],
      sent: callerValueAmong([...given], file, context),
      source: () => siblingSourceAmong(given, file, context),
      followed: () => undefined,
      written: (_, value) => `${value === "…" ? "" : `if (${value} !== undefined) `}${target} = ${value}`,
      edit: (text) =>
        last && isAmongStatements(last) ? { kind: "edit", what, ...insertStatement(last, text, file) } : undefined,
    },
    file,
    context,
  );
}

/** The part under a condition that sets an input of the computation. */
function partWithSource(literal: ts.ObjectLiteralExpression, context: TransformContext): ConditionalPart | undefined {
  const sources = sourcesOf(context);
  const isSet = (each: ts.ObjectLiteralExpression) => sources.some(({ name }) => propertiesOf(each).has(name));
  if (isSet(literal)) return undefined;
  return conditionalParts(literal).find((part) => isSet(part.literal));
}

/** The value under the condition of its input: `...(email !== undefined && { handle: email.toLowerCase() })`. */
function besideSource(text: string, part: ConditionalPart | undefined, file: SourceFile): string {
  if (part === undefined) return text;
  const [start, end] = [part.literal.getStart(file.ast), part.literal.end];
  const before = file.text.slice(part.spread.getStart(file.ast), start);
  return `${before}{ ${text} }${file.text.slice(end, part.spread.end)}`.replaceAll(/\s+/g, " ");
}

/**
 * The value that follows from a change. An undefined input leaves the row unchanged, and so does the value: `dto.email?.toLowerCase()`. If
 * several inputs may be undefined, it is unknown which ones change.
 */
function valueOfChange(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const values = valuesOf(literal);
  const [source, ...more] = sourcesOf(context).filter(({ name }) => mayBeLeft(values.get(name), context));
  const value = valueOfNewRow(literal, file, context);
  if (source === undefined) return value;
  if (more.length > 0) return undefined;
  const texts = textsOfLiteral(literal, file);
  const chain = optionalText((field) => maybe(texts(field), field === source), file, context);
  return chain ?? (value && `${texts(source)?.text} === undefined ? undefined : ${value}`);
}

function maybe(text: ColumnText | undefined, isNullable: boolean): ColumnText | undefined {
  return text && { ...text, isNullable: text.isNullable || isNullable };
}

/** Whether a value may be undefined. */
function mayBeLeft(value: ts.Expression | undefined, { project: { types } }: TransformContext): boolean {
  const inner = value && unwrap(value);
  if (inner === undefined || literalOf(inner) !== undefined || ts.isTemplateExpression(inner)) return false;
  // A trimmed value exists.
  if (ts.isCallExpression(inner) && textMethod.test(inner.expression.getText())) return false;
  return types?.of(inner) === undefined || types.mayBeMissing(inner);
}

const textMethod = /^[^?]*\.(?:trim|toLowerCase|toUpperCase|normalize)$/;

/** Like `updateRow`, for a row that is read and changed field by field before it is saved: `user.email = body.email;` */
export function* updateInstance(
  { owner, values, ...group }: AssignmentGroup,
  name: string,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const sent = callerValueAmong(
    [...values.values()].map(({ member, value }) => [member, value]),
    file,
    context,
  );
  // A computed value changes with its source only.
  const changed = sourcesOf(context).flatMap((source) => values.get(source.name) ?? []);
  const assigned = [...values.values(), ...changed].at(-1)?.statement;
  const last = sent ? (group.last ?? assigned) : assigned;
  if (last === undefined) return;
  const target = `${name}.${context.field.name}`;
  yield* updated(
    {
      node: owner,
      what,
      names: [...values.keys()],
      // A request without the field leaves it unchanged.
      sent: sent && { ...sent, text: unlessSent(sent.text, target, context) },
      source: () => undefined,
      followed: () => valueText(textsOfRow(name), file, context),
      written: (_, value) => `${target} = ${value}`,
      edit: (text) =>
        isAmongStatements(last) ? { kind: "edit", what, ...insertStatement(last, text, file) } : undefined,
    },
    file,
    context,
  );
}

/** `body.handle ?? user.handle`. Callers may send null for a column that stays optional. */
function unlessSent(sent: string, target: string, { intent, field }: TransformContext): string {
  const isNullable = intent.staysOptional === true && field.isOptional;
  return isNullable ? `${sent} === undefined ? ${target} : ${sent}` : `${operandText(sent)} ?? ${target}`;
}

/** An update of a row in any notation. */
interface Update {
  readonly node: ts.Node;
  readonly what: string;
  /** The fields that it sets. */
  readonly names: readonly string[];
  /** The value that callers may send. */
  readonly sent: CallerValue | undefined;
  /** The source of the other values. */
  source(): SiblingSource | undefined;
  /** The value computed from the fields that it sets. */
  followed(): string | undefined;
  /** @param isFollowed the value is computed from the fields that are set there */
  written(name: string, value: string, isFollowed: boolean): string;
  edit(text: string): EditFinding | undefined;
}

function* updated(update: Update, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { node, what, names, sent } = update;
  const { name } = context.field;
  const followed = names.includes(name) || isTestFile(file) ? undefined : sourceAmong(names, context);
  if (followed !== undefined) {
    yield* followSource(update, followed, file, context);
    return;
  }
  const sources = sourcesOf(context);
  const changed = sources.find((source) => names.includes(source.name));
  if (sources.length > 0 && changed === undefined && sent === undefined) return;
  // A constant is the initial value of new rows: an update need not set it again.
  const isOpen = sent === undefined && context.intent.value.kind === "none";
  // The column that it is like shows how to treat request values.
  const isLike = (context.intent.like?.length ?? 0) > 0;
  const source = isOpen || isLike ? update.source() : undefined;
  const given = (isLike ? source : undefined) ?? sent ?? source;
  const value = given?.text ?? (changed && update.followed());
  const text = value === undefined ? undefined : update.written(name, value, given === undefined);
  const isTaken = context.takes(node, "update") && isComplete(source) && !names.includes(name);
  const edit = isTaken && text !== undefined ? update.edit(text) : undefined;
  if (edit !== undefined) {
    yield* withCallerValue(edit, given, file, context);
    return;
  }
  const because = sent
    ? `callers may send ${name}`
    : changed && `changes ${changed.name}, which ${name} is computed from`;
  const condition = sent ? "it is theirs to change" : "it follows";
  const advice = because
    ? `add \`${text ?? update.written(name, "…", false)}\` if ${condition}`
    : `set ${name} if it changes with them`;
  // The fill is an initial value: an update would overwrite a value that was chosen since.
  const caution = given ? undefined : `${name} may have been given a value of its own since`;
  const place = { family: "update", tie: "orm", node, what, anchor: enclosingName(node), names } as const;
  const found = candidateFor({ ...place, because, caution, text, advice }, file, context);
  yield* withSourcePattern(found, source, file, context);
}

/** A change to a source of a mirror: after contract, the trigger no longer updates the mirror. */
function* followSource(
  { node, what, sent, ...update }: Update,
  source: EntityField,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { name } = context.field;
  // `@lockstep.write(…)` only defines the result of a change if it reads a field of the row.
  const isComputed = context.intent.value.kind !== "typescript" || sourcesOf(context).length > 0;
  const value = isComputed ? update.followed() : undefined;
  const text = update.written(name, value === undefined ? "…" : orCallerValue(value, sent), true);
  const edit = value === undefined ? undefined : update.edit(text);
  if (edit !== undefined) {
    yield* withCallerValue(edit, sent, file, context);
    return;
  }
  const unknown = whyConverted(context) ?? "Lockstep cannot say its value here";
  const why = value === undefined ? `: ${unknown}` : "";
  const reason = `changes ${source.name}, which ${name} follows: add \`${text}\`${why}`;
  yield { kind: "place", certainty: "required", offset: node.getStart(file.ast), what, reason };
}
