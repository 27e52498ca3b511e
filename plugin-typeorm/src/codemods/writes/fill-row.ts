import type { EntityField } from "@lockstep/core";
import {
  addProperty,
  builtElsewhere,
  createRow,
  declarationOf,
  type Finding,
  fillLiteral,
  givesValue,
  hidingSource,
  isConnected,
  isKeyGivenBy,
  isOwner,
  isTestFile,
  propertiesOf,
  resolveDeclared,
  resolveExpression,
  rowShapeOfValue,
  type SourceFile,
  sourceAmong,
  spreadInput,
  spreadsOf,
  type TransformContext,
  takeCallerValue,
  textOf,
  textsOfLiteral,
  ts,
  unwrap,
  updateRow,
  valueOfNewRow,
} from "@lockstep/core/codemods";
import { overwrittenBy, whyNotInserted } from "../calls/queries.js";
import { constructedRows } from "../instances/constructed-rows.js";
import {
  givenElsewhere,
  hasFreshKey,
  hasKey,
  isComplete,
  mayExist,
  mayExistToo,
  referenceIn,
} from "../instances/keys.js";
import { madeInstances } from "../instances/made-instances.js";
import { unknownOrigin } from "../instances/unknown-origin.js";
import { fillPath, isRelation } from "./fill-path.js";
import { chosenIn, entriesOf, type WholeDto, wholeDto } from "./request-dtos.js";
import { isFollowed, type WrittenRow } from "./written-rows.js";

