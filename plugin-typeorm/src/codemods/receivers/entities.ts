import type { EntityModel } from "@lockstep/core";
import {
  type Declaration,
  declarationFrom,
  declarationOf,
  lookUp,
  lookUpExport,
  nameOf,
  pathOf,
  type Resolved,
  type SourceFile,
  type Space,
  type TransformContext,
  type Type,
  type Types,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { type LookupContext, once } from "./lookup-context.js";
import { isOwnPath, isTypeorm } from "./modules.js";

/** The entity that a class declares, or whose rows an interface describes. By its decorator or EntitySchema, never only by its name. */
export function entityOfDeclaration(node: ts.Node, file: SourceFile, where: LookupContext): EntityModel | undefined {
  const described = schemas(where).byRow.get(node);
  if (described !== undefined || !ts.isClassDeclaration(node)) return described;
  const decorator = entityDecorator(node, file, where);
  if (decorator === undefined) return undefined;
  const model = where.models.find((each) => each.name === node.name?.text);
  // Another module may have an entity of this name. Only the table in both declarations distinguishes them.
  const table = model && tableNamed(decorator);
  return table !== undefined && !model?.table.name.endsWith(table) ? undefined : model;
}

/** Whether a declaration is one of an entity, of whatever table. */
export function isEntity(node: ts.Node, file: SourceFile, where: LookupContext): boolean {
  if (schemas(where).byRow.has(node)) return true;
  return ts.isClassDeclaration(node) && entityDecorator(node, file, where) !== undefined;
}

/** The entity that an argument names: `User`, `entities.User`, `"User"`, `UserSchema`; a parameter by its type, `typeof User`. */
export function entityOfValue(value: ts.Expression, file: SourceFile, where: LookupContext): EntityModel | undefined {
  const inner = unwrap(value);
  return entityNamed(inner, file, where) ?? entityMade(inner, where);
}

/** The entity that `new` on a value would create. */
function entityMade(value: ts.Expression, where: LookupContext): EntityModel | undefined {
  const { types } = where.project;
  const declaration = ts.isIdentifier(value) ? declarationOf(value) : undefined;
  const isName = declaration && (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration));
  const isGiven = isName || (declaration && ts.isBindingElement(declaration)) || ts.isPropertyAccessExpression(value);
  // Classes and imports are resolved by name: the compiler is not queried for each `new`.
  const type = isGiven ? types?.of(value) : undefined;
  for (const each of type?.isUnion() ? type.types : type ? [type] : []) {
    for (const signature of each.getConstructSignatures()) {
      const model = types && modelOfRows(signature.getReturnType(), types, where);
      if (model !== undefined) return model;
    }
  }
  return undefined;
}

/** The model whose rows are instances of a type. */
export function modelOfRows(type: Type, types: Types, where: LookupContext): EntityModel | undefined {
  for (const declaration of constraintOf(type, types).getSymbol()?.declarations ?? []) {
    const file = types.fileOf(declaration);
    const model = file && entityOfDeclaration(declaration, file, where);
    if (model !== undefined) return model;
  }
  return undefined;
}

/** The constraint of a type parameter. */
export function constraintOf(type: Type, types: Types): Type {
  return type.isTypeParameter() ? (types.checker.getBaseConstraintOfType(type) ?? type) : type;
}

function entityNamed(inner: ts.Expression, file: SourceFile, where: LookupContext): EntityModel | undefined {
  if (ts.isStringLiteralLike(inner)) {
    return where.models.find(({ name, table }) => name === inner.text || table.name === inner.text);
  }
  if (ts.isPropertyAccessExpression(inner) && ts.isIdentifier(inner.expression)) {
    const named = inner.name.text === "name" ? entityOfValue(inner.expression, file, where) : undefined;
    if (named !== undefined) return named;
    const module = moduleOf(declarationOf(inner.expression));
    return module === undefined ? undefined : ofModule(module, inner.name.text, file, "value", where);
  }
  if (inner.kind === ts.SyntaxKind.ThisKeyword) {
    const owner = staticClassOf(inner);
    return owner && entityOfDeclaration(owner, file, where);
  }
  if (!ts.isIdentifier(inner)) return undefined;
  const declaration = declarationOf(inner);
  if (declaration === undefined) return undefined;
  if (ts.isClassDeclaration(declaration)) return entityOfDeclaration(declaration, file, where);
  if (ts.isVariableDeclaration(declaration)) return ofVariable(declaration, file, where);
  if (ts.isParameter(declaration)) return declaration.type && entityBehind(declaration.type, file, where);
  if (ts.isBindingElement(declaration)) {
    const name = nameOf((declaration.propertyName ?? declaration.name) as ts.PropertyName);
    const module = moduleOf(declaration);
    return name && module ? ofModule(module, name, file, "value", where) : undefined;
  }
  const isImported = ts.isImportSpecifier(declaration) || ts.isImportClause(declaration);
  return isImported ? ofResolved(lookUp(where.project, file, inner.text, "value"), inner.text, where) : undefined;
}

