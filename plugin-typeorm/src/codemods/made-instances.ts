import type { EntityModel } from "@lockstep/core";
import {
  assignmentOf,
  declarationOf,
  initializerOf,
  pathOf,
  propertiesOf,
  type SourceFile,
  type TransformContext,
  ts,
  unwrap,
  wrapperOf,
} from "@lockstep/core/codemods";
import { entityOfValue } from "./entities.js";
import { entityCallAt } from "./entity-calls.js";
import { thingOf } from "./value-things.js";

/** A row that is made empty and filled field by field: `const user = new User(); user.email = …; await users.save(user);` */
export interface MadeInstance {
  readonly declaration: ts.VariableDeclaration;
  readonly name: string;
  readonly model: EntityModel;
  /** `new User()`, `users.create()` */
  readonly made: ts.Expression;
  /** What is set in the block that makes it, whatever happens, before it is used. */
  readonly given: ReadonlyMap<string, ts.Expression>;
  /** What is set somewhere else: under a condition, or later. */
  readonly elsewhere: ReadonlySet<string>;
  /** Fields may come from there: `Object.assign(user, dto)`. */
  readonly assigned: readonly ts.Expression[];
  /** The last statement that sets a field; undefined where none does. */
  readonly last: ts.Statement | undefined;
  /** Whether it becomes a row, may become one in a function that gets it, or does not. */
  readonly use: "row" | "unknown" | "none";
  /** A function gets it, and may fill it. */
  readonly isHandedOn: boolean;
}

/** All of them in a file. */
export function madeInstances(file: SourceFile, context: TransformContext): readonly MadeInstance[] {
  return context.memo(`typeorm instances ${file.file}`, () =>
    file.nodes(ts.SyntaxKind.VariableDeclaration).flatMap((declaration) => {
      const made = declaration.initializer && unwrap(declaration.initializer);
      const model = made && entityMadeBy(made, file, context);
      if (made === undefined || model === undefined || !ts.isIdentifier(declaration.name)) return [];
      return [readInstance(declaration, declaration.name.text, made, model, file, context)];
    }),
  );
}

/** `new User()`, `users.create()`, `users.create({})`: there is nothing in it yet. */
function entityMadeBy(made: ts.Expression, file: SourceFile, context: TransformContext): EntityModel | undefined {
  if (ts.isNewExpression(made)) {
    return (made.arguments ?? []).length === 0 ? entityOfValue(made.expression, file, context) : undefined;
  }
  if (!ts.isCallExpression(made)) return undefined;
  const found = entityCallAt(made, file, context);
  const [row] = found?.args ?? [];
  return found?.method === "create" && (row === undefined || isEmpty(row)) ? found.model : undefined;
}

export function isEmpty(value: ts.Expression): boolean {
  const inner = unwrap(value);
  return ts.isObjectLiteralExpression(inner) && inner.properties.length === 0;
}

function readInstance(
  declaration: ts.VariableDeclaration,
  name: string,
  made: ts.Expression,
  model: EntityModel,
  file: SourceFile,
  context: TransformContext,
): MadeInstance {
  const block = declaration.parent.parent.parent;
  const uses = file.identifiers(name).filter((use) => use !== declaration.name && declarationOf(use) === declaration);
  const given = new Map<string, ts.Expression>();
  const elsewhere = new Set<string>();
  const assigned: ts.Expression[] = [];
  const kinds = uses.map((use) => ({ use, kind: useOf(use, file, context) }));
  const firstUse = kinds.find(({ kind }) => kind === "row" || kind === "query")?.use.pos ?? Number.POSITIVE_INFINITY;
  let last: ts.Statement | undefined;
  const set = (field: string, value: ts.Expression, statement: ts.Statement): void => {
    const isSure = statement.parent === block && statement.pos < firstUse;
    if (!isSure) elsewhere.add(field);
    else given.set(field, value);
  };
  for (const { use } of kinds) {
    const statement = statementOf(use);
    const found = statement && assignmentOf(statement);
    if (statement === undefined) continue;
    if (found?.owner === use) {
      set(found.member, found.value, statement);
      if (given.has(found.member)) last = later(last, statement);
      continue;
    }
    const values = assignedTo(use);
    for (const value of values) {
      const inner = unwrap(value);
      if (!ts.isObjectLiteralExpression(inner)) assigned.push(value);
      else {
        for (const [field, property] of propertiesOf(inner)) set(field, initializerOf(property) ?? inner, statement);
        assigned.push(...inner.properties.filter(ts.isSpreadAssignment).map((each) => each.expression));
      }
    }
    if (values.length > 0 && statement.parent === block && statement.pos < firstUse) last = later(last, statement);
  }
  const found = new Set(kinds.map(({ kind }) => kind));
  const use = found.has("query") ? "none" : found.has("row") ? "row" : found.has("argument") ? "unknown" : "none";
  return { declaration, name, model, made, given, elsewhere, assigned, last, use, isHandedOn: found.has("argument") };
}

function later(a: ts.Statement | undefined, b: ts.Statement): ts.Statement {
  return a === undefined || b.pos > a.pos ? b : a;
}

/** The statement that an expression is the left side, or a direct argument, of. */
function statementOf(use: ts.Identifier): ts.Statement | undefined {
  let at: ts.Node = use;
  while (at.parent !== undefined && ts.isExpression(at as ts.Expression) && !ts.isFunctionLike(at)) at = at.parent;
  return ts.isExpressionStatement(at) ? at : undefined;
}

/** The sources of `Object.assign(user, …)`. */
function assignedTo(use: ts.Identifier): readonly ts.Expression[] {
  const call = use.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== use) return [];
  return pathOf(call.expression).join(".") === "Object.assign" ? call.arguments.slice(1) : [];
}

type Use = "row" | "query" | "argument" | "read";

/** What the code does with it. */
function useOf(use: ts.Identifier, file: SourceFile, context: TransformContext): Use {
  let node = wrapperOf(use);
  while (ts.isArrayLiteralExpression(node.parent) || ts.isSpreadElement(node.parent)) node = wrapperOf(node.parent);
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    const isSaved = parent.name.text === "save" && ts.isCallExpression(parent.parent);
    return isSaved ? "row" : "read";
  }
  if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) return "row";
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
    return isInQuery(parent, file, context) ? "query" : "row";
  }
  if (ts.isBinaryExpression(parent)) return parent.right === node ? "row" : "read";
  if (!ts.isCallExpression(parent)) return "read";
  if (assignedTo(use).length > 0) return "read";
  const called = entityCallAt(parent, file, context);
  if (called === undefined) return isHandedOn(parent, file, context) ? "row" : "argument";
  return /^(?:save|insert|create|values)$/.test(called.method) ? "row" : "query";
}

/** `manager.save(user)`, and `rows.push(user)`: the list is what is written. */
function isHandedOn(call: ts.CallExpression, file: SourceFile, context: TransformContext): boolean {
  const callee = unwrap(call.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  if (callee.name.text === "push") return true;
  const owner = callee.name.text === "save" ? thingOf(callee.expression, file, context) : undefined;
  return owner?.kind === "manager" || owner?.kind === "source";
}

/** `users.find({ where: criteria })` */
function isInQuery(node: ts.Node, file: SourceFile, context: TransformContext): boolean {
  for (let at: ts.Node = node; at !== undefined && !ts.isStatement(at); at = at.parent) {
    if (!ts.isCallExpression(at)) continue;
    const called = entityCallAt(at, file, context);
    if (called !== undefined) return !/^(?:save|insert|create|values)$/.test(called.method);
  }
  return false;
}
