import {
  addFields,
  type CallerValue,
  callerValueIn,
  declarationOf,
  dtoField,
  type FieldText,
  initializerOf,
  inputShapeOfPattern,
  isDecorated,
  isOwner,
  memberText,
  memoized,
  type Owner,
  orCallerValue,
  ownersOf,
  patternOfValues,
  resolveDeclared,
  resolveExpression,
  rowShapeOfValue,
  type SourceFile,
  sourcesOf,
  spreadsOf,
  type TransformContext,
  textOf,
  textsOfRow,
  ts,
  unwrap,
  valueText,
  withChoice,
} from "@lockstep/core/codemods";
import { mayExist, mayExistToo, referenceIn } from "../instances/keys.js";
import { madeInstances } from "../instances/made-instances.js";
import { concerns, entityOfDeclaration } from "../receivers/entities.js";
import { allFieldsOf } from "../receivers/heritage.js";
import { writtenRows } from "./written-rows.js";

/** The class of a request body, if rows are created from it. */
export interface RequestDto {
  readonly node: ts.ClassDeclaration;
  readonly file: SourceFile;
}

/** The class, with how a row receives the callers' value. */
interface InputDto extends RequestDto {
  choice(): CallerValue | undefined;
}

/** Whether a DTO class takes the new field, or why a person has to decide. */
export interface RequestPlan extends RequestDto {
  readonly reason: string | undefined;
}

/** The DTO that a row is created from, by the members that are copied: `{ email: dto.email, name: dto.name }`. */
export function dtoBehind(
  given: Iterable<readonly [string, ts.Expression | undefined]>,
  file: SourceFile,
  context: TransformContext,
): InputDto | undefined {
  const values = new Map(given);
  const owners = ownersOf(context.core.map(({ name }) => [name, values.get(name)] as const));
  const least = Math.min(2, context.core.length);
  for (const { owner } of withChoice(owners, context)) {
    const text = textOf(owner, file);
    if (owners.filter((each) => textOf(each.owner, file) === text).length < least) continue;
    const dto = dtoOf(owner, file, context);
    if (dto !== undefined) return { ...dto, choice: () => ({ text: memberText(owner, context.field.name, file) }) };
  }
  const pattern = patternOfValues(
    context.core.map(({ name }) => [name, values.get(name)] as const),
    least,
  );
  const dto = pattern && dtoOfPattern(pattern, file, context);
  return pattern && dto && { ...dto, choice: () => callerValueIn(pattern, file, context) };
}

/** The class of a destructured value: `({ email, name }: CreateUserDto)`, `const { email, name } = dto`. */
function dtoOfPattern(
  { parent: owner }: ts.ObjectBindingPattern,
  file: SourceFile,
  context: TransformContext,
): RequestDto | undefined {
  if (ts.isBindingElement(owner)) return undefined;
  const value = owner.initializer && unwrap(owner.initializer);
  if (owner.type === undefined && value !== undefined && ts.isIdentifier(value)) return dtoOf(value, file, context);
  const shape = inputShapeOfPattern(owner.name as ts.ObjectBindingPattern, file, context);
  return shape?.kind === "class" ? asDto(shape, context) : undefined;
}

/** `dto.handle`, if the class behind a row has the field, or gets it in this phase. */
export function chosenIn(
  given: Iterable<readonly [string, ts.Expression | undefined]>,
  file: SourceFile,
  context: TransformContext,
): CallerValue | undefined {
  const dto = dtoBehind(given, file, context);
  if (dto !== undefined) context.sources.add(dto.node);
  return dto && isChosenBy(dto, context) ? dto.choice() : undefined;
}

/** A DTO that becomes a row as a whole: `users.create(dto)`, `users.save({ ...dto })`. */
export interface WholeDto {
  /** The new field's value in a row created from it. */
  readonly value: string;
  /** `dto.handle`, if callers may choose. */
  readonly chosen: CallerValue | undefined;
  readonly fields: ReadonlyMap<string, ts.PropertyDeclaration>;
}

/**
 * The value for a row that is created from a DTO. Undefined if the DTO does not declare what the value is computed from.
 *
 * @param own the properties beside it, which override it
 */
export function wholeDto(
  value: ts.Expression,
  own: FieldText | undefined,
  file: SourceFile,
  context: TransformContext,
): WholeDto | undefined {
  // A value that may be missing leaves a row unchanged, and nothing can be read from it.
  const isThere = isOwner(value) && context.project.types?.mayBeMissing(value) !== true;
  const dto = isThere ? dtoOf(value, file, context) : undefined;
  if (dto === undefined) return undefined;
  const fields = allFieldsOf(dto.node, dto.file, context);
  const name = textOf(value, file);
  const row = textsOfRow(name);
  const isGiven = (name: string) => fields.has(name) && fields.get(name)?.questionToken === undefined;
  const text = valueText((field) => own?.(field) ?? (isGiven(field.name) ? row(field) : undefined), file, context);
  if (text === undefined) return undefined;
  const chosen = isChosenBy(dto, context) ? { text: `${name}.${context.field.name}` } : undefined;
  return { value: orCallerValue(text, chosen), chosen, fields };
}

/** Whether callers may choose the value by the field of a DTO. */
function isChosenBy(dto: RequestDto, context: TransformContext): boolean {
  if (context.intent.exposure === "internal") return false;
  const fields = allFieldsOf(dto.node, dto.file, context);
  if (fields.has(context.field.name)) return true;
  return !isKeyed(fields, context) && whyNotDto(dto, context) === undefined && !isRefused(dto, context);
}

