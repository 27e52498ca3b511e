import type { EntityModel } from "@lockstep/core";
import {
  builtRows,
  declarationOf,
  describe,
  givesValue,
  isInstancing,
  type LiteralLookup,
  literalsOf,
  literalsOfVariable,
  lookUp,
  type PassedRows,
  passedRows,
  pathOf,
  propertiesOf,
  type SourceFile,
  type TransformContext,
  ts,
  unwrap,
  valueAt,
  type WrittenValue,
} from "@lockstep/core/codemods";
import { type EntityCall, entityCalls } from "../calls/entity-calls.js";
import { overwritesAll } from "../calls/queries.js";
import { constructedRows } from "../instances/constructed-rows.js";
import { madeInstances } from "../instances/made-instances.js";
import { entityOfDeclaration, entityOfValue } from "../receivers/entities.js";
import { type LookupContext, once } from "../receivers/lookup-context.js";
import { entityOfType } from "../receivers/named-value.js";
import { payloadsIn } from "./payloads.js";

/** A value that becomes a row of an entity. */
export interface WrittenRow {
  readonly value: ts.Expression;
  readonly model: EntityModel;
  /** `row of users.create` */
  readonly what: string;
  /** `create` and `save` also write an existing row, if it has its key; `nested` only creates one without. */
  readonly way: "create" | "save" | "insert" | "upsert" | "nested" | "unknown";
  /** The entity of the surrounding row. */
  readonly through?: EntityModel;
  /** The `.values(…)` of the query that inserts it. */
  readonly values?: ts.CallExpression;
  /** What creates the row may drop the field. */
  readonly isUnclear?: true;
  /** The properties that the receiving function adds to it. */
  readonly besides?: ts.ObjectLiteralExpression;
}

/** All values of a file that become rows: those that its code writes, and those that it passes to functions which do. */
export function writtenRows(file: SourceFile, context: LookupContext): readonly WrittenRow[] {
  const handed = passedTo(context).rows.filter((row) => row.file === file);
  const own = ownRows(file, context);
  const known = new Set(own.map(({ value }) => value));
  const rows = handed.map(({ value, what, about: { through: _, ...about }, besides }) => {
    return { ...about, value, what, ...(besides && { besides }) };
  });
  return [...own, ...rows.filter(({ value }) => !known.has(value))];
}

/** Whether a row comes from the callers of a function: it is filled where they build it. */
export function isFollowed({ value }: WrittenRow, context: TransformContext): boolean {
  const isOwn = ts.isObjectLiteralExpression(value) && givesValue(value, context);
  return !isOwn && passedTo(context).followed.has(value);
}

/** The rows passed to functions that write them. */
function passedTo(where: LookupContext): PassedRows<WrittenRow> {
  return once(where, passedTo, undefined, () => {
    const written = where.project.files.flatMap((file) =>
      ownRows(file, where).map((row) => ({ value: row.value, file, about: row })),
    );
    const take = ({ type }: ts.ParameterDeclaration, file: SourceFile, row: WrittenRow) => {
      return type !== undefined && row.way !== "upsert" && isPartOf(row.model, type, file, where) ? row : undefined;
    };
    const handed = passedRows(
      [...written, ...where.project.files.flatMap((file) => assignedIn(file, where))],
      take,
      behind(where),
    );
    const built = builtRows(
      written.filter(({ about }) => about.way !== "upsert"),
      {
        project: where.project,
        hasRoom: (type, file, { model }) => isPartOf(model, type, file, where),
        isRow: (literal, { model }) => model.fields.filter(({ name }) => propertiesOf(literal).has(name)).length > 1,
      },
    );
    return { rows: [...handed.rows, ...built.rows], followed: new Set([...handed.followed, ...built.followed]) };
  });
}