/** The entity of `typeof User`, `new () => User` and `EntityTarget<User>`. */
function entityBehind(type: ts.TypeNode, file: SourceFile, where: LookupContext): EntityModel | undefined {
  if (ts.isTypeQueryNode(type))
    return ts.isIdentifier(type.exprName) ? entityOfTypeName(type.exprName, file, where) : undefined;
  const isTarget =
    ts.isTypeReferenceNode(type) && /^(?:EntityTarget|ObjectType|Type|\w*Constructor)$/.test(type.typeName.getText());
  const made = ts.isConstructorTypeNode(type) ? type.type : isTarget ? type.typeArguments?.[0] : undefined;
  return made && ts.isTypeReferenceNode(made) ? entityOfTypeName(made.typeName, file, where) : undefined;
}

/** The class of `this` in its static members: `new this({ … })`. */
function staticClassOf(node: ts.Node): ts.ClassDeclaration | undefined {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isClassElement(at)) {
      const modifiers = ts.canHaveModifiers(at) ? ts.getModifiers(at) : undefined;
      const isStatic = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
      return isStatic && ts.isClassDeclaration(at.parent) ? at.parent : undefined;
    }
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at)) return undefined;
  }
  return undefined;
}

/** The entity that a type names. */
export function entityOfTypeName(name: ts.EntityName, file: SourceFile, where: LookupContext): EntityModel | undefined {
  if (ts.isQualifiedName(name)) {
    if (!ts.isIdentifier(name.left)) return undefined;
    const module = moduleOf(declarationFrom(file.ast, name.left.text));
    return module === undefined ? undefined : ofModule(module, name.right.text, file, "type", where);
  }
  return ofResolved(lookUp(where.project, file, name.text, "type"), name.text, where);
}

/** Whether rows of an entity have the field: those of a child entity are in the same table. */
export function concerns(model: EntityModel, context: TransformContext): boolean {
  if (model === context.model) return true;
  const isSameTable =
    model.table.name === context.model.table.name && model.table.schema === context.model.table.schema;
  return isSameTable && model.fields.some((field) => field.name === context.field.name);
}

/** The class that declares an entity, if it is in view. */
export function classOf(
  model: EntityModel,
  where: LookupContext,
): { readonly node: ts.ClassDeclaration; readonly file: SourceFile } | undefined {
  const classes = once(where, classOf, undefined, () => {
    const found = new Map<EntityModel, { node: ts.ClassDeclaration; file: SourceFile }>();
    for (const file of where.project.files) {
      for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration)) {
        const entity = entityOfDeclaration(node, file, where);
        if (entity !== undefined && !found.has(entity)) found.set(entity, { node, file });
      }
    }
    return found;
  });
  return classes.get(model);
}

function ofResolved(found: Resolved | undefined, name: string, where: LookupContext): EntityModel | undefined {
  if (found === undefined) return undefined;
  if (found.kind === "declaration") {
    return ts.isVariableDeclaration(found.node)
      ? ofVariable(found.node, found.file, where)
      : entityOfDeclaration(found.node, found.file, where);
  }
  if (!mayHoldEntities(found.specifier)) return undefined;
  const imported = found.name === "default" ? name : found.name;
  return where.models.find((each) => each.name === imported);
}

/** `const UserSchema = new EntitySchema<User>({ … })`, `const Target = User` */
function ofVariable(node: ts.VariableDeclaration, file: SourceFile, where: LookupContext): EntityModel | undefined {
  const schema = schemas(where).byVariable.get(node);
  if (schema !== undefined || node.initializer === undefined) return schema;
  const value = unwrap(node.initializer);
  return ts.isIdentifier(value) && value.text !== nameOf(node.name) ? entityOfValue(value, file, where) : undefined;
}

