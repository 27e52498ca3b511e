import type { EntityModel } from "@lockstep/core";
import { describe, nameOf, pathOf, type SourceFile, type Type, type Types, ts, unwrap } from "@lockstep/core/codemods";
import { entityCallAt } from "../calls/entity-calls.js";
import { modelOfRows } from "../receivers/entities.js";
import type { LookupContext } from "../receivers/lookup-context.js";
import { modelOfPart } from "../receivers/typed-value.js";

/** A value that an app function receives as a part of an entity: `this.create({ email })` of `create(data: DeepPartial<T>)`. */
export interface Payload {
  readonly value: ts.Expression;
  readonly model: EntityModel;
  readonly what: string;
  /** How the function writes it, as far as its body shows. */
  readonly way: "create" | "save" | "insert" | "unknown";
}

const mayInsert = /^(?:create|insert|save|add|register|store|upsert|persist|make|new|seed|build)/i;
/** Functions pass values on to functions. Real code does not nest deeper. */
const deepest = 5;

/** The payloads in a file, by the types of the parameters that take them. None if the compiler knows no types. */
export function* payloadsIn(file: SourceFile, where: LookupContext): Iterable<Payload> {
  const { types } = where.project;
  if (types === undefined) return;
  const columns = new Set(where.models.flatMap(({ fields }) => fields.map(({ name }) => name)));
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    if (entityCallAt(call, file, where) !== undefined) continue;
    const name = pathOf(call.expression).at(-1) ?? "";
    for (const value of call.arguments) {
      const literal = unwrap(value);
      const mayBe = ts.isObjectLiteralExpression(literal)
        ? literal.properties.some((each) => columns.has(nameOf(each.name) ?? "")) || mayInsert.test(name)
        : mayInsert.test(name) && !ts.isFunctionLike(literal) && !ts.isLiteralExpression(literal);
      const expected = mayBe ? types.expectedOf(value) : undefined;
      const part = expected && modelOfPart(expected, types, where);
      // Only the assertion makes another value a row.
      const isWritten = ts.isObjectLiteralExpression(literal) || ts.isAsExpression(value);
      const model = part ?? (isWritten ? rowOf(expected, types, where) : undefined);
      if (model === undefined) continue;
      const found = wayOf(call, call.arguments.indexOf(value), { types, model });
      const way = found === "either" ? "unknown" : found;
      // Only values made for TypeORM are payloads in any call. For other values, the function that writes them is listed.
      if (way === undefined || way === "update" || (part === undefined && way === "unknown")) continue;
      yield { value, model, what: describe(call, `row of ${pathOf(call.expression).slice(-2).join(".")}`), way };
    }
  }
}

/** The model of `User` itself, and of `Partial<User>`. */
function rowOf(type: Type | undefined, types: Types, where: LookupContext): EntityModel | undefined {
  if (type === undefined) return undefined;
  const [part] = type.aliasSymbol?.name === "Partial" ? (type.aliasTypeArguments ?? []) : [];
  return modelOfRows(part ?? type, types, where);
}

/** What identifies a payload, whichever function has it. */
interface Asked {
  readonly types: Types;
  readonly model: EntityModel;
}

/** `update` changes existing rows; `either` inserts them as well. */
type Way = Payload["way"] | "update" | "either" | undefined;

/** How a function writes its argument. Undefined: it does not write it. */
function wayOf(call: ts.CallExpression, index: number, asked: Asked, depth = 0): Way {
  const declaration = asked.types.calledBy(call);
  const name = pathOf(call.expression).at(-1) ?? "";
  const isTold = declaration !== undefined && "body" in declaration && declaration.body !== undefined;
  if (!isTold || depth > deepest) {
    if (/^(?:update|patch|merge|preload|set)/i.test(name)) return "update";
    return /^(?:find|where|count|delete|remove)/i.test(name) ? undefined : "unknown";
  }
  const parameter = declaration.parameters[index];
  if (parameter === undefined || !ts.isIdentifier(parameter.name)) return "unknown";
  const ways = new Set<Way>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== parameter.name && isUse(node) && isOf(node, parameter, asked.types))
      ways.add(wayOfUse(node, asked, depth));
    ts.forEachChild(node, visit);
  };
  visit(declaration.body as ts.Node);
  const found = (["either", "insert", "create", "save", "unknown", "update"] as const).find((each) => ways.has(each));
  return found !== undefined && found !== "update" && ways.has("update") ? "either" : found;
}

function isUse({ parent }: ts.Identifier): boolean {
  return !ts.isPropertyAccessExpression(parent);
}

function isOf(name: ts.Identifier, parameter: ts.Node, types: Types): boolean {
  const symbol = ts.isShorthandPropertyAssignment(name.parent)
    ? types.checker.getShorthandAssignmentValueSymbol(name.parent)
    : types.checker.getSymbolAtLocation(name);
  return symbol?.valueDeclaration === parameter;
}

/** How one use of the parameter is written: itself, in a list, or spread. */
function wayOfUse(use: ts.Identifier, asked: Asked, depth: number): Way {
  let node: ts.Node = use;
  let beside: ts.ObjectLiteralExpression | undefined;
  while (
    ts.isArrayLiteralExpression(node.parent) ||
    ts.isSpreadElement(node.parent) ||
    ts.isSpreadAssignment(node.parent) ||
    ts.isObjectLiteralExpression(node.parent) ||
    ts.isParenthesizedExpression(node.parent) ||
    ts.isAsExpression(node.parent)
  ) {
    node = node.parent;
    if (ts.isObjectLiteralExpression(node)) beside = node;
  }
  const call = node.parent;
  if (!ts.isCallExpression(call) || call.expression === node) return "unknown";
  const index = call.arguments.indexOf(node as ts.Expression);
  const method = asked.types.methodOf(call);
  if (method?.packageName === undefined) return wayOf(call, index, asked, depth + 1);
  if (!/typeorm/.test(method.packageName)) return "unknown";
  switch (method.name) {
    case "save":
      return beside === undefined ? "save" : wayOfSpread(beside, asked);
    case "create":
    case "insert":
      return method.name;
    case "values":
      return "insert";
    case "upsert":
      return "unknown";
    default:
      return /^(?:update|merge|preload|set)/.test(method.name) ? "update" : undefined;
  }
}

/** `save({ id, ...data })` changes a row. For `save({ ...found, ...data })` it is unknown whether the row exists. */
function wayOfSpread(literal: ts.ObjectLiteralExpression, { model }: Asked): Way {
  const names = new Set(literal.properties.map((each) => nameOf(each.name)));
  if (model.fields.some((field) => field.isId && names.has(field.name))) return "update";
  return literal.properties.filter(ts.isSpreadAssignment).length > 1 ? "either" : "save";
}