/** What fills a new instance as a whole: `Object.assign(user, data)` in a function that makes it. */
function assignedIn(file: SourceFile, where: LookupContext): readonly WrittenValue<WrittenRow>[] {
  const instances = madeInstances(file, where).filter(({ use, mayBeFound }) => use !== "none" && !mayBeFound);
  return instances.flatMap(({ assigned, model }) =>
    assigned.map((value) => ({ value, file, about: { value, model, what: "", way: "create" } })),
  );
}

/** Whether the callers of a function give a value, and it is filled where they build it. */
export function isPassedIn(value: ts.Expression, where: LookupContext): boolean {
  return passedTo(where).followed.has(value);
}

/** Entities and the rows of schemas get the field with the model. */
function behind(where: LookupContext): LiteralLookup {
  const isRow = (node: ts.Node, file: SourceFile) => entityOfDeclaration(node, file, where) !== undefined;
  return { project: where.project, isGiven, isRow };
}

/** `DeepPartial<User>`, `Partial<User>[]`: types that get the field with the entity. */
function isPartOf(model: EntityModel, type: ts.TypeNode, file: SourceFile, where: LookupContext, depth = 0): boolean {
  if (depth > 8) return false;
  const next = (inner: ts.TypeNode, its = file): boolean => isPartOf(model, inner, its, where, depth + 1);
  if (ts.isArrayTypeNode(type)) return next(type.elementType);
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return next(type.type);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return false;
  const name = type.typeName.text;
  const [first] = type.typeArguments ?? [];
  if (first === undefined) {
    const found = lookUp(where.project, file, name, "type");
    const isAlias = found?.kind === "declaration" && ts.isTypeAliasDeclaration(found.node);
    return isAlias && next((found.node as ts.TypeAliasDeclaration).type, found.file);
  }
  if (/^(?:Array|ReadonlyArray|Readonly)$/.test(name)) return next(first);
  const isPart = /^(?:DeepPartial|Partial|QueryDeepPartialEntity)$/.test(name);
  return isPart && entityOfType(first, file, where) === model;
}

/** The rows written by calls of the file, each once: in calls, in constants that the calls use, inside other rows. */
function ownRows(file: SourceFile, context: LookupContext): readonly WrittenRow[] {
  return once(context, ownRows, file, () => {
    const rows = new Map<ts.Expression, WrittenRow>();
    for (const row of allRows(file, context)) if (!rows.has(row.value)) rows.set(row.value, row);
    return [...rows.values()];
  });
}

function* allRows(file: SourceFile, context: LookupContext): Iterable<WrittenRow> {
  for (const found of entityCalls(file, context)) {
    const row = rowOf(found);
    if (row !== undefined) yield* eachOf(row, file, context);
  }
  for (const row of instancedRows(file, context)) yield* eachOf(row, file, context);
  for (const row of payloadsIn(file, context)) yield* eachOf(row, file, context);
}

/** The new rows that a call writes. */
function rowOf(found: EntityCall): WrittenRow | undefined {
  const { args, call, label, method, model, builder } = found;
  const [value] = args;
  if (value === undefined) return undefined;
  if (builder !== undefined) {
    if (method !== "values" || builder.verb !== "insert") return undefined;
    const way = overwritesAll(call) ? "upsert" : "insert";
    return { value, model, what: describe(call, `values of insert into ${model.name}`), way, values: call };
  }
  const isMade = method === "merge" && ts.isNewExpression(unwrap(value));
  if (isMade && args[1] !== undefined)
    return { value: args[1], model, what: describe(call, `row of ${label}`), way: "create" };
  if (method !== "create" && method !== "save" && method !== "insert" && method !== "upsert") return undefined;
  return { value, model, what: describe(call, `row of ${label}`), way: method };
}