/** The specifier behind `import * as entities`, `const entities = require("…")` and `const { User } = require("…")`. */
export function moduleOf(declaration: Declaration | undefined): string | undefined {
  if (declaration === undefined) return undefined;
  if (ts.isNamespaceImport(declaration)) {
    const { moduleSpecifier } = declaration.parent.parent as ts.ImportDeclaration;
    return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
  }
  const owner = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  if (!ts.isVariableDeclaration(owner) || owner.initializer === undefined) return undefined;
  const call = unwrap(owner.initializer);
  if (!ts.isCallExpression(call) || pathOf(call.expression).join(".") !== "require") return undefined;
  const [specifier] = call.arguments;
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

function ofModule(
  specifier: string,
  name: string,
  from: SourceFile,
  space: Space,
  where: LookupContext,
): EntityModel | undefined {
  const file = where.project.resolve(from, specifier);
  if (file !== undefined) return ofResolved(lookUpExport(where.project, file, name, space), name, where);
  return mayHoldEntities(specifier) ? where.models.find((each) => each.name === name) : undefined;
}

/** Whether a module that is no candidate can belong to the app or to a package of the same repository. */
function mayHoldEntities(specifier: string): boolean {
  return (
    isOwnPath(specifier) ||
    /(?:^|[/@.-])(?:entit(?:y|ies)|models?|domain|database|db|persistence|typeorm)(?:[/.-]|$)/i.test(specifier)
  );
}

/** `@Entity()` and similar, unless they are those of another ORM. */
function entityDecorator(node: ts.ClassDeclaration, file: SourceFile, where: LookupContext): ts.Decorator | undefined {
  return ts.getDecorators(node)?.find(({ expression }) => {
    const callee = ts.isCallExpression(expression) ? expression.expression : expression;
    const path = pathOf(callee);
    const found = lookUp(where.project, file, path[0] ?? "", "value");
    // The name in TypeORM, whatever its local name is.
    const name = found?.kind === "external" && path.length === 1 ? found.name : path.at(-1);
    if (!/^(?:Entity|ChildEntity|ViewEntity)$/.test(name ?? "")) return false;
    return found?.kind !== "external" || isTypeorm(found.specifier) || isOwnPath(found.specifier);
  });
}

/** `users` of `@Entity("users")` and `@Entity({ name: "users" })`. */
function tableNamed({ expression }: ts.Decorator): string | undefined {
  if (!ts.isCallExpression(expression)) return undefined;
  for (const argument of expression.arguments) {
    const name = ts.isObjectLiteralExpression(argument) ? valueAt(argument, "name") : argument;
    if (name !== undefined && ts.isStringLiteralLike(name)) return name.text;
  }
  return undefined;
}

interface Schemas {
  readonly byVariable: ReadonlyMap<ts.Node, EntityModel>;
  /** The classes and interfaces of their rows. */
  readonly byRow: ReadonlyMap<ts.Node, EntityModel>;
}

/** Entities that are declared by `new EntitySchema<User>({ name: "User", target: User, … })`. */
function schemas(where: LookupContext): Schemas {
  return once(where, schemas, undefined, () => {
    const byVariable = new Map<ts.Node, EntityModel>();
    const byRow = new Map<ts.Node, EntityModel>();
    for (const file of where.project.files) {
      for (const made of file.nodes(ts.SyntaxKind.NewExpression)) {
        if (pathOf(made.expression).at(-1) !== "EntitySchema") continue;
        const [options] = made.arguments ?? [];
        const literal = options && ts.isObjectLiteralExpression(options) ? options : undefined;
        const target = literal && valueAt(literal, "target");
        const name = literal && valueAt(literal, "name");
        const [type] = made.typeArguments ?? [];
        const row = type && ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? type.typeName.text : "";
        const names = [
          target !== undefined && ts.isIdentifier(target) ? target.text : "",
          row,
          name !== undefined && ts.isStringLiteralLike(name) ? name.text : "",
        ];
        const model = where.models.find((each) => names.includes(each.name));
        if (model === undefined) continue;
        if (ts.isVariableDeclaration(made.parent)) byVariable.set(made.parent, model);
        const found = lookUp(where.project, file, row || (names[0] ?? ""), "type");
        if (found?.kind === "declaration") byRow.set(found.node, model);
      }
    }
    return { byVariable, byRow };
  });
}
