import { posix } from "node:path";
import { nameOf, pathOf, ts, unwrap } from "@lockstep/core/typescript";
import { type Files, force, isAssignment, Scope } from "./scope.js";
import {
  type ClassValue,
  data,
  type FunctionValue,
  type Host,
  is,
  isPrimitive,
  type List,
  list,
  operate,
  type Rec,
  rec,
  textOf,
  truth,
  type Unknown,
  unknown,
  type Value,
} from "./values.js";

/** How a statement ends other than normally. */
export type Completion =
  | { readonly kind: "return"; readonly value: Value }
  | { readonly kind: "break" | "continue" | "throw" }
  | undefined;

/** The root of the repository, the prefix of the value of `__dirname`. */
export const top = "/@repository";

/** Code that does not end. */
export class TooMuch extends Error {}

/** Evaluates expressions and reads the functions that they call. */
export abstract class Expressions {
  /** Reads without reporting, to find what a loop assigns. */
  isSilent = false;
  /** In a `catch`: it runs after a failure. */
  isInCatch = false;
  private steps = 0;
  /** Each makes the value of an assignment unknown. */
  private readonly changes: (() => void)[] = [];
  protected loops = 0;
  protected mayReturn = false;

  constructor(protected readonly files: Files) {}

  // The query runner; see query-runner.ts.
  protected abstract hostProperty(host: Host, name: string): Value;
  protected abstract hostCall(host: Host, method: string, args: readonly Value[], node: ts.Node): Value;
  /** Whether a name is that of the project's database. Undefined: possibly. */
  protected abstract isDialect(name: string): boolean | undefined;
  /** Records code that can run unknown SQL. */
  abstract unread(what: string, node: ts.Node): void;

  // Calls; see calls.ts.
  abstract call(called: FunctionValue, args: readonly Value[], at: ts.Node): Value;
  protected abstract callExpression(node: ts.CallExpression, scope: Scope): Value;
  protected abstract callValue(value: Value, args: readonly Value[], node: ts.Node): Value;
  protected abstract construct(node: ts.NewExpression, scope: Scope): Value;
  protected abstract settle(value: Value): Value;

  protected step(): void {
    this.steps += 1;
    if (this.steps > 300_000) throw new TooMuch();
  }

  /** Continues after it was stopped. */
  reset(): void {
    Object.assign(this, { isSilent: false, isInCatch: false, anchor: undefined, depth: 0, loops: 0, mayReturn: false });
  }

  // Code that may run, or any number of times: each branch is read as if it ran, and the variables it assigns are unknown afterwards.

  protected branches(runs: readonly (() => Completion)[]): Completion {
    const ends = runs.map((run) => {
      const from = this.changes.length;
      const ended = run();
      for (const blur of this.changes.slice(from)) blur();
      return ended;
    });
    if (ends.some((end) => end?.kind === "return")) this.mayReturn = true;
    if (ends.some((end) => end === undefined || end.kind === "break" || end.kind === "continue")) return undefined;
    return ends.some((end) => end?.kind === "return") ? { kind: "return", value: unknown } : { kind: "throw" };
  }

  protected repeatedly(run: () => Completion): void {
    const wasSilent = this.isSilent;
    this.loops += 1;
    this.isSilent = true;
    this.branches([run]);
    this.isSilent = wasSilent;
    if (!wasSilent) this.branches([run]);
    this.loops -= 1;
  }

  private change(apply: (value: Value) => void, value: Value): void {
    this.changes.push(() => apply(unknown));
    apply(value);
  }

  /** Once for each known item, once for the others. */
  protected each(over: Value, once: (item: Value, at: number) => Completion): Completion {
    const items = is(over, "list") ? [...over.items] : [];
    for (const [at, item] of items.entries()) {
      const ended = once(item, at);
      if (ended?.kind === "break") return undefined;
      if (ended !== undefined && ended.kind !== "continue") return ended;
    }
    if (!is(over, "list") || over.isOpen)
      this.repeatedly(() => once(is(over, "unknown") && over.isData ? data : unknown, items.length));
    return undefined;
  }

