import type { Conversion } from "@lockstep/core";
import { lineAt, nameOf, pathOf, returnedBy, type SourceFile, ts, unwrap } from "@lockstep/core/codemods";
import type { Entities } from "../entities.js";
import type { ClassDeclaration, Declaration } from "../model.js";
import { ormDecorators } from "../read-class.js";

/** What changes a value between code and database: these hooks of an entity, and the subscriber's methods of these names. */
const hooks = /^(?:BeforeInsert|BeforeUpdate|AfterLoad)$/;
const subscribed = /^(?:beforeInsert|beforeUpdate|afterLoad)$/;

/**
 * The fields whose values hooks of an entity and subscribers change, by their paths. Without values that they only set where code set
 * none.
 */
export function hookedFields(entity: Declaration, entities: Entities): ReadonlyMap<string, Conversion> {
  const found = new Map<string, Conversion>();
  const classes = entity.kind === "class" ? [entity, ...entities.basesOf(entity)] : [];
  const methods = classes.flatMap((owner) => methodsOf(owner).map((node) => ({ node, file: owner.file })));
  const isHook = ({ node, file }: Method) =>
    ormDecorators(node, file, entities.project).some(({ name }) => hooks.test(name));
  for (const method of calledFrom(methods.filter(isHook), methods))
    add(method, (node) => node.kind === ts.SyntaxKind.ThisKeyword, found);
  for (const subscriber of entities.declarations) {
    if (subscriber.kind !== "class" || !isSubscriberOf(subscriber, classes, entities)) continue;
    for (const node of methodsOf(subscriber)) {
      const name = nameOf(node.name) ?? "";
      if (!subscribed.test(name)) continue;
      const roots = new Set(["entity", ...(name === "afterLoad" ? namesOf(node) : [])]);
      add({ node, file: subscriber.file }, (each) => isEntity(each, roots), found);
    }
  }
  return found;
}

interface Method {
  readonly node: ts.MethodDeclaration;
  readonly file: SourceFile;
}

function methodsOf({ node }: ClassDeclaration): readonly ts.MethodDeclaration[] {
  return node.members.filter(ts.isMethodDeclaration);
}

/** Methods with those that they call: `this.hashPassword()`. */
function calledFrom(first: readonly Method[], all: readonly Method[]): ReadonlySet<Method> {
  const reached = new Set(first);
  for (const { node, file } of reached) {
    const called = new Set([...node.getText(file.ast).matchAll(/\bthis\.(\w+)\(/g)].map(([, name = ""]) => name));
    for (const each of all) if (called.has(nameOf(each.node.name) ?? "")) reached.add(each);
  }
  return reached;
}

/** A subscriber of these classes, or of every entity. */
function isSubscriberOf(
  { node, file }: ClassDeclaration,
  classes: readonly Declaration[],
  entities: Entities,
): boolean {
  if (!ormDecorators(node, file, entities.project).some(({ name }) => name === "EventSubscriber")) return false;
  const listenTo = node.members.find((each) => ts.isMethodDeclaration(each) && nameOf(each.name) === "listenTo");
  const [target] = listenTo !== undefined && ts.isMethodDeclaration(listenTo) ? returnedBy(listenTo) : [];
  const listened = target && entities.resolve({ node: unwrap(target), file });
  return listened === undefined || classes.includes(listened);
}

/** `event.entity`, a name for it, or the parameter of `afterLoad`. */
function isEntity(node: ts.Expression, names: ReadonlySet<string>): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === "entity";
  return ts.isIdentifier(node) && names.has(node.text);
}

function namesOf({ parameters: [first] }: ts.MethodDeclaration): readonly string[] {
  return first !== undefined && ts.isIdentifier(first.name) ? [first.name.text] : [];
}

function add({ node: method, file }: Method, isRoot: (node: ts.Expression) => boolean, to: Map<string, Conversion>) {
  const visit = (node: ts.Node): void => {
    const paths = changedBy(node, isRoot);
    const by = `${nameOf(method.name)}() at ${file.file}:${lineAt(file.text, node.getStart(file.ast))}`;
    for (const path of paths) to.set(path, { by });
    ts.forEachChild(node, visit);
  };
  visit(method);
}

/** `password` of `this.password = hash(this.password)` and of `Object.assign(this, { password })`. */
function changedBy(node: ts.Node, isRoot: (node: ts.Expression) => boolean): readonly string[] {
  if (ts.isCallExpression(node) && pathOf(node.expression).join(".") === "Object.assign") {
    const [target, ...values] = node.arguments.map(unwrap);
    if (target === undefined || !isRoot(target)) return [];
    const literals = values.filter(ts.isObjectLiteralExpression);
    return literals.flatMap(({ properties }) => properties.flatMap(({ name }) => nameOf(name) ?? []));
  }
  if (!ts.isBinaryExpression(node) || !isAssignment(node)) return [];
  const path = pathFrom(unwrap(node.left), isRoot);
  return path === undefined || isDefault(node) ? [] : [path];
}

/** Without `??=` and `||=`, which keep a given value. */
function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  const { FirstAssignment, LastAssignment, QuestionQuestionEqualsToken, BarBarEqualsToken } = ts.SyntaxKind;
  const isOne = kind >= FirstAssignment && kind <= LastAssignment;
  return isOne && kind !== QuestionQuestionEqualsToken && kind !== BarBarEqualsToken;
}

/** `address.city` of `this.address.city`. */
function pathFrom(node: ts.Expression, isRoot: (node: ts.Expression) => boolean): string | undefined {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const owner = unwrap(node.expression);
  if (isRoot(owner)) return node.name.text;
  const path = pathFrom(owner, isRoot);
  return path && `${path}.${node.name.text}`;
}

/** `this.handle = this.handle ?? …` and `if (!this.handle) this.handle = …`: a given value stays. */
function isDefault({ left, right, parent }: ts.BinaryExpression): boolean {
  const own = left.getText();
  const value = unwrap(right);
  if (ts.isBinaryExpression(value) && /^(?:\?\?|\|\|)$/.test(value.operatorToken.getText()))
    return value.left.getText() === own;
  const around = ts.findAncestor(parent, ts.isIfStatement);
  const condition = around?.expression.getText() ?? "";
  return condition === `!${own}` || [`${own} == null`, `${own} === undefined`, `${own} === null`].includes(condition);
}