/** Whether a person declined the edit of the class, or it does not compile. */
function isRefused({ node, file }: RequestDto, context: TransformContext): boolean {
  const field = dtoField(node, context.field.name, "request", false, file, context);
  const edits = typeof field === "string" ? undefined : addFields([{ node, field }], file);
  return edits?.some((edit) => edit.role === undefined && context.isRefused(edit, file)) === true;
}

/** A DTO with the key also changes rows: it does not get the field. */
function isKeyed(fields: ReadonlyMap<string, unknown>, { model }: TransformContext): boolean {
  return model.fields.some((field) => field.isId && fields.has(field.name));
}

/** The DTO classes that rows of the model are created from, once per snapshot. */
export const requestPlans = memoized((context): readonly RequestPlan[] => {
  if (context.intent.exposure === "internal") return [];
  const found = new Map<ts.Node, RequestDto>();
  for (const file of context.project.files) {
    for (const dto of dtosIn(file, context)) if (dto !== undefined) found.set(dto.node, dto);
  }
  return [...found.values()].flatMap((dto) => {
    const fields = allFieldsOf(dto.node, dto.file, context);
    return isKeyed(fields, context) || fields.has(context.field.name)
      ? []
      : [{ ...dto, reason: whyNotDto(dto, context) }];
  });
});

function* dtosIn(file: SourceFile, context: TransformContext): Iterable<RequestDto | undefined> {
  for (const { value, model, way, isUnclear } of writtenRows(file, context)) {
    if (!concerns(model, context) || way === "nested" || isUnclear) continue;
    const inner = unwrap(value);
    // An update of an existing row does not create one.
    if (ts.isObjectLiteralExpression(inner) && way !== "insert" && way !== "upsert") {
      const isCopy = spreadsOf(inner).some((spread) => rowShapeOfValue(spread.expression, file, context) === "row");
      const given = new Map(entriesOf(inner));
      if (isCopy || mayExist(model, given, way === "save")) continue;
      if (spreadsOf(inner).length === 0 && referenceIn(model, given, context) !== undefined) continue;
    }
    if (!ts.isObjectLiteralExpression(inner)) {
      if (isOwner(inner)) yield dtoOf(inner, file, context);
      continue;
    }
    yield dtoBehind(entriesOf(inner), file, context);
    for (const { expression } of spreadsOf(inner))
      if (isOwner(expression)) yield dtoOf(expression, file, context) ?? dtoOfRest(expression, file, context);
  }
  for (const { given, elsewhere, assigned, model, mayBeFound } of madeInstances(file, context)) {
    if (!concerns(model, context) || mayBeFound || mayExist(model, given, false)) continue;
    if (mayExistToo(model, elsewhere)) continue;
    if (assigned.length === 0 && elsewhere.size === 0 && referenceIn(model, given, context) !== undefined) continue;
    yield dtoBehind(given, file, context);
    for (const value of assigned) if (isOwner(value)) yield dtoOf(value, file, context);
  }
}

/** The properties that a literal sets, by name. */
export function* entriesOf(
  literal: ts.ObjectLiteralExpression,
): Iterable<readonly [string, ts.Expression | undefined]> {
  for (const property of literal.properties) {
    const name = property.name;
    const isNamed = name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name));
    if (isNamed) yield [name.text, initializerOf(property)];
  }
}

/** The declared class of a value, if it looks like a request body. */
function dtoOf(value: Owner, file: SourceFile, context: TransformContext): RequestDto | undefined {
  const { types } = context.project;
  for (const node of types?.of(value)?.getSymbol()?.declarations ?? []) {
    const its = types?.fileOf(node);
    if (its !== undefined && ts.isClassDeclaration(node)) return asDto({ node, file: its }, context);
  }
  const found = resolveDeclared(resolveExpression(value, file, context.project), context.project);
  const isClass = found?.kind === "object" && ts.isClassDeclaration(found.node);
  return isClass ? asDto({ node: found.node as ts.ClassDeclaration, file: found.file }, context) : undefined;
}

/** `rest` of `({ email, ...rest }: CreateUserDto)` */
function dtoOfRest(value: Owner, file: SourceFile, context: TransformContext): RequestDto | undefined {
  const element = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  if (element === undefined || !ts.isBindingElement(element) || !element.dotDotDotToken) return undefined;
  return ts.isObjectBindingPattern(element.parent) ? dtoOfPattern(element.parent, file, context) : undefined;
}

function asDto({ node, file }: RequestDto, context: TransformContext): RequestDto | undefined {
  const dto = { node, file };
  if (entityOfDeclaration(dto.node, dto.file, context) !== undefined) return undefined;
  const name = dto.node.name?.text ?? "";
  if (/response|output|result|view|event|entity/i.test(name)) return undefined;
  // The caller, as identified by a token or a session.
  if (/^(?:jwt|auth(?:enticated)?|current|session|request)user|principal|claims|^jwt/i.test(name)) return undefined;
  const isNamed = /(?:dto|input|request|body|payload|command|args|form|create\w*|signup\w*)$/i.test(name);
  return isNamed || isDecorated(dto.node, dto.file, context) ? dto : undefined;
}

function whyNotDto({ node, file }: RequestDto, context: TransformContext): string | undefined {
  // A constant value, such as a role, is set by the app. Callers may choose only values that derive from the request.
  const isDerived = sourcesOf(context).length > 0 || context.intent.exposure === "exposed";
  if (!isDerived) return "its value does not follow from what callers send";
  const fields = allFieldsOf(node, file, context);
  const missing = context.intent.like?.find((name) => !fields.has(name));
  if (missing !== undefined) return `it has no ${missing}, which ${context.field.name} is like`;
  const field = dtoField(node, context.field.name, "request", false, file, context);
  if (typeof field === "string") return field;
  if (file.isJavaScript) return "it is JavaScript";
  return addFields([{ node, field }], file) === undefined ? "what its decorators need is not imported" : undefined;
}
