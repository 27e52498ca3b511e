import { nameOf, ts, unwrap } from "@lockstep/core/typescript";
import { type Files, Modules } from "./modules.js";
import { keyOf, Scope } from "./scope.js";
import {
  type ClassValue,
  data,
  type External,
  type FunctionValue,
  is,
  list,
  type Rec,
  rec,
  spoil,
  unknown,
  type Value,
} from "./values.js";

/** What the query runner does with what it is asked; see query-runner.ts. */
export interface Hooks {
  property(host: Value, name: string): Value;
  call(receiver: Value, method: string, args: readonly Value[], node: ts.Node): Value;
  /** Whether the name of a database is the one that is migrated; undefined: it may be. */
  isDialect(name: string): boolean | undefined;
  /** Code that may run SQL, and nobody knows which. */
  unread(what: string, node: ts.Node): void;
}

/** Patterns, properties of values, classes and their instances. */
export abstract class Objects extends Modules {
  constructor(
    files: Files,
    protected readonly hooks: Hooks,
  ) {
    super(files);
  }

  abstract call(called: FunctionValue, args: readonly Value[], at: ts.Node): Value;
  protected abstract argumentsOf(nodes: readonly ts.Expression[], scope: Scope): Value[];
  protected abstract nameIn(
    node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
    scope: Scope,
  ): string | undefined;

  protected bind(name: ts.BindingName, value: Value, scope: Scope): void {
    if (ts.isIdentifier(name)) scope.declare(name.text, value);
    else if (ts.isArrayBindingPattern(name))
      for (const [at, element] of name.elements.entries()) {
        if (ts.isOmittedExpression(element)) continue;
        const rest = is(value, "list") ? list(value.items.slice(at), value.isOpen) : unknown;
        this.bindElement(element, element.dotDotDotToken ? rest : this.property(value, String(at)), scope);
      }
    else
      for (const element of name.elements) {
        const key = keyOf(element);
        const isKnown = key !== undefined && element.dotDotDotToken === undefined;
        this.bindElement(element, isKnown ? this.property(value, key) : unknown, scope);
      }
  }

  protected bindElement({ name, initializer }: ts.BindingElement, value: Value, scope: Scope): void {
    const given = value === undefined && initializer !== undefined ? this.evaluate(initializer, scope) : value;
    this.bind(name, given, scope);
  }

