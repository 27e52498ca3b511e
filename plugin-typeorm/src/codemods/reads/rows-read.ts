import type { EntityModel } from "@lockstep/core";
import {
  callsOfChain,
  hidesField,
  pathOf,
  propertiesOf,
  type RowsPart,
  type SourceFile,
  type TransformContext,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { type EntityCall, entityCallAt, rowsOf } from "../calls/entity-calls.js";
import { classOf, concerns } from "../receivers/entities.js";

/** The rows of the entity that a TypeORM call reads: its own, and those of relations that are loaded with them. */
export function rowsRead(
  call: ts.CallExpression,
  file: SourceFile,
  context: TransformContext,
): readonly RowsPart[] | undefined {
  const found = entityCallAt(call, file, context);
  if (found === undefined) return undefined;
  const rows = rowsOf(found.method, found.args, found.model)?.rows;
  if (rows === undefined) return [];
  const parts = [...(found.builder === undefined ? ofOptions(found, context) : ofQuery(found, call, context))];
  // `[rows, total]` of `findAndCount`
  return rows === "page" ? parts.map((part) => ({ ...part, path: ["0", ...part.path] })) : parts;
}

/** Whether the class declares that responses omit the field. */
export function isHidden(context: TransformContext): boolean {
  const owner = classOf(context.model, context);
  return owner !== undefined && hidesField(owner.node, context.field.name);
}

function* ofOptions({ method, args: [options], model }: EntityCall, context: TransformContext): Iterable<RowsPart> {
  const given = options && unwrap(options);
  const isFind = /^find(?!.*By)/.test(method);
  const isNew = given !== undefined && isWritten(method, given);
  if (!isFind || given === undefined || !ts.isObjectLiteralExpression(given)) {
    const isAssumed = isFind && given !== undefined;
    if (concerns(model, context))
      yield { path: [], select: undefined, ...(isAssumed && { isAssumed }), ...(isNew && { isWritten: true }) };
    return;
  }
  yield* ofSelect(valueAt(given, "select"), relationsIn(valueAt(given, "relations")), model, [], context);
}

/** A new row that is returned as the app passed it: `save({ … })`, `create({ … })`. */
function isWritten(method: string, given: ts.Expression): boolean {
  if (method === "create") return true;
  const isCreated = ts.isCallExpression(given) && pathOf(given.expression).at(-1) === "create";
  return method === "save" && (isCreated || ts.isObjectLiteralExpression(given));
}

function* ofSelect(
  given: ts.Expression | undefined,
  relations: readonly (readonly string[])[],
  model: EntityModel,
  path: readonly string[],
  context: TransformContext,
): Iterable<RowsPart> {
  const select = given && unwrap(given);
  const isNamed = select !== undefined && select.kind !== ts.SyntaxKind.TrueKeyword;
  if (concerns(model, context)) yield { path, select: isNamed ? select : undefined };
  for (const relation of model.relations) {
    const target = context.models.find(({ name }) => name === relation.model);
    const own = relations.filter(([first]) => first === relation.name).map((each) => each.slice(1));
    if (target === undefined || own.length === 0) continue;
    const inner = isNamed && ts.isObjectLiteralExpression(select) ? valueAt(select, relation.name) : undefined;
    yield* ofSelect(inner, own, target, [...path, relation.name], context);
  }
}

/** `relations: ["user", "user.orders"]`, `relations: { user: { orders: true } }` */
function relationsIn(given: ts.Expression | undefined): readonly (readonly string[])[] {
  const inner = given && unwrap(given);
  if (inner === undefined) return [];
  if (ts.isArrayLiteralExpression(inner))
    return inner.elements.flatMap((each) => (ts.isStringLiteralLike(each) ? [each.text.split(".")] : []));
  if (!ts.isObjectLiteralExpression(inner)) return [];
  return [...propertiesOf(inner).keys()].flatMap((name) => {
    const below = relationsIn(valueAt(inner, name));
    return [[name], ...below.map((each) => [name, ...each])];
  });
}

/** Rows by the alias of a query, whole or as `.select([…])` names them. */
function* ofQuery({ builder }: EntityCall, call: ts.CallExpression, context: TransformContext): Iterable<RowsPart> {
  const { aliases, model } = builder ?? {};
  if (aliases === undefined || model === undefined) return;
  const calls = callsOfChain(call);
  const paths = new Map<string, readonly string[]>();
  for (const [alias, of] of aliases) if (of === model && paths.size === 0) paths.set(alias, []);
  const named = new Map<string, ts.Node>();
  const whole = new Set(paths.keys());
  for (const each of calls) {
    const method = pathOf(each.expression).at(-1) ?? "";
    const [first, second] = each.arguments;
    if (/Join/.test(method) && first !== undefined && second !== undefined && ts.isStringLiteralLike(second)) {
      const [owner = "", relation = ""] = ts.isStringLiteralLike(first) ? first.text.split(".") : [];
      const before = paths.get(owner);
      if (before !== undefined) paths.set(second.text, [...before, relation]);
      if (/AndSelect$/.test(method)) whole.add(second.text);
    }
    if (!/^(?:select|addSelect)$/.test(method) || first === undefined) continue;
    if (method === "select") whole.clear();
    const list = unwrap(first);
    const items: readonly ts.Expression[] = ts.isArrayLiteralExpression(list) ? list.elements : [list];
    for (const { text } of items.filter(ts.isStringLiteralLike)) {
      const [alias = "", column] = text.split(".");
      if (column === undefined) whole.add(alias);
      else if (ts.isArrayLiteralExpression(list)) named.set(alias, list);
    }
  }
  for (const [alias, path] of paths) {
    const its = aliases.get(alias);
    if (its === undefined || !concerns(its, context)) continue;
    const select = named.get(alias);
    if (whole.has(alias)) yield { path, select: undefined };
    else if (select !== undefined) yield { path, select };
  }
}