/** `Object.assign(new User(), { … })`, `plainToInstance(User, { … })`, `new User({ … })` */
function* instancedRows(file: SourceFile, context: LookupContext): Iterable<WrittenRow> {
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    const [target, ...values] = call.arguments;
    const path = pathOf(call.expression);
    const made = target && unwrap(target);
    const isAssigned = path.join(".") === "Object.assign" && made !== undefined && ts.isNewExpression(made);
    if (!isAssigned && !isInstancing(path.at(-1))) continue;
    const name = isAssigned ? made.expression : target;
    const model = name && entityOfValue(name, file, context);
    if (model === undefined || name === undefined) continue;
    const what = describe(call, `row of ${path.slice(-2).join(".")}(${model.name})`);
    const sources = isAssigned ? values : values.slice(0, 1);
    for (const value of sources) yield { value, model, what, way: "create" };
  }
  for (const { made, value, model, isUnclear } of constructedRows(file, context)) {
    const what = describe(made, `row of new ${model.name}`);
    yield { value, model, what, way: "create", ...(isUnclear && { isUnclear: true }) };
  }
}

/** The values that one resolves to, and the rows of other entities inside them. */
function* eachOf(row: WrittenRow, file: SourceFile, context: LookupContext): Iterable<WrittenRow> {
  for (const value of literalsOf(row.value)) {
    for (const each of literalsOfVariable(value, file, behind(context)) ?? [value])
      yield* withNested({ ...row, value: each }, file, context);
  }
}

function* withNested(row: WrittenRow, file: SourceFile, context: LookupContext): Iterable<WrittenRow> {
  yield row;
  // An insert stores keys of other rows; only `create` and `save` create them.
  if (!ts.isObjectLiteralExpression(row.value) || row.way === "insert" || row.way === "upsert") return;
  for (const relation of row.model.relations) {
    const value = valueAt(row.value, relation.name);
    const model = context.models.find((each) => each.name === relation.model);
    if (value === undefined || model === undefined) continue;
    for (const each of literalsOf(value)) {
      const literal = constantBehind(each);
      if (!ts.isObjectLiteralExpression(literal)) continue;
      const what = `${relation.name} in ${row.what}`;
      yield* withNested({ value: literal, model, what, way: "nested", through: row.model }, file, context);
    }
  }
}

/** The literal of `const user = { email }`, used only by this row. */
function constantBehind(value: ts.Expression): ts.Expression {
  const declaration = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.type !== undefined)
    return value;
  const literal = declaration.initializer && unwrap(declaration.initializer);
  return literal !== undefined && ts.isObjectLiteralExpression(literal) ? literal : value;
}

/** A list with it, a spread of it, one of two values. */
function isAround(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isConditionalExpression(parent)) return parent.condition !== node;
  return ts.isArrayLiteralExpression(parent) || ts.isSpreadElement(parent) || ts.isParenthesizedExpression(parent);
}

/** Whether a use of a constant passes it to a write: `users.save(rows)`, `users.save([row, other])`. */
function isGiven(use: ts.Identifier): boolean {
  let node: ts.Node = use;
  while (isAround(node.parent, node)) node = node.parent;
  const call = node.parent;
  if (!ts.isCallExpression(call) || !call.arguments.includes(node as ts.Expression)) return false;
  const method = pathOf(call.expression).at(-1) ?? "";
  const [target] = call.arguments;
  // Assigning to a row that was found creates no new one.
  if (method === "assign") return target !== node && target !== undefined && isMadeHere(target);
  return /^(?:create|insert|save|values|upsert|plainTo\w+)$/.test(method);
}

/** `new User()`, `users.create()`, and a constant that is one. */
function isMadeHere(value: ts.Expression): boolean {
  const made = unwrap(value);
  if (ts.isNewExpression(made)) return true;
  if (ts.isCallExpression(made)) return pathOf(made.expression).at(-1) === "create";
  const declaration = ts.isIdentifier(made) ? declarationOf(made) : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return false;
  const { initializer, parent } = declaration;
  const isConstant = (parent.flags & ts.NodeFlags.Const) !== 0;
  return isConstant && initializer !== undefined && !ts.isIdentifier(unwrap(initializer)) && isMadeHere(initializer);
}