  evaluate(expression: ts.Expression, scope: Scope): Value {
    this.step();
    const node = unwrap(expression);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isTemplateExpression(node)) return this.template(node, scope);
    if (ts.isIdentifier(node)) return this.identifier(node.text, scope);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const receiver = this.evaluate(node.expression, scope);
      const name = this.nameIn(node, scope);
      return name === undefined ? unknown : this.property(receiver, name);
    }
    if (ts.isCallExpression(node)) return this.callExpression(node, scope);
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node) || ts.isVoidExpression(node)) {
      const value = node.expression && this.settle(this.evaluate(node.expression, scope));
      return ts.isVoidExpression(node) ? undefined : value;
    }
    if (ts.isBinaryExpression(node)) return this.binary(node, scope);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return functionOf(node, scope);
    if (ts.isArrayLiteralExpression(node)) return this.elements(node.elements, scope);
    if (ts.isObjectLiteralExpression(node)) return this.object(node, scope);
    if (ts.isNewExpression(node)) return this.construct(node, scope);
    if (ts.isConditionalExpression(node)) {
      const condition = truth(this.evaluate(node.condition, scope));
      if (condition !== undefined) return this.evaluate(condition ? node.whenTrue : node.whenFalse, scope);
      const values: Value[] = [];
      const read = (each: ts.Expression) => () => void values.push(this.settle(this.evaluate(each, scope)));
      this.branches([read(node.whenTrue), read(node.whenFalse)]);
      return values[0] === values[1] ? values[0] : opaque(node);
    }
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isPrefixUnaryExpression(node)) return this.unary(node, scope);
    // `n++`, `delete options.a`
    if (ts.isPostfixUnaryExpression(node)) return this.assign(node.operand, unknown, scope);
    if (ts.isDeleteExpression(node)) return this.assign(node.expression, unknown, scope);
    if (ts.isTaggedTemplateExpression(node)) return this.callValue(this.evaluate(node.tag, scope), [unknown], node);
    if (ts.isClassExpression(node)) return { kind: "class", node, scope };
    switch (node.kind) {
      case ts.SyntaxKind.TrueKeyword:
        return true;
      case ts.SyntaxKind.FalseKeyword:
        return false;
      case ts.SyntaxKind.NullKeyword:
        return null;
      case ts.SyntaxKind.ThisKeyword:
        return scope.self;
      default:
        return unknown;
    }
  }

  protected identifier(name: string, scope: Scope): Value {
    const binding = scope.find(name);
    if (binding !== undefined) return force(binding, unknown);
    if (name === "undefined") return undefined;
    if (name === "__dirname") return posix.join(top, posix.dirname(scope.module.file));
    return { kind: "external", name };
  }

  private template(node: ts.TemplateExpression, scope: Scope): Value {
    let text: string | undefined = node.head.text;
    for (const { expression, literal } of node.templateSpans) {
      const part = textOf(this.evaluate(expression, scope));
      text = text === undefined || part === undefined ? undefined : text + part + literal.text;
    }
    return text ?? opaque(node);
  }

  protected nameIn(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, scope: Scope): string | undefined {
    if (ts.isPropertyAccessExpression(node)) return node.name.text;
    const name = this.evaluate(node.argumentExpression, scope);
    return isPrimitive(name) ? String(name) : undefined;
  }

  /** Items of a list, arguments of a call. */
  private elements(nodes: readonly ts.Expression[], scope: Scope): List {
    const made = list([]);
    for (const node of nodes)
      if (ts.isSpreadElement(node)) {
        const spread = this.evaluate(node.expression, scope);
        if (is(spread, "list")) made.items.push(...spread.items);
        if (!is(spread, "list") || spread.isOpen) made.isOpen = true;
      } else made.items.push(this.evaluate(node, scope));
    return made;
  }

  protected argumentsOf(nodes: readonly ts.Expression[], scope: Scope): Value[] {
    const { items, isOpen } = this.elements(nodes, scope);
    return isOpen ? [...items, unknown] : items;
  }

  private object(node: ts.ObjectLiteralExpression, scope: Scope): Value {
    const made = rec();
    for (const each of node.properties) {
      if (ts.isSpreadAssignment(each)) {
        const spread = this.evaluate(each.expression, scope);
        if (is(spread, "rec")) for (const [name, value] of spread.fields) made.fields.set(name, value);
        // `...(isNew && { a })` can be `...false`.
        if (is(spread, "rec") ? spread.isOpen : !isPrimitive(spread)) made.isOpen = true;
        continue;
      }
      const name = nameOf(each.name);
      if (name === undefined) made.isOpen = true;
      else if (ts.isPropertyAssignment(each)) made.fields.set(name, this.evaluate(each.initializer, scope));
      else if (ts.isShorthandPropertyAssignment(each)) made.fields.set(name, this.identifier(name, scope));
      else made.fields.set(name, ts.isMethodDeclaration(each) ? functionOf(each, scope, made) : unknown);
    }
    return made;
  }

  private binary(node: ts.BinaryExpression, scope: Scope): Value {
    const { kind } = node.operatorToken;
    if (kind === ts.SyntaxKind.EqualsToken) {
      const value = this.evaluate(node.right, scope);
      this.assign(node.left, value, scope);
      return value;
    }
    const left = this.evaluate(node.left, scope);
    const operator = node.operatorToken.getText();
    let value: Value;
    const [, logical] = /^(&&|\|\||\?\?)=?$/.exec(operator) ?? [];
    if (logical !== undefined) {
      const isNull = is(left, "unknown") ? undefined : left === null || left === undefined;
      const holds = logical === "??" ? isNull : truth(left);
      const isRight = logical === "||" && holds !== undefined ? !holds : holds;
      if (isRight === undefined) {
        this.branches([() => void this.settle(this.evaluate(node.right, scope)), () => undefined]);
        value = opaque(node);
      } else value = isRight ? this.evaluate(node.right, scope) : left;
    } else {
      const right = this.evaluate(node.right, scope);
      value = operate(kind, left, right);
      if (is(value, "unknown") && /^[!=]==?$/.test(operator)) {
        const isSame = this.ofDialect(node.left, node.right, right) ?? this.ofDialect(node.right, node.left, left);
        return isSame === undefined ? value : isSame !== operator.startsWith("!");
      }
      if (is(value, "unknown") && kind === ts.SyntaxKind.PlusToken) value = opaque(node);
    }
    if (isAssignment(kind)) this.assign(node.left, value, scope);
    return value;
  }

  /** `type === DatabaseType.mysql`: a run-time value that is compared with the name of a database is the project's database. */
  protected ofDialect(asked: ts.Expression, node: ts.Expression, value: Value): boolean | undefined {
    if (!/type|dialect|driver|client|engine|vendor|db|database|connection/i.test(asked.getText())) return undefined;
    // `POSTGRES`, `BETTER_SQLITE3`, `better-sqlite3`, `auroraPostgres`.
    const word = (typeof value === "string" ? value : (pathOf(node).at(-1) ?? ""))
      .toLowerCase()
      .replace(/[^a-z\d]/g, "");
    const [, name] =
      /^(?:aurora|better)?(postgres(?:ql)?|pg|mysql2?|mariadb|sqlite3?|sqljs|mssql|oracle|cockroachdb|mongodb)$/.exec(
        word,
      ) ?? [];
    return name === undefined ? undefined : this.isDialect(name);
  }

  private unary({ operator, operand }: ts.PrefixUnaryExpression, scope: Scope): Value {
    const value = this.evaluate(operand, scope);
    const holds = truth(value);
    if (operator === ts.SyntaxKind.ExclamationToken) return holds === undefined ? unknown : !holds;
    if (operator === ts.SyntaxKind.MinusToken && typeof value === "number") return -value;
    return this.assign(operand, unknown, scope);
  }

  // Names, properties, classes.

  protected bind(name: ts.BindingName, value: Value, scope: Scope): void {
    if (ts.isIdentifier(name)) {
      scope.declare(name.text, value);
      return;
    }
    for (const [at, element] of name.elements.entries()) {
      if (ts.isOmittedExpression(element)) continue;
      const key = ts.isArrayBindingPattern(name) ? String(at) : nameOf(element.propertyName ?? element.name);
      const isOne = key !== undefined && element.dotDotDotToken === undefined;
      this.bind(element.name, this.orDefault(isOne ? this.property(value, key) : unknown, element, scope), scope);
    }
  }

  protected orDefault(value: Value, { initializer }: { initializer?: ts.Expression }, scope: Scope): Value {
    return value === undefined && initializer !== undefined ? this.evaluate(initializer, scope) : value;
  }

  /** @returns unknown */
  protected assign(target: ts.Expression, value: Value, scope: Scope): Value {
    const inner = unwrap(target);
    if (ts.isIdentifier(inner)) {
      const binding = scope.find(inner.text);
      if (binding !== undefined) this.change((each) => Object.assign(binding, { value: each, lazy: undefined }), value);
    } else if (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner)) {
      const receiver = this.evaluate(inner.expression, scope);
      const name = this.nameIn(inner, scope);
      if (is(receiver, "rec") && name !== undefined) this.change((each) => void receiver.fields.set(name, each), value);
      else spoil(receiver);
      // `[a, b] = …`, `({ a } = …)`.
    } else
      ts.forEachChild(
        inner,
        (each) =>
          void this.assign(ts.isPropertyAssignment(each) ? each.initializer : (each as ts.Expression), unknown, scope),
      );
    return unknown;
  }

  property(receiver: Value, name: string): Value {
    if (is(receiver, "rec")) {
      if (receiver.fields.has(name)) return receiver.fields.get(name);
      const member = receiver.of === undefined ? undefined : this.member(receiver.of, name, receiver);
      return member ?? (receiver.isOpen || receiver.of !== undefined ? unknown : undefined);
    }
    if (is(receiver, "list")) {
      const { items, isOpen } = receiver;
      if (name === "length") return isOpen ? unknown : items.length;
      return /^\d+$/.test(name) && !(isOpen && Number(name) >= items.length) ? items[Number(name)] : unknown;
    }
    if (is(receiver, "unknown") && receiver.isData) return data;
    if (is(receiver, "class")) return this.member(receiver, name, receiver) ?? unknown;
    if (is(receiver, "external")) {
      const { name: owner } = receiver;
      if (owner === "process" && name === "env") return data;
      return { kind: "external", name: `${owner}${owner.endsWith(":") ? "" : "."}${name}` };
    }
    return is(receiver, "host") ? this.hostProperty(receiver, name) : unknown;
  }

  /** A method of the instances of a class and of its base classes, or a static member of it if the class itself is `self`. */
  private member(of: ClassValue, name: string, self: Rec | ClassValue): Value {
    for (const member of of.node.members) {
      if (nameOf(member.name) !== name || isStatic(member) !== is(self, "class")) continue;
      if (ts.isMethodDeclaration(member) && member.body !== undefined) return functionOf(member, of.scope, self);
      if (ts.isPropertyDeclaration(member) && member.initializer !== undefined && is(self, "class"))
        return this.evaluate(member.initializer, new Scope(of.scope.module, of.scope, of));
    }
    const base = this.baseOf(of);
    return is(base, "class") ? this.member(base, name, is(self, "class") ? base : self) : undefined;
  }

  protected baseOf({ node, scope }: Pick<ClassValue, "node" | "scope">): Value {
    const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    return heritage === undefined ? undefined : this.evaluate(heritage.expression, scope);
  }

  /** `new X(…)` of a class of the repository, and `super(…)` in it. */
  instance(of: ClassValue, args: readonly Value[], at: ts.Node, self: Rec = rec([], of)): Rec {
    const { node, scope } = of;
    const maker = node.members.filter(ts.isConstructorDeclaration).find(({ body }) => body !== undefined);
    const base = this.baseOf(of);
    if (is(base, "class") && maker === undefined) this.instance(base, args, at, self);
    if (!is(base, "class") || maker === undefined) this.initialize(of, self);
    if (maker !== undefined) this.call(functionOf(maker, scope, self), args, at);
    return self;
  }

  protected initialize({ node, scope }: Pick<ClassValue, "node" | "scope">, self: Rec): void {
    const own = new Scope(scope.module, scope, self);
    for (const member of node.members)
      if (ts.isPropertyDeclaration(member) && !isStatic(member) && member.initializer !== undefined) {
        const name = nameOf(member.name);
        if (name !== undefined) self.fields.set(name, this.evaluate(member.initializer, own));
      }
  }
}

/** Makes its content unknown. */
export function spoil(target: Value): void {
  if (is(target, "list")) Object.assign(target, { items: [], isOpen: true });
  if (!is(target, "rec")) return;
  target.fields.clear();
  target.isOpen = true;
}

export function opaque(from: ts.Node): Unknown {
  return { kind: "unknown", from };
}

export function functionOf(node: ts.FunctionLikeDeclaration, scope: Scope, self: Value = scope.self): FunctionValue {
  return { kind: "function", node, scope, self };
}

function isStatic(member: ts.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  );
}
