import type { EntityModel } from "@lockstep/core";
import { callbackOf, pathOf, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";
import { entityOfValue } from "../receivers/entities.js";
import { type LookupContext, once } from "../receivers/lookup-context.js";
import type { Builder } from "../receivers/orm-value.js";
import { ormValueOf } from "../receivers/orm-value-of.js";

/** A call of TypeORM on the rows of an entity, identified by the entity: `users.create({ … })`, `manager.save(User, { … })`. */
export interface EntityCall {
  readonly call: ts.CallExpression;
  readonly model: EntityModel;
  readonly method: string;
  /** The arguments after the entity. */
  readonly args: readonly ts.Expression[];
  /** `users.create`: the display name. */
  readonly label: string;
  /** The query that contains it. */
  readonly builder: Builder | undefined;
}

const writing = ["create", "insert", "save", "upsert", "update", "updateAll", "merge", "preload"];
const readingOne = ["findOne", "findOneBy", "findOneById", "findOneOrFail", "findOneByOrFail"];
const readingMany = ["find", "findBy", "findByIds", "findAndCount", "findAndCountBy"];
const counting = ["increment", "decrement"];
const removing = ["delete", "softDelete"];
const ofRepositories = new Set([...writing, ...counting, ...removing, ...readingOne, ...readingMany]);
const ofBuilders = new Set("values set update select addSelect getOne getOneOrFail getMany getManyAndCount".split(" "));

/** All calls on rows of an entity in a file. */
export function entityCalls(file: SourceFile, where: LookupContext): readonly EntityCall[] {
  return once(where, entityCalls, file, () =>
    file.nodes(ts.SyntaxKind.CallExpression).flatMap((call) => {
      const found = entityCallOf(call.expression, call.arguments, file, where);
      return found === undefined ? [] : [{ ...found, call }];
    }),
  );
}

/** The call on rows of an entity at a node. */
export function entityCallAt(call: ts.Node, file: SourceFile, where: LookupContext): EntityCall | undefined {
  const byNode = once(where, entityCallAt, file, () => {
    return new Map<ts.Node, EntityCall>(entityCalls(file, where).map((each) => [each.call, each]));
  });
  return byNode.get(call);
}

/** The same for a function that is not called: `users.findOne` of `users.findOne.mockResolvedValue(…)`. */
export function entityCallOf(
  callee: ts.Expression,
  args: readonly ts.Expression[],
  file: SourceFile,
  where: LookupContext,
): Omit<EntityCall, "call"> | undefined {
  const path = pathOf(callee);
  const method = path.at(-1) ?? "";
  const inner = accessOf(callee);
  if (inner === undefined || !(ofRepositories.has(method) || ofBuilders.has(method))) return undefined;
  const label = path
    .slice(-2)
    .filter((name) => name !== "…")
    .join(".");
  const owner = ormValueOf(inner.expression, file, where);
  if (owner?.kind === "builder") {
    if (!ofBuilders.has(method) || owner.model === undefined) return undefined;
    return { model: owner.model, method, args, label: `${owner.verb} ${owner.model.name}`, builder: owner };
  }
  if (!ofRepositories.has(method)) return undefined;
  if (owner?.kind === "repository" || owner?.kind === "activeRecord")
    return owner.isOwn(method) ? undefined : { model: owner.model, method, args, label, builder: undefined };
  const [target, ...rest] = args;
  const takesEntity = owner === undefined || owner.kind === "manager" || owner.kind === "source";
  if (target === undefined || !takesEntity) return undefined;
  // A quoted name does not identify an unresolved receiver.
  if (owner === undefined && ts.isStringLiteralLike(unwrap(target))) return undefined;
  const entity = entityOfValue(target, file, where);
  return entity && { model: entity, method, args: rest, label: `${label}(${entity.name})`, builder: undefined };
}

/** The rows that a call reads whole. */
export function readsRows(
  callee: ts.Expression,
  args: readonly ts.Expression[],
  file: SourceFile,
  where: LookupContext,
): { readonly model: EntityModel; readonly rows: "row" | "list" | "page" } | undefined {
  const found = entityCallOf(callee, args, file, where);
  if (found === undefined) return undefined;
  const { method, model, builder } = found;
  if (builder !== undefined) return selectsAll(callee) ? rowsOf(method, found.args, model) : undefined;
  const options = found.args[0];
  if (/^find/.test(method) && options !== undefined && /\bselect\b/.test(options.getText())) return undefined;
  return rowsOf(method, found.args, model);
}

/** The rows that a method returns. */
export function rowsOf(
  method: string,
  [rows]: readonly ts.Expression[],
  model: EntityModel,
): ReturnType<typeof readsRows> {
  if (readingOne.includes(method) || /^(?:getOne|merge|preload)/.test(method)) return { model, rows: "row" };
  if (/AndCount/.test(method)) return { model, rows: "page" };
  if (readingMany.includes(method) || method === "getMany") return { model, rows: "list" };
  if (method !== "create" && method !== "save") return undefined;
  const given = rows && unwrap(rows);
  const isList = given !== undefined && (ts.isArrayLiteralExpression(given) || callbackOf(given) !== undefined);
  return { model, rows: isList ? "list" : "row" };
}

/** A query without a `select` of its own. */
function selectsAll(callee: ts.Expression): boolean {
  for (let at: ts.Expression = callee; ; ) {
    const inner = unwrap(at);
    if (ts.isCallExpression(inner)) at = inner.expression;
    else if (ts.isPropertyAccessExpression(inner)) {
      if (inner.name.text === "select") return false;
      at = inner.expression;
    } else return true;
  }
}

function accessOf(callee: ts.Expression): { readonly expression: ts.Expression } | undefined {
  const inner = unwrap(callee);
  if (ts.isCallExpression(inner) && inner.arguments[0] !== undefined) {
    // `vi.mocked(users.findOne)` resolves to its argument.
    return pathOf(inner.expression).at(-1) === "mocked" ? accessOf(inner.arguments[0]) : undefined;
  }
  return ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner) ? inner : undefined;
}
