import {
  declarationOf,
  describe,
  type Finding,
  fileOf,
  isTestFile,
  mirrorSources,
  pathOf,
  propertiesOf,
  type SourceFile,
  sourceAmong,
  spreadsOf,
  type TransformContext,
  type Type,
  type Types,
  textOf,
  ts,
  unseenChange,
  unwrap,
} from "@lockstep/core/codemods";
import { entityCallAt } from "../calls/entity-calls.js";
import { madeInstances } from "../instances/made-instances.js";
import { concerns, entityOfValue } from "../receivers/entities.js";
import { ormValueOf } from "../receivers/orm-value-of.js";
import { isOfAnyEntity, isOfTypeorm } from "../receivers/typed-value.js";

const inserting = ["create", "save", "insert", "upsert"];
/** Methods that update existing rows, with the index of the argument that holds the change. */
const changing: Readonly<Record<string, number>> = { update: 1, preload: 0, merge: 1 };

/**
 * Code that may insert rows without naming an entity: a repository of any entity, `Repository<T>`, a method that is passed on, an instance
 * that is filled elsewhere.
 */
export function* unseenWriters(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (isTestFile(file)) return;
  const { field, model } = context;
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    const value = rowOfAny(call, file, context);
    if (value === undefined) continue;
    const text = textOf(value, file).replaceAll(/\s+/g, " ");
    const reason = `which entity it is is decided elsewhere: where that is ${model.name}, unless ${field.name} is in \`${text}\`, add it where that is built`;
    yield place(value, `row of ${pathOf(call.expression).slice(-2).join(".")}`, reason);
  }
  const isMirror = mirrorSources(context).length > 0;
  for (const call of isMirror ? file.nodes(ts.SyntaxKind.CallExpression) : []) {
    const value = changeOfAny(call, file, context);
    if (value === undefined) continue;
    yield unseenChange(value, value, describe(call, pathOf(call.expression).slice(-2).join(".")), file, context);
  }
  const methods = isMirror ? [...inserting, ...Object.keys(changing)] : inserting;
  for (const name of methods.flatMap((each) => file.identifiers(each))) {
    if (!isHandedOn(name, file, context)) continue;
    const reason = `the method is handed on: unless ${field.name} is in the rows that it is called with, add it`;
    yield place(
      name.parent,
      pathOf(name.parent as ts.Expression)
        .slice(-2)
        .join("."),
      reason,
    );
  }
  const known = new Set<ts.Node>(madeInstances(file, context).map(({ made }) => made));
  for (const made of file.nodes(ts.SyntaxKind.NewExpression)) {
    if (known.has(made) || (made.arguments ?? []).length > 0 || !isKept(made)) continue;
    const entity = entityOfValue(made.expression, file, context);
    if (entity === undefined || !concerns(entity, context)) continue;
    yield place(made, `new ${model.name}`, `it is filled elsewhere: unless ${field.name} is set there, set it`);
  }

  function place(node: ts.Node, what: string, reason: string): Finding {
    const offset = node.getStart(file.ast);
    return { kind: "place", certainty: "likely", offset, what: describe(node, what), reason, mayLeaveOut: true };
  }
}

/** The row that a call of a repository or manager inserts, if the entity is unresolved: in a base class, from a registry. */
function rowOfAny(call: ts.CallExpression, file: SourceFile, context: TransformContext): ts.Expression | undefined {
  const { types } = context.project;
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression) || !inserting.includes(expression.name.text)) return undefined;
  const value = argumentOfAny(call, 0, file, context);
  return value === undefined || (types && isTold(unwrap(value), types)) ? undefined : value;
}

/** The same for updates of existing rows. A literal shows whether it may change what a mirror follows. */
function changeOfAny(call: ts.CallExpression, file: SourceFile, context: TransformContext): ts.Expression | undefined {
  const { expression } = call;
  const at = ts.isPropertyAccessExpression(expression) ? changing[expression.name.text] : undefined;
  const value = at === undefined ? undefined : argumentOfAny(call, at, file, context);
  const inner = value && unwrap(value);
  if (inner === undefined || !ts.isObjectLiteralExpression(inner)) return value;
  const isOther = spreadsOf(inner).length === 0 && sourceAmong(propertiesOf(inner).keys(), context) === undefined;
  return isOther ? undefined : value;
}

/** An argument of a call on rows of any entity; a manager has the entity before it. */
function argumentOfAny(
  call: ts.CallExpression,
  at: number,
  file: SourceFile,
  context: TransformContext,
): ts.Expression | undefined {
  const { types } = context.project;
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  if (entityCallAt(call, file, context) !== undefined) return undefined;
  const { kind } = ormValueOf(expression.expression, file, context) ?? {};
  const isOfManager = kind === "manager" && !isOfOther(call.arguments[0], context);
  const isOfAny = kind === "any" || (kind === undefined && types && isOfAnyEntity(expression.expression, types));
  if (!isOfManager && !isOfAny) return undefined;
  const [declaration] = types?.of(expression.expression)?.getProperty(expression.name.text)?.declarations ?? [];
  if (declaration !== undefined && !isOfTypeorm(declaration)) return undefined;
  return call.arguments[isOfManager ? at + 1 : at];
}

/** Whether a manager receives a class that is no entity of the models. */
function isOfOther(target: ts.Expression | undefined, { project }: TransformContext): boolean {
  if (target === undefined || !ts.isIdentifier(target)) return false;
  const declared = project.types?.of(target)?.getSymbol()?.declarations ?? [declarationOf(target)];
  return declared.some(
    (each) => each !== undefined && ts.isClassDeclaration(each) && fileOf(each, project) !== undefined,
  );
}

/** `DeepPartial<T>` is detected where it is passed, and a whole `T` where it is created. `{ ...found, name }` is the existing row. */
function isTold(value: ts.Expression, types: Types): boolean {
  // `new this.type(data)` creates the row here.
  if (ts.isNewExpression(value)) return (value.arguments ?? []).length === 0;
  if (ts.isObjectLiteralExpression(value))
    return spreadsOf(value).some(({ expression }) => isWhole(types.of(expression)));
  const type = types.of(value);
  const [element] = type && types.checker.isArrayType(type) ? types.checker.getTypeArguments(type as never) : [type];
  return /^(?:DeepPartial|QueryDeepPartialEntity)$/.test(element?.aliasSymbol?.name ?? "") || isWhole(element);
}

/** `T`, unless it is declared as a part of a row: `C extends DeepPartial<T>`. */
function isWhole(type: Type | undefined): boolean {
  const [declaration] = (type?.isTypeParameter() && type.getSymbol()?.declarations) || [];
  return declaration !== undefined && ts.isTypeParameterDeclaration(declaration)
    ? !/Partial/.test(declaration.constraint?.getText() ?? "")
    : false;
}

/** `const save = users.save.bind(users)`, `rows.map(users.create)` */
function isHandedOn(name: ts.Identifier, file: SourceFile, context: TransformContext): boolean {
  const access = name.parent;
  if (!ts.isPropertyAccessExpression(access) || access.name !== name) return false;
  if (ts.isCallExpression(access.parent) && access.parent.expression === access) return false;
  const owner = ormValueOf(access.expression, file, context);
  return owner?.kind === "repository" && concerns(owner.model, context);
}

/** Whether something other than a local variable keeps an instance: a member, a return value. */
function isKept({ parent }: ts.NewExpression): boolean {
  if (ts.isBinaryExpression(parent))
    return parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && !ts.isIdentifier(parent.left);
  return ts.isPropertyDeclaration(parent) || ts.isReturnStatement(parent) || ts.isArrowFunction(parent);
}
