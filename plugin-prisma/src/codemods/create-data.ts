import {
  addProperty,
  computedValue,
  describe,
  type Finding,
  isTestFile,
  listing,
  literalsOf,
  propertiesOf,
  type SourceFile,
  sourcesOf,
  spreadsOf,
  type Transform,
  type TransformContext,
  takeBack,
  textOf,
  textsOfLiteral,
  textsOfRow,
  ts,
  valueText,
} from "@lockstep/core/codemods";
import { connectText, hasRelations, isConnected, isKeyGivenBy } from "./checked-input.js";
import { type ClientCall, callsByPath, clientCalls } from "./client-calls.js";
import { constantBehind, typedInputs } from "./input-literals.js";
import { whyNotClient } from "./receivers.js";
import { rowsWrittenBy } from "./written-rows.js";

const id = "create-data";

/** Every literal that becomes a new row of the model fills the column. */
export const createData: Transform = {
  id,
  intents: ["write"],

  *find(file, context) {
    if (context.intent.value.kind === "none") return;
    for (const { value, what, isChecked } of valuesOf(file, clientCalls(file, context), context)) {
      if (ts.isObjectLiteralExpression(value)) yield* fillLiteral(value, { what, isChecked }, file, context);
      else yield builtElsewhere(value, what, file, context);
    }
    yield* listOthers(file, context);
  },

  *undo(file, context) {
    for (const { value, what } of valuesOf(file, callsByPath(file, context.models), context)) {
      if (ts.isObjectLiteralExpression(value)) yield* takeBack(id, value, what, file, context);
    }
  },
};

interface RowValue {
  readonly value: ts.Expression;
  readonly what: string;
  /** Its type takes relations only, and not the fields that store their keys. */
  readonly isChecked: boolean;
}

/** All values that become rows of the model, each once: in calls, in constants behind them, and typed as input. */
function* valuesOf(file: SourceFile, calls: Iterable<ClientCall>, context: TransformContext): Iterable<RowValue> {
  const seen = new Set<ts.Expression>();
  const typed = [...typedInputs(file, context)];
  const checked = new Set(typed.filter((each) => each.isChecked).map((each) => each.value as ts.Expression));
  for (const { value, what } of [...valuesOfCalls(file, calls, context), ...typed]) {
    if (seen.has(value)) continue;
    seen.add(value);
    yield { value, what, isChecked: checked.has(value) };
  }
}

function* valuesOfCalls(
  file: SourceFile,
  calls: Iterable<ClientCall>,
  context: TransformContext,
): Iterable<Omit<RowValue, "isChecked">> {
  for (const call of calls) {
    for (const rows of rowsWrittenBy(call, context.models)) {
      if (rows.model !== context.model || isKeyGivenBy(rows.through, context)) continue;
      const what = describe(call.call, rows.what);
      for (const value of literalsOf(rows.value)) {
        const constant = constantBehind(value, file);
        if (constant === undefined) yield { value, what };
        else for (const each of literalsOf(constant)) yield { value: each, what };
      }
    }
  }
}

/** What looks like a write but goes to something else: whether it takes the column too is for a person to say. */
function* listOthers(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isTestFile(file)) return;
  for (const call of callsByPath(file, context.models)) {
    const reason = whyNotClient(call.call.expression, file, context.project);
    if (reason === undefined) continue;
    const advice = `not a call of Prisma (${reason}); add ${context.field.name} if it takes it`;
    for (const { value, what } of valuesOfCalls(file, [call], context)) {
      if (!ts.isObjectLiteralExpression(value)) continue;
      const names = [...propertiesOf(value).keys()];
      const found = listing(names, value.getStart(file.ast), what, advice, context);
      if (found !== undefined) yield found;
    }
  }
}

function* fillLiteral(
  literal: ts.ObjectLiteralExpression,
  { what, isChecked }: Pick<RowValue, "what" | "isChecked">,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { name } = context.field;
  if (propertiesOf(literal).has(name) || isConnected(literal, context)) return;
  const offset = literal.getStart(file.ast);
  if (isChecked || hasRelations(literal, context)) {
    const connect = connectText(literal, file, context);
    if (connect !== undefined) {
      const reason = `the row is written with its relations, not with their keys: add \`${connect}\``;
      yield { kind: "place", certainty: "required", offset, what, reason };
      return;
    }
  }
  const [spread, ...more] = spreadsOf(literal);
  if (spread !== undefined) {
    // Whichever comes last wins: where the column belongs depends on what the spread holds.
    const text = more.length === 0 ? suggestion(spread.expression, literal, file, context) : `${name}: …`;
    const source = shortText(spread.expression, file);
    const reason = `part of the row comes from \`...${source}\`: unless ${name} is in it, add \`${text}\``;
    yield { kind: "place", certainty: "likely", offset, what, reason };
    return;
  }
  const value = computedValue(literal, file, context) ?? valueText(textsOfLiteral(literal, file), file, context);
  const edit = value === undefined ? undefined : addProperty(literal, propertyText(name, value), what, file);
  yield edit ?? { kind: "place", certainty: "required", offset, what, reason: whyNot(literal, value, file, context) };
}

/** `handle` where the value is called just that. */
function propertyText(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`;
}

function builtElsewhere(value: ts.Expression, what: string, file: SourceFile, context: TransformContext): Finding {
  const { name } = context.field;
  const text = suggestion(value, undefined, file, context);
  const origin = shortText(value, file);
  const reason = `the row is built elsewhere (\`${origin}\`): unless ${name} is in it, add \`${text}\` where it is built`;
  return { kind: "place", certainty: "likely", offset: value.getStart(file.ast), what, reason };
}

/** The property to add, with the value computed over a row that has a name. */
function suggestion(
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
  const sources = sourcesOf(context);
  if (context.intent.value.kind === "listed")
    return `add \`${name}: …\`: a function of lockstep.config.ts computes it for old rows; what new rows get is yours to write`;
  const missing = sources.find((field) => !propertiesOf(literal).has(field.name));
  if (sources.length === 0) return `add \`${name}: …\`: Lockstep cannot say its value in TypeScript`;
  if (missing !== undefined) return `add \`${name}: …\`: it is computed from ${missing.name}, which is not in the row`;
  const [source] = sources;
  const computed = valueText((field) => ({ text: field.name, type: field.type, isNullable: false }), file, context);
  return `${source?.name} is not a plain value here: keep it in a constant, then add \`${name}: ${computed ?? "…"}\``;
}

function shortText(node: ts.Node, file: SourceFile): string {
  const text = textOf(node, file).replaceAll(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
