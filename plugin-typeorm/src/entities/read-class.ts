import { nameOf, type Project, returnedBy, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";
import type {
  CheckMark,
  ClassDeclaration,
  ColumnMember,
  EntityMark,
  IndexMark,
  JoinColumn,
  Mark,
  Member,
  PropertyNode,
  RelationMember,
} from "./model.js";
import { ormName } from "./orm-name.js";
import { flag, type Options, readOptions, resolveValue, stringOf } from "./value.js";

/** A decorator of TypeORM, under TypeORM's name. */
interface OrmDecorator {
  readonly name: string;
  readonly node: ts.Decorator;
  readonly call: ts.CallExpression;
}

const columns = new Set([
  "Column",
  "PrimaryColumn",
  "PrimaryGeneratedColumn",
  "CreateDateColumn",
  "UpdateDateColumn",
  "DeleteDateColumn",
  "VersionColumn",
  "TreeLevelColumn",
]);
const relations: Readonly<Record<string, RelationMember["relation"]>> = {
  ManyToOne: "many-to-one",
  OneToOne: "one-to-one",
  OneToMany: "one-to-many",
  ManyToMany: "many-to-many",
  TreeParent: "many-to-one",
  TreeChildren: "one-to-many",
};

/** Whether a TypeORM decorator declares a stored property or a relation. */
export function isMemberDecorator(name: string): boolean {
  return columns.has(name) || Object.hasOwn(relations, name);
}

/** Reads a class by its decorators: its stored properties, and whether it is a table. Does not follow bases. */
export function readClass(node: ts.ClassDeclaration, file: SourceFile, project: Project): ClassDeclaration {
  // Most classes of a large project are never read in detail.
  let decorators: readonly OrmDecorator[] | undefined;
  const own = () => {
    decorators ??= ormDecorators(node, file, project);
    return decorators;
  };
  let entity: { readonly mark: EntityMark | undefined } | undefined;
  let members: readonly Member[] | undefined;
  return {
    kind: "class",
    name: node.name?.text ?? "default",
    file,
    node,
    get entity() {
      entity ??= { mark: entityMark(own(), file, project) };
      return entity.mark;
    },
    get members() {
      members ??= propertiesOf(node).flatMap((property) => readProperty(property, file, project) ?? []);
      return members;
    },
    get indexes() {
      return own().flatMap((decorator) => readIndex(decorator, file, project));
    },
    get checks() {
      return own().flatMap((decorator) => readCheck(decorator, file, project));
    },
  };
}

/** The decorators of TypeORM on a class or a property, in the order of the text. */
export function ormDecorators(node: ts.Node, file: SourceFile, project: Project): readonly OrmDecorator[] {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.flatMap((decorator): OrmDecorator[] => {
    const call = unwrap(decorator.expression);
    if (!ts.isCallExpression(call)) return [];
    const name = ormName(call.expression, file, project);
    return name === undefined ? [] : [{ name, node: decorator, call }];
  });
}

function entityMark(decorators: readonly OrmDecorator[], file: SourceFile, project: Project): EntityMark | undefined {
  const isInherited = decorators.some(({ name }) => name === "TableInheritance");
  if (decorators.some(({ name }) => name === "ChildEntity"))
    return { kind: "child", table: undefined, schema: undefined, isInherited };
  const entity = decorators.find(({ name }) => name === "Entity");
  if (entity === undefined) return undefined;
  const [first, second] = entity.call.arguments;
  const given = stringOf(first, file, project);
  const options = readOptions(given === undefined ? first : second, file, project);
  const text = (name: string) => {
    const value = options.get(name);
    return value && stringOf(value.node, value.file, project);
  };
  return { kind: "table", table: given ?? text("name"), schema: text("schema"), isInherited };
}

/** Without decorators of constructor parameters: TypeORM's do not apply to parameters, in types and at run time. */
function propertiesOf(node: ts.ClassDeclaration): readonly PropertyNode[] {
  return node.members.filter((member) => ts.isPropertyDeclaration(member) || ts.isAccessor(member));
}

function readProperty(node: PropertyNode, file: SourceFile, project: Project): Member | undefined {
  const name = nameOf(node.name);
  const decorators = ormDecorators(node, file, project);
  if (name === undefined || decorators.length === 0) return undefined;
  const at = { name, node, file };
  const find = (...names: readonly string[]) => decorators.find((each) => names.includes(each.name));
  const relation = find(...Object.keys(relations));
  if (relation !== undefined) return readRelation(relation, find("JoinColumn"), at, project);
  const relationId = find("RelationId");
  if (relationId !== undefined)
    return { ...at, kind: "relation-id", relation: propertyNamed(relationId.call.arguments[0], file, project) };
  const column = find(...columns);
  if (column === undefined) return undefined;
  const [first, second] = column.call.arguments;
  if (column.name === "Column" && first !== undefined && isFunction(first)) {
    const [target] = returnedBy(first);
    const mark: Mark = { decorator: column.name, call: column.call, options: second };
    return { ...at, kind: "embedded", mark, target: target && { node: unwrap(target), file } };
  }
  const isUnique = decorators.some((each) => isUniqueMark(each, file, project));
  return { ...at, ...readColumn(column, file, project), isUnique, isGenerated: find("Generated") !== undefined };
}

function readColumn(
  { name: decorator, call }: OrmDecorator,
  file: SourceFile,
  project: Project,
): Pick<ColumnMember, "kind" | "mark" | "typeArgument"> {
  const [first, second] = call.arguments;
  // The first argument of `@PrimaryGeneratedColumn` may be a strategy.
  const hasFirst = ["Column", "PrimaryColumn", "PrimaryGeneratedColumn"].includes(decorator);
  const hasText = hasFirst && first !== undefined && (second !== undefined || isText(first, file, project));
  return {
    kind: "column",
    mark: { decorator, call, options: hasText ? second : first },
    typeArgument: hasText && decorator !== "PrimaryGeneratedColumn" ? first : undefined,
  };
}

function readRelation(
  { name: decorator, call }: OrmDecorator,
  join: OrmDecorator | undefined,
  at: Pick<Member, "name" | "node" | "file">,
  project: Project,
): RelationMember {
  const { file } = at;
  const isTree = decorator.startsWith("Tree");
  const [first, second, third] = call.arguments;
  const isInverse = second !== undefined && (isFunction(second) || isText(second, file, project));
  const options = isTree ? first : isInverse ? third : (third ?? second);
  const target = first === undefined ? undefined : isFunction(first) ? returnedBy(first)[0] : first;
  const relation = relations[decorator] ?? "many-to-one";
  return {
    ...at,
    kind: "relation",
    mark: { decorator, call, options },
    relation,
    target: isTree ? "self" : target && { node: unwrap(target), file },
    inverse: isInverse ? propertyNamed(second, file, project) : undefined,
    isOwner: relation === "many-to-one" || (relation === "one-to-one" && join !== undefined),
    joinColumns: readJoinColumns(join?.call.arguments[0], file, project),
  };
}

/** The columns of `@JoinColumn` and a schema's `joinColumn`: one, or a list. */
export function readJoinColumns(
  node: ts.Expression | undefined,
  file: SourceFile,
  project: Project,
): readonly JoinColumn[] {
  if (node === undefined) return [];
  const value = resolveValue(node, file, project);
  const items = ts.isArrayLiteralExpression(value.node) ? value.node.elements : [value.node];
  return items.map((item) => {
    const options = readOptions(item, value.file, project);
    const text = (name: string) => {
      const found = options.get(name);
      return found && stringOf(found.node, found.file, project);
    };
    return { name: text("name"), referenced: text("referencedColumnName") };
  });
}

function readIndex({ name, node, call }: OrmDecorator, file: SourceFile, project: Project): readonly IndexMark[] {
  if (name !== "Index" && name !== "Unique") return [];
  const fields = call.arguments.find(
    (argument) => ts.isArrayLiteralExpression(unwrap(argument)) || isFunction(argument),
  );
  if (fields === undefined) return [];
  const isUnique = name === "Unique" || hasUniqueOption(call, file, project);
  const isPartial = optionsOf(call, file, project).get("where") !== undefined;
  return [{ node, file, properties: propertiesIn(fields, file, project), isUnique, isPartial }];
}

/** The expression comes last, after an optional name. */
function readCheck({ name, node, call }: OrmDecorator, file: SourceFile, project: Project): readonly CheckMark[] {
  if (name !== "Check" && name !== "Exclusion") return [];
  const expression = call.arguments
    .map((argument) => stringOf(argument, file, project))
    .findLast((text) => text !== undefined);
  return expression === undefined ? [] : [{ node, file, expression }];
}

function optionsOf(call: ts.CallExpression, file: SourceFile, project: Project): Options {
  const last = call.arguments.at(-1);
  return readOptions(last !== undefined && isObject(last, file, project) ? last : undefined, file, project);
}

function isObject(node: ts.Expression, file: SourceFile, project: Project): boolean {
  return ts.isObjectLiteralExpression(resolveValue(node, file, project).node);
}

function isUniqueMark({ name, call }: OrmDecorator, file: SourceFile, project: Project): boolean {
  if (name === "Unique") return true;
  return name === "Index" && hasUniqueOption(call, file, project) && !optionsOf(call, file, project).get("where");
}

function hasUniqueOption(call: ts.CallExpression, file: SourceFile, project: Project): boolean {
  return flag(optionsOf(call, file, project), "unique") === true;
}

/** `["a", "b.c"]`, `(user) => [user.a, user.b.c]` and `(user) => ({ a: 1 })`. */
function propertiesIn(node: ts.Expression, file: SourceFile, project: Project): readonly string[] {
  const list = isFunction(node) ? returnedBy(node)[0] : node;
  const inner = list && unwrap(list);
  if (inner === undefined) return [];
  if (ts.isObjectLiteralExpression(inner)) return inner.properties.flatMap((property) => nameOf(property.name) ?? []);
  if (!ts.isArrayLiteralExpression(inner)) return [];
  return inner.elements.flatMap((element) => stringOf(element, file, project) ?? accessPath(element) ?? []);
}

/** `(team) => team.users` and `"users"`. */
function propertyNamed(node: ts.Expression | undefined, file: SourceFile, project: Project): string | undefined {
  if (node === undefined) return undefined;
  if (!isFunction(node)) return stringOf(node, file, project);
  const [returned] = returnedBy(node);
  return returned && accessPath(returned);
}

/** `b.c` of `user.b.c`. */
function accessPath(node: ts.Expression): string | undefined {
  const inner = unwrap(node);
  if (ts.isPropertyAccessExpression(inner)) {
    const before = accessPath(inner.expression);
    return before === undefined ? inner.name.text : `${before}.${inner.name.text}`;
  }
  if (ts.isElementAccessExpression(inner) && ts.isStringLiteralLike(inner.argumentExpression))
    return inner.argumentExpression.text;
  return undefined;
}

function isFunction(node: ts.Expression): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

function isText(node: ts.Expression, file: SourceFile, project: Project): boolean {
  return stringOf(node, file, project) !== undefined;
}