/** Makes a value that becomes a row set the column: an edit, or a place for a manual edit. */
export function* fillRow(row: WrittenRow, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { value, what, way, besides } = row;
  if (isFollowed(row, context) || (besides && givesValue(besides, context))) return;
  const literal = unwrap(value);
  if (!ts.isObjectLiteralExpression(literal)) {
    yield* builtOutOfSight(row, file, context);
    return;
  }
  const given = new Map(entriesOf(literal));
  if (given.has(context.field.name)) {
    const chosen = chosenIn(given, file, context) ?? spreadIn(literal, file, context)?.chosen;
    yield* takeCallerValue(literal, what, file, context, chosen);
    return;
  }
  if (isConnected(literal, context)) return;
  if (row.isUnclear) {
    yield inDoubt(row, valueOfNewRow(literal, file, context), file, context);
    return;
  }
  if (isKeyGivenBy(row.through, context)) return;
  // A mirror also follows its source in existing rows.
  const source = isTestFile(file) ? undefined : sourceAmong(given.keys(), context);
  const mayFollow = source !== undefined || hidingSource(literal, file, context) !== undefined;
  if (way === "nested" && hasKey(context.model, given)) {
    if (mayFollow && !isTestFile(file)) yield* updateRow(literal, what, file, context);
    return;
  }
  // A value that is filled after its creation is handled where that happens.
  if (madeInstances(file, context).some(({ made }) => made.pos <= literal.pos && made.end >= literal.end)) return;
  const copied = spreadsOf(literal).find(({ expression }) => isRow(expression, file, context));
  const whyNew = copied && whyNewOfCopy(copied, literal, context);
  const offset = literal.getStart(file.ast);
  const text = `${context.field.name}: ${valueOfNewRow(literal, file, context) ?? "…"}`;
  const isChange = way !== "insert" && way !== "upsert" && mayExist(context.model, given, way === "save");
  if (mayFollow && !isTestFile(file) && (copied !== undefined || way === "unknown" || isChange)) {
    yield* updateRow(literal, what, file, context);
    return;
  }
  const overwritten = row.values && overwrittenBy(row.values);
  if (overwritten && sourceAmong(overwritten, context) && !overwritten.includes(context.field.name)) {
    const reason = `on a conflict it changes what ${context.field.name} follows: add \`${text}\`, and name ${context.field.name} in orUpdate`;
    yield { kind: "place", certainty: "required", offset, what, reason };
    return;
  }
  // `{ ...user, name }` is the existing row.
  if (copied !== undefined && whyNew === undefined) {
    if (!isTestFile(file)) yield* updateRow(literal, what, file, context);
    return;
  }
  if (whyNew !== undefined) {
    yield { kind: "place", certainty: "likely", offset, what, reason: `${whyNew} \`${text}\``, mayLeaveOut: true };
    return;
  }
  if (way === "upsert" && source === undefined) {
    yield { kind: "place", certainty: "required", offset, what, reason: whyNotUpsert(text, context) };
    return;
  }
  const reference =
    way === "insert" || spreadsOf(literal).length > 0 ? undefined : referenceIn(context.model, given, context);
  if (reference === "sure") return;
  if (way === "unknown") {
    const reason = `Lockstep cannot tell whether it is inserted or updates an existing row: add \`${text}\` if it is inserted`;
    yield { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
    return;
  }
  const obstacle = row.values && whyNotInserted(row.values, context);
  if (obstacle !== undefined) {
    yield { kind: "place", certainty: "required", offset, what, reason: `${obstacle}, and \`${text}\` here` };
    return;
  }
  if (isChange) {
    const isWhole = isComplete(given, context);
    if (isWhole) yield mayBeNew(offset, what, text, "it has its key, so it may be a row that exists");
    else if (!isTestFile(file)) yield* updateRow(literal, what, file, context);
    return;
  }
  if (reference === "unsure") {
    yield mayBeNew(offset, what, text, "it has its key, and may only refer to a row that exists");
    return;
  }
  const found = [...fillNew(literal, row, file, context)];
  const isUnsure =
    source === undefined && way !== "insert" && mayExistToo(context.model, givenElsewhere(literal, file, context));
  // An edit would overwrite the value of the existing row.
  if (isUnsure && found.some(({ kind }) => kind === "edit"))
    yield mayBeNew(offset, what, text, "it may have its key, and be a row that exists");
  else yield* found;
}

/** Whether a value is a row that exists, and not `new User()`. */
function isRow(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  return !ts.isNewExpression(unwrap(value)) && rowShapeOfValue(value, file, context) === "row";
}

/** A value that only its type makes a row. */
function ofUnknown(
  { value, what }: WrittenRow,
  origin: ts.Expression,
  file: SourceFile,
  { field }: TransformContext,
): Finding {
  const text = textOf(origin, file).replaceAll(/\s+/g, " ");
  const reason = `no code in view makes the row (\`${text.length > 60 ? `${text.slice(0, 59)}…` : text}\`): unless ${field.name} is in it, set it`;
  return { kind: "place", certainty: "likely", offset: value.getStart(file.ast), what, reason, mayLeaveOut: true };
}

/** A row that only passes through code which may drop the field. */
function inDoubt(
  { value, what }: WrittenRow,
  text: string | undefined,
  file: SourceFile,
  { field }: TransformContext,
): Finding {
  const reason = `what is made of it is decided elsewhere: unless ${field.name} is set there, add \`${field.name}: ${text ?? "…"}\` and see that it is copied`;
  return { kind: "place", certainty: "likely", offset: value.getStart(file.ast), what, reason, mayLeaveOut: true };
}

/** Why a literal that copies a row may be a new row: it is complete and was not read from the database, or its key is removed. */
function whyNewOfCopy(
  { expression, pos }: ts.SpreadAssignment,
  literal: ts.ObjectLiteralExpression,
  context: TransformContext,
): string | undefined {
  const own = propertiesOf(literal);
  const behind = [...entriesOf(literal)].filter(([name]) => (own.get(name)?.pos ?? 0) > pos);
  if (hasFreshKey(context.model, new Map(behind))) return "it is a copy without the key, so it is a new row: add";
  const mayBeWhole = spreadsOf(literal).length > 1 || isComplete(new Map(entriesOf(literal)), context);
  const isMissing = mayBeWhole && context.project.types?.mayBeMissing(expression);
  const { name } = context.field;
  return isMissing ? `nothing may have been found, and then it is a new row: set ${name} only there,` : undefined;
}

/** Fills a literal that is a new row. */
function* fillNew(
  literal: ts.ObjectLiteralExpression,
  row: WrittenRow,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const isPlain = !context.field.name.includes(".") && !isRelation(context);
  const edit = isPlain ? fillSpread(literal, row, file, context) : fillPath(literal, row.what, file, context);
  if (edit !== undefined) yield edit;
  else if (isPlain) yield* fillLiteral(literal, row.what, file, context, chosenIn(entriesOf(literal), file, context));
}

/** The same for a column without a defined value: the row is ranked, and gets the field where it was chosen. */
export function* offerRow(row: WrittenRow, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { value, what, way } = row;
  const literal = unwrap(value);
  if (!ts.isObjectLiteralExpression(literal) || isFollowed(row, context)) return;
  const given = new Map(entriesOf(literal));
  if (isKeyGivenBy(row.through, context) || (way === "nested" && hasKey(context.model, given))) return;
  if (context.field.name.includes(".") || isRelation(context)) return;
  if (way !== "insert" && spreadsOf(literal).length === 0 && referenceIn(context.model, given, context) === "sure")
    return;
  const isCopy = spreadsOf(literal).some(({ expression }) => isRow(expression, file, context));
  const isPart =
    way !== "insert" && (isCopy || (mayExist(context.model, given, way === "save") && !isComplete(given, context)));
  if (!isPart) yield* createRow(literal, what, file, context);
  else if (!isTestFile(file)) yield* updateRow(literal, what, file, context);
}

/** `{ ...dto }` with the DTO in view: its fields are known, and so is where the column belongs. */
function fillSpread(
  literal: ts.ObjectLiteralExpression,
  { what, way }: WrittenRow,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const dto = spreadIn(literal, file, context);
  if (dto === undefined || (way !== "insert" && hasKeyField(dto.fields, context))) return undefined;
  return addProperty(literal, `${context.field.name}: ${dto.value}`, what, file);
}

/** The only DTO that a literal spreads, with the properties after it. */
function spreadIn(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): WholeDto | undefined {
  const [spread, ...more] = spreadsOf(literal);
  if (spread === undefined || more.length > 0) return undefined;
  const texts = textsOfLiteral(literal, file);
  const properties = propertiesOf(literal);
  const isBehind = (name: string) => (properties.get(name)?.pos ?? 0) > spread.pos;
  const own = (field: EntityField) => (isBehind(field.name) ? texts(field) : undefined);
  return wholeDto(spread.expression, own, file, context);
}

function mayBeNew(offset: number, what: string, text: string, why: string): Finding {
  const reason = `${why}: unless it is, add \`${text}\``;
  return { kind: "place", certainty: "likely", offset, what, reason, mayLeaveOut: true };
}

/** PostgreSQL checks NOT NULL before it looks for a conflict, so an upsert must have a value though it may only update. */
function whyNotUpsert(text: string, { field }: TransformContext): string {
  return (
    `on a conflict an upsert overwrites every column that it is given, a ${field.name} that was chosen too: ` +
    `make it createQueryBuilder().insert().values({ …, ${text} }).orUpdate([…]) without ${field.name} in orUpdate, ` +
    `or add \`${text}\` if it may be overwritten`
  );
}

/** A value that is not a literal. Existing rows, and rows created in view, are handled where they are created. */
function* builtOutOfSight(row: WrittenRow, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { value, what, way } = row;
  if (row.isUnclear || ts.isSpreadElement(value)) {
    yield inDoubt(row, undefined, file, context);
    return;
  }
  if (isMadeInView(value, file, context)) return;
  const origin = way === "nested" || way === "upsert" ? undefined : unknownOrigin(value, file, context);
  if (origin !== undefined && rowShapeOfValue(value, file, context) !== undefined) {
    yield ofUnknown(row, origin, file, context);
    return;
  }
  if (rowShapeOfValue(value, file, context) !== undefined) return;
  const obstacle = row.values && whyNotInserted(row.values, context);
  const isPlain = !context.field.name.includes(".") && !isRelation(context) && obstacle === undefined;
  const edit =
    isPlain && way !== "nested" && way !== "upsert" && way !== "unknown" && !isHandedOnAfter(value, file)
      ? (spreadDto(row, file, context) ?? spreadInput(value, what, file, context))
      : undefined;
  if (edit !== undefined) {
    yield edit;
    return;
  }
  const found = builtElsewhere(value, what, file, context);
  if (found?.kind !== "place") return;
  // Most saved values were read before.
  yield way !== "save" || isPart(value, file, context) ? found : { ...found, certainty: "possible" };
}

/** `await users.save(input); return input;`: TypeORM sets the key of `input`, and would set it on the copy instead. */
function isHandedOnAfter(value: ts.Expression, file: SourceFile): boolean {
  const call = value.parent;
  const outer = ts.isAwaitExpression(call.parent) ? call.parent : call;
  if (!ts.isExpressionStatement(outer.parent)) return false;
  // Any path may read a member: its owner is passed on, too.
  if (!ts.isIdentifier(value)) return isOwner(value);
  return file.identifiers(value.text).some((use) => {
    const isRead = ts.isPropertyAccessExpression(use.parent) && use.parent.expression === use;
    return use.pos > call.end && !isRead && declarationOf(use) === declarationOf(value);
  });
}

/** `users.create(dto)` becomes `users.create({ ...dto, handle: dto.handle ?? … })`, if the DTO has no key of an existing row. */
function spreadDto({ value, what, way }: WrittenRow, file: SourceFile, context: TransformContext): Finding | undefined {
  const { parent } = value;
  const isPlain = ts.isArrayLiteralExpression(parent) || (ts.isCallExpression(parent) && parent.expression !== value);
  const dto = isPlain ? wholeDto(value, undefined, file, context) : undefined;
  if (dto === undefined || (way !== "insert" && hasKeyField(dto.fields, context))) return undefined;
  const [before, after] = ["{ ...", `, ${context.field.name}: ${dto.value} }`];
  const splices = [
    { start: value.getStart(file.ast), end: value.getStart(file.ast), text: before },
    { start: value.end, end: value.end, text: after },
  ];
  return { kind: "edit", splices, what, text: before + textOf(value, file) + after };
}

/** Whether the value that callers send may be an existing row. */
function hasKeyField(fields: ReadonlyMap<string, unknown>, { model }: TransformContext): boolean {
  return model.fields.some((field) => field.isId && fields.has(field.name));
}

/** `new User({ … })`, `user` of `const user = found ?? new User()`: handled where it is created. */
function isMadeInView(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const made = unwrap(value);
  if (ts.isNewExpression(made)) return constructedRows(file, context).some((each) => each.made === made);
  return ts.isIdentifier(value) && madeInstances(file, context).some(({ name }) => name === value.text);
}

/** Whether the declared type of a value is not a row yet: a DTO, a part of one. */
function isPart(value: ts.Expression, file: SourceFile, context: TransformContext): boolean {
  const found = resolveExpression(value, file, context.project);
  if (resolveDeclared(found, context.project)?.kind === "object") return true;
  return found?.kind === "typed" && /^(?:DeepPartial|Partial|QueryDeepPartialEntity)\b/.test(found.type.getText());
}