  protected assign(target: ts.Expression, value: Value, scope: Scope): void {
    const inner = unwrap(target);
    if (ts.isIdentifier(inner)) {
      const binding = scope.find(inner.text);
      if (binding !== undefined) this.write(binding, value);
    } else if (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner)) {
      const receiver = this.evaluate(inner.expression, scope);
      const name = this.nameIn(inner, scope);
      if (is(receiver, "rec"))
        if (name === undefined) receiver.isOpen = true;
        else this.writeField(receiver, name, value);
      else if (is(receiver, "list")) spoil(receiver);
    } else if (ts.isArrayLiteralExpression(inner))
      for (const [at, element] of inner.elements.entries())
        this.assign(element, this.property(value, String(at)), scope);
    else if (ts.isObjectLiteralExpression(inner))
      for (const each of inner.properties)
        if (ts.isShorthandPropertyAssignment(each)) this.assign(each.name, this.property(value, each.name.text), scope);
        else if (ts.isPropertyAssignment(each))
          this.assign(each.initializer, this.property(value, nameOf(each.name) ?? ""), scope);
  }

  property(receiver: Value, name: string): Value {
    if (is(receiver, "rec")) {
      if (receiver.fields.has(name)) return receiver.fields.get(name);
      const member = receiver.of === undefined ? undefined : this.member(receiver.of, name, receiver);
      return member ?? (receiver.isOpen || receiver.of !== undefined ? unknown : undefined);
    }
    if (is(receiver, "list")) {
      if (name === "length" || name === "size") return receiver.isOpen ? unknown : receiver.items.length;
      if (/^\d+$/.test(name))
        return receiver.isOpen && Number(name) >= receiver.items.length ? unknown : receiver.items[Number(name)];
      return unknown;
    }
    if (typeof receiver === "string")
      return name === "length" ? receiver.length : /^\d+$/.test(name) ? receiver[Number(name)] : unknown;
    if (is(receiver, "unknown") && receiver.isData) return data;
    if (is(receiver, "class")) return this.staticOf(receiver, name);
    if (is(receiver, "external")) return this.globalOf(receiver, name);
    if (is(receiver, "made") && is(receiver.options, "rec") && receiver.name !== "DataSource")
      return this.property(receiver.options, name);
    if (is(receiver, "host") || is(receiver, "found") || is(receiver, "made"))
      return this.hooks.property(receiver, name);
    return unknown;
  }

  protected globalOf({ name: owner }: External, name: string): Value {
    if (owner === "process" && name === "env") return data;
    return { kind: "external", name: `${owner}${owner.endsWith(":") ? "" : "."}${name}` };
  }

  /** A method, getter or property of the instances of a class and of those that it extends. */
  protected member(of: ClassValue, name: string, self: Rec): Value {
    for (const member of of.node.members) {
      if (nameOf(member.name as ts.PropertyName | undefined) !== name || isStatic(member)) continue;
      if (ts.isMethodDeclaration(member) && member.body !== undefined) return this.functionOf(member, of.scope, self);
      if (ts.isGetAccessor(member)) return this.call(this.functionOf(member, of.scope, self), [], member);
    }
    const base = this.baseOf(of);
    return is(base, "class") ? this.member(base, name, self) : undefined;
  }

  protected baseOf({ node, scope }: ClassValue): Value {
    const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    return heritage === undefined ? undefined : this.evaluate(heritage.expression, scope);
  }

  protected staticOf(of: ClassValue, name: string): Value {
    if (of.statics.has(name)) return of.statics.get(name);
    if (name === "name") return of.node.name?.text ?? unknown;
    for (const member of of.node.members) {
      if (nameOf(member.name as ts.PropertyName | undefined) !== name || !isStatic(member)) continue;
      if (ts.isMethodDeclaration(member)) return this.functionOf(member, of.scope, of);
      if (ts.isPropertyDeclaration(member) && member.initializer !== undefined) {
        of.statics.set(name, unknown);
        const value = this.evaluate(member.initializer, new Scope(of.scope.module, of.scope, of));
        of.statics.set(name, value);
        return value;
      }
    }
    const base = this.baseOf(of);
    return is(base, "class") ? this.staticOf(base, name) : unknown;
  }

  /** `new X(…)` of a class of the repository. */
  instance(of: ClassValue, args: readonly Value[], node: ts.Node, self: Rec = rec([], of)): Rec {
    const { node: declaration, scope } = of;
    const base = this.baseOf(of);
    const maker = declaration.members.find(
      (member) => ts.isConstructorDeclaration(member) && member.body !== undefined,
    );
    if (is(base, "class")) {
      // What it gives to `super` is known where it is plain.
      const inner = maker === undefined ? args : this.superArguments(maker, args, scope, self);
      this.instance(base, inner, node, self);
      self.fields.delete("constructor");
    }
    const own = new Scope(scope.module, scope, self);
    for (const member of declaration.members)
      if (ts.isPropertyDeclaration(member) && !isStatic(member)) {
        const name = nameOf(member.name);
        if (name !== undefined && member.initializer !== undefined)
          self.fields.set(name, this.evaluate(member.initializer, own));
      }
    if (maker !== undefined && ts.isConstructorDeclaration(maker)) {
      for (const [at, { name, modifiers }] of maker.parameters.entries())
        if (modifiers !== undefined && modifiers.length > 0 && ts.isIdentifier(name))
          self.fields.set(name.text, args[at]);
      this.call(this.functionOf(maker, scope, self), args, node);
    }
    return self;
  }

  protected superArguments(maker: ts.ClassElement, args: readonly Value[], scope: Scope, self: Rec): Value[] {
    if (!ts.isConstructorDeclaration(maker)) return [];
    const inner = new Scope(scope.module, scope, self);
    for (const [at, { name, initializer }] of maker.parameters.entries())
      this.bind(
        name,
        args[at] === undefined && initializer !== undefined ? this.evaluate(initializer, inner) : args[at],
        inner,
      );
    for (const statement of maker.body?.statements ?? []) {
      const called = ts.isExpressionStatement(statement) ? statement.expression : undefined;
      if (called !== undefined && ts.isCallExpression(called) && called.expression.kind === ts.SyntaxKind.SuperKeyword)
        return this.argumentsOf(called.arguments, inner);
    }
    return [];
  }
}

export function isStatic(member: ts.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  );
}
