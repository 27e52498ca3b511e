import type { EntityModel } from "@lockstep/core";
import {
  declarationOf,
  initializerOf,
  keysOfSpread,
  literalsOf,
  nameOf,
  settableValuesOf,
  spreadsOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import type { ClientCall } from "../calls/client-calls.js";

/** A value that becomes a new row (or several) of a model. */
export interface WrittenRows {
  readonly model: EntityModel;
  readonly value: ts.Expression;
  /** The model of the surrounding row. */
  readonly through?: EntityModel;
  /** `data of prisma.user.create` */
  readonly what: string;
  /** The relation whose writes an object may contain: `user` of `...others`. */
  readonly relation?: string;
}

/** Everything a call creates: its own rows, and rows of other models that nested writes along relations create. */
export function* rowsWrittenBy(call: ClientCall, models: readonly EntityModel[]): Iterable<WrittenRows> {
  for (const rows of allWrittenBy(call, models)) if (rows.kind === "created") yield rows;
}

/** Everything that a call changes in existing rows, including nested writes. */
export function* rowsChangedBy(call: ClientCall, models: readonly EntityModel[]): Iterable<WrittenRows> {
  for (const rows of allWrittenBy(call, models)) if (rows.kind === "updated") yield rows;
}

/** Nested writes that are built elsewhere: `user: ownerOf(email)`. */
export function* nestedElsewhere(call: ClientCall, models: readonly EntityModel[]): Iterable<WrittenRows> {
  for (const rows of allWrittenBy(call, models)) if (rows.kind === "nesting") yield rows;
}

interface Found extends WrittenRows {
  /** `nesting`: the value is not a row, but an object that writes one: `{ create: … }`, out of view. */
  readonly kind: "created" | "updated" | "nesting";
}

function* allWrittenBy(call: ClientCall, models: readonly EntityModel[]): Iterable<Found> {
  const { args, method, model, label } = call;
  if (args === undefined) return;
  if (method.startsWith("create")) yield* created(property(args, "data"), model, `data of ${label}`, models);
  if (method === "upsert") {
    yield* created(property(args, "create"), model, `create of ${label}`, models);
    yield* updated(property(args, "update"), model, `update of ${label}`, models, label);
  }
  if (method.startsWith("update")) yield* updated(property(args, "data"), model, `data of ${label}`, models, label);
}

function* created(
  value: ts.Expression | undefined,
  model: EntityModel,
  what: string,
  models: readonly EntityModel[],
  through?: EntityModel,
): Iterable<Found> {
  if (value === undefined) return;
  yield { kind: "created", model, value, what, ...(through === undefined ? {} : { through }) };
  for (const literal of literalsOf(value)) yield* nested(constantBehind(literal), model, what, models);
}

function* updated(
  value: ts.Expression | undefined,
  model: EntityModel,
  what: string,
  models: readonly EntityModel[],
  label = what,
): Iterable<Found> {
  if (value === undefined) return;
  yield { kind: "updated", model, value, what };
  for (const literal of literalsOf(value)) yield* nested(constantBehind(literal), model, label, models);
}

/** `orders: { create: { … } }` and similar inside a row or an update. */
function* nested(
  value: ts.Expression,
  model: EntityModel,
  what: string,
  models: readonly EntityModel[],
): Iterable<Found> {
  if (!ts.isObjectLiteralExpression(value)) return;
  for (const { name, model: target } of model.relations) {
    const related = models.find((each) => each.name === target);
    if (related === undefined) continue;
    const label = `${name} in ${what}`;
    for (const { expression } of spreadsOf(value).filter((spread) => keysOfSpread(spread) === undefined))
      yield { kind: "nesting", model: related, value: expression, what: label, relation: name };
    const given = settableValuesOf(value).get(name);
    for (const each of given === undefined ? [] : literalsOf(given))
      yield* ofRelation(constantBehind(each), each, { related, label, model }, models);
  }
}

/** The writes of one relation: `{ create: { … } }`. */
function* ofRelation(
  operations: ts.Expression,
  given: ts.Expression,
  { related, label, model }: { readonly related: EntityModel; readonly label: string; readonly model: EntityModel },
  models: readonly EntityModel[],
): Iterable<Found> {
  if (isNothing(operations)) return;
  if (!ts.isObjectLiteralExpression(operations)) {
    yield { kind: "nesting", model: related, value: given, what: label };
    return;
  }
  for (const operation of operations.properties) {
    const initializer = initializerOf(operation);
    if (initializer === undefined) continue;
    switch (nameOf(operation.name)) {
      case "create":
        yield* created(initializer, related, label, models, model);
        break;
      case "createMany":
        yield* created(innerOf(initializer, "data"), related, label, models, model);
        break;
      case "connectOrCreate":
      case "upsert":
        for (const each of [...literalsOf(initializer)].map(constantBehind)) {
          if (!ts.isObjectLiteralExpression(each)) yield { kind: "nesting", model: related, value: each, what: label };
          yield* created(innerOf(each, "create"), related, label, models, model);
          yield* updated(innerOf(each, "update"), related, label, models);
        }
        break;
      case "update":
      case "updateMany":
        // `update: { name }` of a to-one relation, `update: { where, data: { name } }` of a list.
        for (const each of literalsOf(initializer)) {
          yield* updated(innerOf(each, "data") ?? each, related, label, models);
        }
        break;
    }
  }
}

/** Whether a value writes nothing: the other branch of `user: isNew ? { create: … } : undefined`. */
export function isNothing(value: ts.Expression): boolean {
  return ts.isIdentifier(value) ? value.text === "undefined" : value.kind === ts.SyntaxKind.NullKeyword;
}

/** The literal of `const user = { create: … }`, if the value is its name. */
function constantBehind(value: ts.Expression): ts.Expression {
  const declaration = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return value;
  const literal = declaration.initializer && unwrap(declaration.initializer);
  return literal !== undefined && ts.isObjectLiteralExpression(literal) ? literal : value;
}

function innerOf(value: ts.Expression, name: string): ts.Expression | undefined {
  const inner = unwrap(value);
  return ts.isObjectLiteralExpression(inner) ? property(inner, name) : undefined;
}

function property(literal: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = literal.properties.find((each) => nameOf(each.name) === name);
  const value = initializerOf(found);
  return value === undefined ? undefined : unwrap(value);
}
