import { posix } from "node:path";
import { nameOf, pathOf, ts, unwrap } from "@lockstep/core/typescript";
import {
  type Binding,
  changedBy,
  declaredBy,
  exportsOf,
  filesOf,
  force,
  isAssignment,
  keyOf,
  type Module,
  namesIn,
  Scope,
} from "./scope.js";
import {
  type ClassValue,
  type External,
  type FunctionValue,
  globals,
  holdsRunner,
  is,
  isPrimitive,
  joined,
  type List,
  list,
  ofText,
  type Rec,
  rec,
  textOf,
  truth,
  type Unknown,
  unknown,
  type Value,
} from "./values.js";

/** The files that constants and helpers are imported from. */
export interface Files {
  has(path: string): boolean;
  read(path: string): string | undefined;
}

/** What the query runner does with what it is asked; see query-runner.ts. */
export interface Hooks {
  property(host: Value, name: string): Value;
  call(receiver: Value, method: string, args: readonly Value[], node: ts.Node): Value;
  /** Code that may run SQL, and nobody knows which. */
  unread(what: string, node: ts.Node): void;
}

/** How a statement ends other than at its end. */
type Completion =
  | { readonly kind: "return"; readonly value: Value }
  | { readonly kind: "break" | "continue" | "throw" }
  | undefined;

/** Code that may run or not, or any number of times: what it sets is not known afterwards. */
interface Region {
  readonly isRepeated: boolean;
  readonly changes: { readonly undo: () => void; readonly blur: () => void }[];
}

/** What code is given that asks where it lies. */
export const top = "/@repository";

class TooMuch extends Error {}

/**
 * Reads code as if it ran, and runs none of it: values that the repository says are known, all others are not. Of a condition that is not
 * known both branches are read, a loop over what is not known once.
 */
export class Evaluator {
  private readonly modules = new Map<string, Module | undefined>();
  private readonly regions: Region[] = [];
  private steps = 0;
  private depth = 0;
  private mayReturn = false;
  /** The call that led out of the method that is read: what runs there is told of on its line. */
  private anchor: ts.Node | undefined;
  private root: ts.Node | undefined;
  /** A loop is looked at, to learn what it sets. */
  isSilent = false;
  /** In a `catch`: it runs where something failed. */
  isInCatch = false;

  constructor(
    private readonly files: Files,
    private readonly hooks: Hooks,
  ) {}

  /** Reads a method of a migration. */
  run(method: FunctionValue, args: readonly Value[]): void {
    this.root = method.node;
    try {
      this.settle(this.call(method, args, method.node));
    } catch (error) {
      if (!(error instanceof TooMuch || error instanceof RangeError)) throw error;
      this.hooks.unread("other code", method.node);
    }
  }

  /** The node whose line tells where something runs. */
  placeOf(node: ts.Node): ts.Node {
    return this.anchor ?? node;
  }

  module(file: string, text?: string): Module | undefined {
    if (this.modules.has(file) && text === undefined) return this.modules.get(file);
    const found = text ?? this.files.read(file);
    const made = found === undefined ? undefined : this.readModule(file, found);
    this.modules.set(file, made);
    return made;
  }

  private readModule(file: string, text: string): Module {
    const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
    const source = ts.createSourceFile(file, text, options, true);
    const module: { -readonly [K in keyof Module]: Module[K] } = {
      file,
      source,
      ...exportsOf(source),
      scope: undefined as unknown as Scope,
    };
    module.scope = new Scope(module);
    this.hoist(source.statements, module.scope, true);
    return module;
  }

  /** Declares the names of statements, each to be read when it is asked for. */
  private hoist(statements: readonly ts.Statement[], scope: Scope, isModule: boolean): void {
    for (const statement of statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name !== undefined)
        scope.declare(statement.name.text, this.functionOf(statement, scope));
      else if (ts.isClassDeclaration(statement) && statement.name !== undefined)
        scope.declare(statement.name.text, classOf(statement, scope));
      else if (ts.isEnumDeclaration(statement))
        scope.declareLazily(statement.name.text, () => this.enumOf(statement, scope));
      else if (isModule && ts.isVariableStatement(statement))
        for (const declaration of statement.declarationList.declarations) {
          const value: Binding = {
            value: undefined,
            lazy: () =>
              declaration.initializer === undefined ? undefined : this.evaluate(declaration.initializer, scope),
          };
          for (const name of namesIn(declaration.name))
            scope.declareLazily(name, () => {
              const whole = force(value, unknown);
              if (ts.isIdentifier(declaration.name)) return whole;
              const inner = new Scope(scope.module, scope);
              this.bind(declaration.name, whole, inner);
              return inner.own(name)?.value;
            });
        }
      else if (ts.isImportDeclaration(statement)) this.declareImports(statement, scope);
      else if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) {
        const { expression } = statement.moduleReference;
        scope.declareLazily(statement.name.text, () => this.imported(textIn(expression), undefined, scope.module.file));
      }
    }
    // Modules are not run: what changes later is not known.
    if (!isModule) return;
    const variables = new Set(statements.filter(ts.isVariableStatement).flatMap(declaredBy));
    for (const statement of statements)
      if (!ts.isVariableStatement(statement) && declaredBy(statement).length === 0)
        for (const name of changedBy(statement)) if (variables.has(name)) scope.declare(name, unknown);
  }

  private declareImports({ importClause, moduleSpecifier }: ts.ImportDeclaration, scope: Scope): void {
    if (importClause === undefined) return;
    const from = textIn(moduleSpecifier);
    const declare = (local: string, name: string | undefined) =>
      scope.declareLazily(local, () => this.imported(from, name, scope.module.file));
    if (importClause.name !== undefined) declare(importClause.name.text, "default");
    const { namedBindings } = importClause;
    if (namedBindings === undefined) return;
    if (ts.isNamespaceImport(namedBindings)) declare(namedBindings.name.text, undefined);
    else for (const { name, propertyName } of namedBindings.elements) declare(name.text, (propertyName ?? name).text);
  }

  /** @param name undefined: all of the module */
  private imported(specifier: string, name: string | undefined, from: string): Value {
    for (const file of filesOf(specifier, from)) {
      if (!this.files.has(file)) continue;
      const module = this.module(file);
      if (module === undefined) return unknown;
      if (name !== undefined) return this.exported(module, name);
      const all = rec();
      for (const each of module.exports.keys()) all.fields.set(each, this.exported(module, each));
      for (const star of module.stars) {
        const other = this.imported(star, undefined, file);
        if (is(other, "rec")) for (const [key, value] of other.fields) all.fields.set(key, value);
        else all.isOpen = true;
      }
      return all;
    }
    if (specifier.startsWith(".")) return unknown;
    const isAll = name === undefined || name === "default";
    return { kind: "external", name: `${specifier.replace(/^node:/, "")}:${isAll ? "" : name}` };
  }

  exported(module: Module, name: string, depth = 0): Value {
    const found = module.exports.get(name);
    if (found === undefined) {
      // `import x from` of what is CommonJS.
      if (name === "default" && module.exports.size > 0)
        return rec([...module.exports.keys()].map((key) => [key, this.exported(module, key)] as const));
      if (depth < 9)
        for (const star of module.stars) {
          const value = this.imported(star, name, module.file);
          if (value !== undefined && !is(value, "unknown")) return value;
        }
      return unknown;
    }
    if (found.expression !== undefined) return this.evaluate(found.expression, module.scope);
    if (found.from !== undefined) return this.imported(found.from, found.name, module.file);
    const binding = module.scope.find(found.local ?? name);
    return binding === undefined ? unknown : force(binding, unknown);
  }

  private enumOf(node: ts.EnumDeclaration, scope: Scope): Value {
    const made = rec();
    let next: Value = 0;
    for (const member of node.members) {
      const name = nameOf(member.name);
      const inner = new Scope(scope.module, scope);
      for (const [key, value] of made.fields) inner.declare(key, value);
      const value: Value = member.initializer === undefined ? next : this.evaluate(member.initializer, inner);
      next = typeof value === "number" ? value + 1 : unknown;
      if (name === undefined) made.isOpen = true;
      else made.fields.set(name, value);
      if (typeof value === "number" && name !== undefined) made.fields.set(String(value), name);
    }
    return made;
  }

  private functionOf(node: ts.FunctionLikeDeclaration, scope: Scope, self: Value = scope.self): FunctionValue {
    return { kind: "function", node, scope, self };
  }

  // ---- statements ----

  private runAll(statements: readonly ts.Statement[], scope: Scope): Completion {
    this.hoist(statements, scope, false);
    for (const statement of statements) {
      const ended = this.runOne(statement, scope);
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  private runBlock(node: ts.Statement | undefined, scope: Scope): Completion {
    if (node === undefined) return undefined;
    const inner = new Scope(scope.module, scope);
    return ts.isBlock(node) ? this.runAll(node.statements, inner) : this.runOne(node, inner);
  }

  private runOne(node: ts.Statement, scope: Scope): Completion {
    this.step();
    if (ts.isExpressionStatement(node)) this.settle(this.evaluate(node.expression, scope));
    else if (ts.isVariableStatement(node)) this.declareAll(node.declarationList, scope);
    else if (ts.isReturnStatement(node))
      return {
        kind: "return",
        value: node.expression === undefined ? undefined : this.evaluate(node.expression, scope),
      };
    else if (ts.isIfStatement(node)) {
      const condition = truth(this.evaluate(node.expression, scope));
      if (condition === true) return this.runBlock(node.thenStatement, scope);
      if (condition === false) return this.runBlock(node.elseStatement, scope);
      return this.branches([
        () => this.runBlock(node.thenStatement, scope),
        () => this.runBlock(node.elseStatement, scope),
      ]);
    } else if (ts.isBlock(node)) return this.runBlock(node, scope);
    else if (ts.isTryStatement(node)) return this.runTry(node, scope);
    else if (ts.isForOfStatement(node)) return this.runForOf(node, scope);
    else if (ts.isForInStatement(node)) {
      const keys = globals["Object.keys"]?.([this.evaluate(node.expression, scope)]) ?? unknown;
      return this.runEach(node.initializer, keys, node.statement, scope);
    } else if (ts.isForStatement(node)) {
      const inner = new Scope(scope.module, scope);
      if (node.initializer !== undefined)
        if (ts.isVariableDeclarationList(node.initializer)) this.declareAll(node.initializer, inner);
        else this.evaluate(node.initializer, inner);
      return this.runWhile(node.condition, node.statement, inner, node.incrementor);
    } else if (ts.isWhileStatement(node)) return this.runWhile(node.expression, node.statement, scope);
    else if (ts.isDoStatement(node)) {
      const ended = this.runBlock(node.statement, scope);
      return (
        loopEnd(ended) ?? (ended?.kind === "break" ? undefined : this.runWhile(node.expression, node.statement, scope))
      );
    } else if (ts.isSwitchStatement(node)) return this.runSwitch(node, scope);
    else if (ts.isThrowStatement(node)) {
      this.evaluate(node.expression, scope);
      return { kind: "throw" };
    } else if (ts.isBreakStatement(node)) return { kind: "break" };
    else if (ts.isContinueStatement(node)) return { kind: "continue" };
    else if (ts.isLabeledStatement(node)) return loopEnd(this.runOne(node.statement, scope));
    return undefined;
  }

  private declareAll({ declarations }: ts.VariableDeclarationList, scope: Scope): void {
    for (const { name, initializer } of declarations)
      this.bind(name, initializer === undefined ? undefined : this.evaluate(initializer, scope), scope);
  }

  private runTry({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, scope: Scope): Completion {
    const ended = this.runBlock(tryBlock, scope);
    let after: Completion = ended;
    if (catchClause !== undefined) {
      const wasInCatch = this.isInCatch;
      const inner = new Scope(scope.module, scope);
      if (catchClause.variableDeclaration !== undefined)
        this.bind(catchClause.variableDeclaration.name, unknown, inner);
      this.isInCatch = true;
      const caught = this.branches([() => this.runBlock(catchClause.block, inner), () => undefined]);
      this.isInCatch = wasInCatch;
      if (ended?.kind === "throw") after = caught;
    }
    return this.runBlock(finallyBlock, scope) ?? after;
  }

  private runForOf(node: ts.ForOfStatement, scope: Scope): Completion {
    return this.runEach(node.initializer, this.evaluate(node.expression, scope), node.statement, scope);
  }

  private runEach(target: ts.ForInitializer, over: Value, body: ts.Statement, scope: Scope): Completion {
    const once = (item: Value): Completion => {
      const inner = new Scope(scope.module, scope);
      const [declaration] = ts.isVariableDeclarationList(target) ? target.declarations : [];
      if (declaration !== undefined) this.bind(declaration.name, item, inner);
      else this.assign(target as ts.Expression, item, scope);
      return this.runBlock(body, inner);
    };
    return this.each(over, once);
  }

  /** Once for every item that is known, once for those that are not. */
  private each(over: Value, once: (item: Value, at: number) => Completion): Completion {
    const items = is(over, "list") ? [...over.items] : typeof over === "string" ? [...over] : [];
    for (const [at, item] of items.entries()) {
      const ended = once(item, at);
      if (ended?.kind === "break") return undefined;
      if (ended !== undefined && ended.kind !== "continue") return ended;
    }
    if (typeof over !== "string" && (!is(over, "list") || over.isOpen))
      this.repeatedly(() => once(unknown, items.length));
    return undefined;
  }

  private runWhile(
    condition: ts.Expression | undefined,
    body: ts.Statement,
    scope: Scope,
    after?: ts.Expression,
  ): Completion {
    for (;;) {
      const holds = condition === undefined ? undefined : truth(this.evaluate(condition, scope));
      if (holds === false) return undefined;
      if (holds === undefined) {
        this.repeatedly(() => {
          const ended = this.runBlock(body, scope);
          if (after !== undefined) this.evaluate(after, scope);
          if (condition !== undefined) this.evaluate(condition, scope);
          return ended;
        });
        return undefined;
      }
      const ended = this.runBlock(body, scope);
      if (ended?.kind === "break") return undefined;
      if (ended !== undefined && ended.kind !== "continue") return ended;
      if (after !== undefined) this.evaluate(after, scope);
    }
  }

  private runSwitch({ expression, caseBlock }: ts.SwitchStatement, scope: Scope): Completion {
    const value = this.evaluate(expression, scope);
    const { clauses } = caseBlock;
    const inner = new Scope(scope.module, scope);
    const tests = clauses.map((clause) =>
      ts.isCaseClause(clause) ? equal(value, this.evaluate(clause.expression, inner)) : false,
    );
    const first = tests.findIndex((test) => test !== false);
    const from = first === -1 ? clauses.findIndex(ts.isDefaultClause) : first;
    if (from === -1) return undefined;
    const runFrom = (at: number): Completion => {
      for (const clause of clauses.slice(at)) {
        const ended = this.runAll(clause.statements, inner);
        if (ended !== undefined) return loopEnd(ended);
      }
      return undefined;
    };
    if (first === -1 || tests[first] === true) return runFrom(from);
    return this.branches([...clauses.map((clause) => () => this.runAll(clause.statements, inner)), () => undefined]);
  }

  /** Reads code that may run or not: each as if it ran, after what was before all of them. */
  private branches(runs: readonly (() => Completion)[]): Completion {
    const changes: Region["changes"][number][] = [];
    const ends = runs.map((run) => {
      const region: Region = { isRepeated: false, changes: [] };
      this.regions.push(region);
      const ended = run();
      this.regions.pop();
      for (const { undo } of region.changes.toReversed()) undo();
      changes.push(...region.changes);
      return ended;
    });
    for (const { blur } of changes) blur();
    if (ends.some((end) => end?.kind === "return")) this.mayReturn = true;
    const returns = ends.flatMap((end) => (end?.kind === "return" ? [end.value] : []));
    if (ends.some((end) => end === undefined || end.kind === "break" || end.kind === "continue")) return undefined;
    if (returns.length === 0) return { kind: "throw" };
    return { kind: "return", value: unknown };
  }

  /** Reads code that runs any number of times. */
  private repeatedly(run: () => Completion): void {
    const wasSilent = this.isSilent;
    for (const isSilent of [true, wasSilent]) {
      const region: Region = { isRepeated: true, changes: [] };
      this.regions.push(region);
      this.isSilent = isSilent;
      const ended = run();
      this.regions.pop();
      this.isSilent = wasSilent;
      if (ended?.kind === "return") this.mayReturn = true;
      for (const { undo } of region.changes.toReversed()) undo();
      for (const { blur } of region.changes) blur();
      if (wasSilent) break;
    }
  }

  private changing(undo: () => void, blur: () => void): void {
    this.regions.at(-1)?.changes.push({ undo, blur });
  }

  private write(binding: Binding, value: Value): void {
    const { value: before, lazy } = binding;
    this.changing(
      () => Object.assign(binding, { value: before, lazy }),
      () => this.write(binding, unknown),
    );
    binding.value = value;
    binding.lazy = undefined;
  }

  private writeField(target: Rec, name: string, value: Value): void {
    const had = target.fields.has(name);
    const before = target.fields.get(name);
    this.changing(
      () => (had ? target.fields.set(name, before) : target.fields.delete(name)),
      () => this.writeField(target, name, unknown),
    );
    target.fields.set(name, value);
  }

  /** What is added under a condition is there as if it held; what is added in a loop over the unknown may be anything. */
  private add(target: List, items: readonly Value[], isFront = false): void {
    if (this.regions.some(({ isRepeated }) => isRepeated)) target.isOpen = true;
    else target.items.splice(isFront ? 0 : target.items.length, 0, ...items);
  }

  private step(): void {
    this.steps += 1;
    if (this.steps > 300_000) throw new TooMuch();
  }

  // ---- patterns ----

  private bind(name: ts.BindingName, value: Value, scope: Scope): void {
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

  private bindElement({ name, initializer }: ts.BindingElement, value: Value, scope: Scope): void {
    const given = value === undefined && initializer !== undefined ? this.evaluate(initializer, scope) : value;
    this.bind(name, given, scope);
  }

  private assign(target: ts.Expression, value: Value, scope: Scope): void {
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
      else if (is(receiver, "list")) receiver.isOpen = true;
    } else if (ts.isArrayLiteralExpression(inner))
      for (const [at, element] of inner.elements.entries())
        this.assign(element, this.property(value, String(at)), scope);
    else if (ts.isObjectLiteralExpression(inner))
      for (const each of inner.properties)
        if (ts.isShorthandPropertyAssignment(each)) this.assign(each.name, this.property(value, each.name.text), scope);
        else if (ts.isPropertyAssignment(each))
          this.assign(each.initializer, this.property(value, nameOf(each.name) ?? ""), scope);
  }

  // ---- expressions ----

  evaluate(expression: ts.Expression, scope: Scope): Value {
    this.step();
    const node = unwrap(expression);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isTemplateExpression(node)) return this.template(node, scope);
    if (ts.isIdentifier(node)) return this.identifier(node, scope);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const receiver = this.evaluate(node.expression, scope);
      const name = this.nameIn(node, scope);
      return name === undefined ? unknown : this.property(receiver, name);
    }
    if (ts.isCallExpression(node)) return this.callExpression(node, scope);
    if (ts.isAwaitExpression(node)) return this.settle(this.evaluate(node.expression, scope));
    if (ts.isYieldExpression(node))
      return node.expression === undefined ? undefined : this.settle(this.evaluate(node.expression, scope));
    if (ts.isBinaryExpression(node)) return this.binary(node, scope);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return this.functionOf(node, scope);
    if (ts.isArrayLiteralExpression(node)) {
      const made = list([]);
      for (const element of node.elements)
        if (ts.isSpreadElement(element)) {
          const spread = this.evaluate(element.expression, scope);
          if (is(spread, "list")) made.items.push(...spread.items);
          if (!is(spread, "list") || spread.isOpen) made.isOpen = true;
        } else made.items.push(this.evaluate(element, scope));
      return made;
    }
    if (ts.isObjectLiteralExpression(node)) return this.object(node, scope);
    if (ts.isNewExpression(node)) return this.construct(node, scope);
    if (ts.isConditionalExpression(node)) {
      const condition = truth(this.evaluate(node.condition, scope));
      if (condition !== undefined) return this.evaluate(condition ? node.whenTrue : node.whenFalse, scope);
      const values: Value[] = [];
      this.branches(
        [node.whenTrue, node.whenFalse].map((each) => () => void values.push(this.settle(this.evaluate(each, scope)))),
      );
      return values[0] === values[1] ? values[0] : this.opaque(node);
    }
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isBigIntLiteral(node)) return BigInt(node.text.replace(/n$/, ""));
    if (ts.isPrefixUnaryExpression(node)) return this.prefix(node, scope);
    if (ts.isPostfixUnaryExpression(node)) {
      const before = this.evaluate(node.operand, scope);
      const by = node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1;
      this.assign(node.operand, typeof before === "number" ? before + by : unknown, scope);
      return before;
    }
    if (ts.isTaggedTemplateExpression(node)) return this.tagged(node, scope);
    if (ts.isClassExpression(node)) return classOf(node, scope);
    if (ts.isRegularExpressionLiteral(node)) return regexpOf(node.text);
    if (ts.isVoidExpression(node)) {
      this.settle(this.evaluate(node.expression, scope));
      return undefined;
    }
    if (ts.isTypeOfExpression(node)) return typeOf(this.evaluate(node.expression, scope));
    if (ts.isMetaProperty(node)) return { kind: "external", name: "import.meta" };
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

  private opaque(node: ts.Node): Unknown {
    return { kind: "unknown", from: node };
  }

  private identifier({ text }: ts.Identifier, scope: Scope): Value {
    const binding = scope.find(text);
    if (binding !== undefined) return force(binding, unknown);
    if (text === "undefined") return undefined;
    const { file } = scope.module;
    if (text === "__dirname") return posix.join(top, posix.dirname(file));
    if (text === "__filename") return posix.join(top, file);
    return { kind: "external", name: text };
  }

  private template(node: ts.TemplateExpression, scope: Scope): Value {
    let text: string | undefined = node.head.text;
    for (const { expression, literal } of node.templateSpans) {
      const part = textOf(this.evaluate(expression, scope));
      text = text === undefined || part === undefined ? undefined : text + part + literal.text;
    }
    return text ?? this.opaque(node);
  }

  private tagged(node: ts.TaggedTemplateExpression, scope: Scope): Value {
    const { template } = node;
    const tag = this.evaluate(node.tag, scope);
    const spans = ts.isTemplateExpression(template) ? template.templateSpans : [];
    const heads = ts.isTemplateExpression(template)
      ? [template.head, ...spans.map(({ literal }) => literal)]
      : [template];
    const isRaw = is(tag, "external") && tag.name === "String.raw";
    const texts = heads.map((part) => (isRaw ? (part.rawText ?? part.text) : part.text));
    const values = spans.map(({ expression }) => this.evaluate(expression, scope));
    if (is(tag, "function")) return this.call(tag, [list(texts), ...values], node);
    const receiver = ts.isPropertyAccessExpression(node.tag) ? this.evaluate(node.tag.expression, scope) : undefined;
    if (is(receiver, "host") && ts.isPropertyAccessExpression(node.tag))
      return this.hooks.call(receiver, `${node.tag.name.text}\``, [list(texts), ...values], node);
    const parts = values.map(textOf);
    // Of others nobody knows whether they make parameters of their values.
    if (!isRaw && parts.length > 0) return this.opaque(node);
    return (
      texts.reduce<string | undefined>((text, part, at) => {
        const between = at === 0 ? "" : parts[at - 1];
        return text === undefined || between === undefined ? undefined : text + between + part;
      }, "") ?? this.opaque(node)
    );
  }

  private nameIn(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, scope: Scope): string | undefined {
    if (ts.isPropertyAccessExpression(node)) return node.name.text;
    const name = this.evaluate(node.argumentExpression, scope);
    return isPrimitive(name) ? String(name) : undefined;
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
    if (is(receiver, "class")) return this.staticOf(receiver, name);
    if (is(receiver, "external")) return this.globalOf(receiver, name);
    if (is(receiver, "made") && is(receiver.options, "rec") && receiver.name !== "DataSource")
      return this.property(receiver.options, name);
    if (is(receiver, "host") || is(receiver, "found") || is(receiver, "made"))
      return this.hooks.property(receiver, name);
    return unknown;
  }

  private globalOf({ name: owner }: External, name: string): Value {
    if (owner === "process" && name === "env") return unknown;
    return { kind: "external", name: `${owner}${owner.endsWith(":") ? "" : "."}${name}` };
  }

  /** A method, getter or property of the instances of a class and of those that it extends. */
  private member(of: ClassValue, name: string, self: Rec): Value {
    for (const member of of.node.members) {
      if (nameOf(member.name as ts.PropertyName | undefined) !== name || isStatic(member)) continue;
      if (ts.isMethodDeclaration(member) && member.body !== undefined) return this.functionOf(member, of.scope, self);
      if (ts.isGetAccessor(member)) return this.call(this.functionOf(member, of.scope, self), [], member);
    }
    const base = this.baseOf(of);
    return is(base, "class") ? this.member(base, name, self) : undefined;
  }

  private baseOf({ node, scope }: ClassValue): Value {
    const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    return heritage === undefined ? undefined : this.evaluate(heritage.expression, scope);
  }

  private staticOf(of: ClassValue, name: string): Value {
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

  private object(node: ts.ObjectLiteralExpression, scope: Scope): Value {
    const made = rec();
    for (const each of node.properties) {
      if (ts.isSpreadAssignment(each)) {
        const spread = this.evaluate(each.expression, scope);
        if (is(spread, "rec")) for (const [name, value] of spread.fields) made.fields.set(name, value);
        // Of nothing nothing comes: `...(isNew && { a })`.
        if (is(spread, "rec") ? spread.isOpen : !isPrimitive(spread)) made.isOpen = true;
        continue;
      }
      const computed =
        each.name !== undefined && ts.isComputedPropertyName(each.name)
          ? this.evaluate(each.name.expression, scope)
          : undefined;
      const literal = each.name !== undefined && ts.isNumericLiteral(each.name) ? each.name.text : nameOf(each.name);
      const name = literal ?? (isPrimitive(computed) && computed !== undefined ? String(computed) : undefined);
      if (name === undefined) made.isOpen = true;
      else if (ts.isPropertyAssignment(each)) made.fields.set(name, this.evaluate(each.initializer, scope));
      else if (ts.isShorthandPropertyAssignment(each)) made.fields.set(name, this.identifier(each.name, scope));
      else if (ts.isMethodDeclaration(each)) made.fields.set(name, this.functionOf(each, scope, made));
      else made.fields.set(name, unknown);
    }
    return made;
  }

  private binary(node: ts.BinaryExpression, scope: Scope): Value {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.EqualsToken) {
      const value = this.evaluate(node.right, scope);
      this.assign(node.left, value, scope);
      return value;
    }
    const left = this.evaluate(node.left, scope);
    const [isAnd, isOr, isNullish] = [
      [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.AmpersandAmpersandEqualsToken],
      [ts.SyntaxKind.BarBarToken, ts.SyntaxKind.BarBarEqualsToken],
      [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.QuestionQuestionEqualsToken],
    ].map((kinds) => kinds.includes(kind));
    let value: Value;
    if (isAnd || isOr || isNullish) {
      const isKept = isNullish ? (is(left, "unknown") ? undefined : left !== null && left !== undefined) : truth(left);
      if (isKept === undefined) {
        this.branches([() => void this.settle(this.evaluate(node.right, scope)), () => undefined]);
        value = this.opaque(node);
      } else value = isKept === Boolean(isAnd) ? this.evaluate(node.right, scope) : left;
    } else if (kind === ts.SyntaxKind.InstanceOfKeyword) return instanceOf(this.hooks, left, node.right);
    else value = operate(kind, left, this.evaluate(node.right, scope));
    if (isAssignment(kind)) this.assign(node.left, value, scope);
    if (is(value, "unknown") && value.from === undefined && kind === ts.SyntaxKind.PlusToken) return this.opaque(node);
    return value;
  }

  private prefix(node: ts.PrefixUnaryExpression, scope: Scope): Value {
    const value = this.evaluate(node.operand, scope);
    if (node.operator === ts.SyntaxKind.ExclamationToken) {
      const held = truth(value);
      return held === undefined ? unknown : !held;
    }
    if (!isPrimitive(value) || typeof value === "bigint") return unknown;
    if (node.operator === ts.SyntaxKind.MinusToken) return -Number(value);
    if (node.operator === ts.SyntaxKind.PlusToken) return Number(value);
    if (node.operator === ts.SyntaxKind.TildeToken) return ~Number(value);
    const next = Number(value) + (node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1);
    this.assign(node.operand, next, scope);
    return next;
  }

  // ---- calls ----

  private argumentsOf(nodes: readonly ts.Expression[], scope: Scope): Value[] {
    return nodes.flatMap((node) => {
      if (!ts.isSpreadElement(node)) return [this.evaluate(node, scope)];
      const spread = this.evaluate(node.expression, scope);
      return is(spread, "list") ? (spread.isOpen ? [...spread.items, unknown] : spread.items) : [unknown];
    });
  }

  private callExpression(node: ts.CallExpression, scope: Scope): Value {
    const callee = unwrap(node.expression);
    if (callee.kind === ts.SyntaxKind.SuperKeyword) return undefined;
    if (callee.kind === ts.SyntaxKind.ImportKeyword) return this.importedHere(node, scope);
    if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee)) {
      if (
        callee.expression.kind === ts.SyntaxKind.SuperKeyword &&
        is(scope.self, "rec") &&
        scope.self.of !== undefined
      ) {
        const base = this.baseOf(scope.self.of);
        const method = is(base, "class") ? this.member(base, this.nameIn(callee, scope) ?? "", scope.self) : undefined;
        return this.callValue(method ?? unknown, this.argumentsOf(node.arguments, scope), node);
      }
      const receiver = this.evaluate(callee.expression, scope);
      const name = this.nameIn(callee, scope) ?? "";
      return this.callMethod(receiver, name, this.argumentsOf(node.arguments, scope), node);
    }
    const value = this.evaluate(callee, scope);
    const args = this.argumentsOf(node.arguments, scope);
    if (is(value, "external") && value.name === "require") return this.importedHere(node, scope);
    // As compilers write `async`.
    if (ts.isIdentifier(callee) && callee.text === "__awaiter" && is(args.at(-1), "function"))
      return this.call({ ...(args.at(-1) as FunctionValue), self: scope.self }, [], node);
    return this.callValue(value, args, node);
  }

  private importedHere(node: ts.CallExpression, scope: Scope): Value {
    const [first] = this.argumentsOf(node.arguments, scope);
    return typeof first === "string" ? this.imported(first, undefined, scope.module.file) : unknown;
  }

  callValue(value: Value, args: readonly Value[], node: ts.Node): Value {
    if (is(value, "function")) return this.call(value, args, node);
    if (is(value, "external")) return this.callExternal(value.name, args, node);
    return this.callUnknown(args, node);
  }

  call(called: FunctionValue, args: readonly Value[], at: ts.Node): Value {
    const { node, scope, self } = called;
    if (node.body === undefined) return this.callUnknown(args, at);
    if (this.depth > 80) throw new TooMuch();
    const { anchor: anchorBefore, mayReturn: mayReturnBefore } = this;
    if (this.anchor === undefined && this.root !== undefined && !isWithin(node, this.root)) this.anchor = at;
    this.mayReturn = false;
    this.depth += 1;
    const isArrow = ts.isArrowFunction(node);
    const inner = new Scope(scope.module, scope, isArrow ? scope.self : self);
    for (const [index, { name, initializer, dotDotDotToken }] of node.parameters.entries()) {
      const given = dotDotDotToken ? list(args.slice(index)) : args[index];
      this.bind(
        name,
        given === undefined && initializer !== undefined ? this.evaluate(initializer, inner) : given,
        inner,
      );
    }
    let value: Value;
    if (ts.isBlock(node.body)) {
      const ended = this.runAll(node.body.statements, inner);
      value = ended?.kind === "return" ? ended.value : undefined;
      if (this.mayReturn && !is(value, "unknown")) value = unknown;
    } else value = this.evaluate(node.body, inner);
    this.depth -= 1;
    this.mayReturn = mayReturnBefore;
    this.anchor = anchorBefore;
    return value;
  }

  private callMethod(receiver: Value, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    const [callback] = args;
    if (name === "then" && is(callback, "function")) return this.call(callback, [this.settle(receiver)], node);
    if ((name === "catch" || name === "finally") && is(callback, "function")) {
      const wasInCatch = this.isInCatch;
      this.isInCatch ||= name === "catch";
      this.branches([() => void this.settle(this.call(callback, [unknown], node)), () => undefined]);
      this.isInCatch = wasInCatch;
      return this.settle(receiver);
    }
    if (is(receiver, "host") || is(receiver, "found") || (is(receiver, "made") && receiver.name === "DataSource"))
      return this.hooks.call(receiver, name, args, node);
    if (is(receiver, "list")) return this.ofList(receiver, name, args, node);
    if (typeof receiver === "string") {
      if (args.some((arg) => is(arg, "function"))) return this.callUnknown(args, node);
      return name === "concat" || textOf(receiver) !== undefined ? ofText(receiver, name, args) : unknown;
    }
    if (isPrimitive(receiver)) return name === "toString" ? String(receiver) : unknown;
    if (receiver instanceof RegExp)
      return typeof callback === "string" && name === "test" ? receiver.test(callback) : unknown;
    if (is(receiver, "function") && (name === "call" || name === "apply" || name === "bind")) {
      const [self, ...rest] = args;
      const bound = { ...receiver, self };
      if (name === "bind") return bound;
      return this.call(bound, name === "call" ? rest : is(rest[0], "list") ? rest[0].items : [], node);
    }
    const found = this.property(receiver, name);
    return this.callValue(found, args, node);
  }

  private ofList(target: List, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    const { items, isOpen } = target;
    const [first] = args;
    if (is(first, "function")) {
      const results: Value[] = [];
      const start = name === "reduce" ? args[1] : undefined;
      let carried: Value = start;
      this.each(target, (item, at) => {
        const value =
          name === "reduce"
            ? this.call(first, [carried, item, at, target], node)
            : this.call(first, [item, at, target], node);
        carried = value;
        results.push(name === "forEach" ? this.settle(value) : value);
        return undefined;
      });
      const held = results.map(truth);
      const isKnown = !isOpen && held.every((each) => each !== undefined);
      switch (name) {
        case "map":
          return list(isOpen ? results.slice(0, items.length) : results, isOpen);
        case "flatMap":
          return list(
            results.flatMap((each) => (is(each, "list") ? each.items : [each])),
            isOpen,
          );
        case "filter":
          return isKnown ? list(items.filter((_, at) => held[at])) : unknown;
        case "find":
          return isKnown ? items.find((_, at) => held[at]) : unknown;
        case "some":
          return isKnown ? held.some(Boolean) : unknown;
        case "every":
          return isKnown ? held.every(Boolean) : unknown;
        case "reduce":
          return isOpen ? unknown : carried;
        case "forEach":
          return undefined;
        default:
          return unknown;
      }
    }
    switch (name) {
      case "push":
      case "unshift":
        this.add(target, args, name === "unshift");
        return unknown;
      case "add":
        if (!items.includes(first)) this.add(target, [first]);
        return target;
      case "join":
        return isOpen
          ? this.opaque(node)
          : (joined(target, args.length === 0 ? "," : (textOf(first) ?? ",")) ?? this.opaque(node));
      case "concat":
        return list(
          [...items, ...args.flatMap((arg) => (is(arg, "list") ? arg.items : [arg]))],
          isOpen || args.some((arg) => is(arg, "unknown") || (is(arg, "list") && arg.isOpen)),
        );
      case "flat":
        return list(
          items.flatMap((item) => (is(item, "list") ? item.items : [item])),
          isOpen,
        );
      case "entries":
        return list(
          items.map((item, at) => (is(item, "list") && item.items.length === 2 ? item : list([at, item]))),
          isOpen,
        );
      case "values":
        return target;
      case "keys":
        return list(
          items.map((_, at) => at),
          isOpen,
        );
      case "includes":
      case "has":
      case "indexOf":
        if (isOpen || !isPrimitive(first) || !items.every(isPrimitive)) return unknown;
        return name === "indexOf" ? items.indexOf(first) : items.includes(first);
      case "slice":
        return isOpen || !args.every(isPrimitive) ? unknown : list(items.slice(...(args as number[])));
      case "at":
        return isOpen || typeof first !== "number" ? unknown : items.at(first);
      case "reverse":
      case "toReversed":
        return list(items.toReversed(), isOpen);
      case "get": {
        const pair = items.find((item) => is(item, "list") && item.items[0] === first);
        return is(pair, "list") ? pair.items[1] : unknown;
      }
      case "toString":
        return textOf(target) ?? unknown;
      default:
        if (/^(?:pop|shift|splice|sort|fill|delete|clear|set|copyWithin)$/.test(name)) target.isOpen = true;
        return unknown;
    }
  }

  private callExternal(name: string, args: readonly Value[], node: ts.Node): Value {
    const computed = Object.hasOwn(globals, name) ? globals[name] : undefined;
    if (name.startsWith("Promise.") && is(args[0], "list")) for (const item of args[0].items) this.settle(item);
    if (computed !== undefined) return computed(args);
    const [owner = "", member = ""] = name.split(/:(.*)/s);
    const own = this.ofNode(owner, member, args);
    if (own !== undefined) return own;
    if (name === "Array.from" || name === "Array") return this.arrayFrom(args, node);
    if (/^(?:#|typeorm:)/.test(name)) return this.hooks.call({ kind: "external", name }, "", args, node);
    return this.callUnknown(args, node, !name.includes(":") || harmless.test(owner));
  }

  /** Paths, and files of the repository. */
  private ofNode(owner: string, member: string, args: readonly Value[]): Value {
    if (owner === "process.cwd") return ".";
    const method = member.replace(/^(?:posix|promises|default)\./, "");
    const texts = args.filter((arg) => typeof arg === "string");
    if (
      owner === "path" &&
      (method === "join" || method === "resolve" || method === "dirname" || method === "basename")
    ) {
      if (texts.length !== args.length) return unknown;
      if (method === "resolve")
        return texts.some((text) => text.startsWith(top)) ? posix.resolve(...texts) : posix.join(...texts);
      return method === "join" ? posix.join(...texts) : posix[method](texts[0] ?? "");
    }
    if (owner === "url" && method === "fileURLToPath") return args[0] ?? unknown;
    if (/^fs(?:\/promises)?$/.test(owner) && /^readFile(?:Sync)?$/.test(method)) {
      const [path] = texts;
      const file = path?.startsWith(top) ? path.slice(top.length + 1) : undefined;
      return (file === undefined || !this.files.has(file) ? undefined : this.files.read(file)) ?? unknown;
    }
    return undefined;
  }

  private arrayFrom([source, callback]: readonly Value[], node: ts.Node): Value {
    const length = is(source, "rec") ? source.fields.get("length") : undefined;
    const items =
      typeof length === "number" && length < 10_000
        ? list(Array.from({ length }, () => undefined))
        : is(source, "list")
          ? source
          : undefined;
    if (items === undefined) return is(callback, "function") ? this.callUnknown([callback], node) : unknown;
    if (!is(callback, "function")) return list(items.items, items.isOpen);
    return list(
      items.items.map((item, at) => this.call(callback, [item, at], node)),
      items.isOpen,
    );
  }

  /** A call of something that is not in the repository, or not known. What it is given to call it calls. */
  private callUnknown(args: readonly Value[], node: ts.Node, isHarmless = false): Value {
    const callbacks = args.filter((arg) => is(arg, "function"));
    for (const callback of callbacks)
      this.repeatedly(
        () =>
          void this.settle(
            this.call(
              callback,
              callback.node.parameters.map(() => unknown),
              node,
            ),
          ),
      );
    if (args.some((arg) => holdsRunner(arg)) && !(isHarmless && isLogged(node))) this.hooks.unread("other code", node);
    else if (!isHarmless && callbacks.length === 0 && !isLogged(node))
      return { kind: "unknown", from: node, isPending: true };
    return unknown;
  }

  /** Somebody waits for it, or nobody looks at what it gives: it is there for what it does. */
  private settle(value: Value): Value {
    if (is(value, "unknown") && value.isPending && value.from !== undefined) {
      this.hooks.unread("other code", value.from);
      return unknown;
    }
    return value;
  }

  private construct(node: ts.NewExpression, scope: Scope): Value {
    const called = this.evaluate(node.expression, scope);
    const args = this.argumentsOf(node.arguments ?? [], scope);
    if (is(called, "class")) return this.instance(called, args, node);
    const name = is(called, "external") ? (called.name.split(/[:.]/).at(-1) ?? "") : "";
    if (name === "Set" || name === "Map")
      return is(args[0], "list") ? list(dedupe(args[0].items), args[0].isOpen) : list([], args.length > 0);
    if (name === "Array")
      return typeof args[0] === "number"
        ? list(Array.from({ length: Math.min(args[0], 9999) }, () => undefined))
        : list(args);
    if (/^(?:Table\w*|View|DataSource)$/.test(name) && args.length <= 1)
      return { kind: "made", name, options: args[0] };
    if (name === "URL" && typeof args[0] === "string" && typeof args[1] === "string")
      return posix.join(posix.dirname(args[1]), args[0]);
    const isGlobal = is(called, "external") && !called.name.includes(":");
    this.callUnknown(args, node, true);
    return isGlobal ? unknown : { kind: "unknown" };
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

  private superArguments(maker: ts.ClassElement, args: readonly Value[], scope: Scope, self: Rec): Value[] {
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

/** Packages that run no SQL, whatever is asked of them. */
const harmless =
  /^(?:assert|async_hooks|buffer|child_process|crypto|events|fs|os|path|perf_hooks|process|timers|url|util|zlib|stream)(?:\/|$)|^(?:uuid|nanoid|ulid|cuid|bcrypt(?:js)?|argon2|lodash(?:[./-].*)?|ramda|date-fns|dayjs|moment|luxon|dotenv|chalk|debug|pino|winston|js-yaml|yaml|crypto-js|@aws-sdk\/.*|axios|csv-parse|@faker-js\/faker|@nestjs\/common|slugify|p-limit)(?:\/|$)/;

/** `this.logger.log(…)`: it writes to somebody, not to the database. */
function isLogged(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    pathOf(node.expression).some((name) => /^(?:console|debug|log|logger|\w+Logger)$/.test(name))
  );
}

function classOf(node: ts.ClassLikeDeclaration, scope: Scope): ClassValue {
  return { kind: "class", node, scope, statics: new Map() };
}

function isStatic(member: ts.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  );
}

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end;
}

function textIn(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : "";
}

function loopEnd(ended: Completion): Completion {
  return ended?.kind === "break" || ended?.kind === "continue" ? undefined : ended;
}

function dedupe(items: readonly Value[]): Value[] {
  return [...new Set(items)];
}

function regexpOf(text: string): Value {
  const at = text.lastIndexOf("/");
  try {
    return new RegExp(text.slice(1, at), text.slice(at + 1));
  } catch {
    return unknown;
  }
}

function typeOf(value: Value): Value {
  if (value === null) return "object";
  if (isPrimitive(value)) return typeof value;
  return is(value, "unknown") || is(value, "external")
    ? unknown
    : is(value, "function") || is(value, "class")
      ? "function"
      : "object";
}

/** Undefined: it is not known. */
function equal(left: Value, right: Value): boolean | undefined {
  if (isPrimitive(left) && isPrimitive(right)) return left === right;
  if (left === right && !is(left, "unknown")) return true;
  // Nothing is an object that is known.
  const isObject = (value: Value) =>
    is(value, "list") || is(value, "rec") || is(value, "host") || is(value, "made") || is(value, "function");
  if ((isObject(left) && isPrimitive(right)) || (isObject(right) && isPrimitive(left))) return false;
  return undefined;
}

function operate(kind: ts.SyntaxKind, left: Value, right: Value): Value {
  const K = ts.SyntaxKind;
  if (kind === K.EqualsEqualsEqualsToken || kind === K.EqualsEqualsToken) return equal(left, right) ?? unknown;
  if (kind === K.ExclamationEqualsEqualsToken || kind === K.ExclamationEqualsToken) {
    const same = equal(left, right);
    return same === undefined ? unknown : !same;
  }
  if (kind === K.CommaToken) return right;
  if (kind === K.InKeyword)
    return is(right, "rec") && !right.isOpen && isPrimitive(left) ? right.fields.has(String(left)) : unknown;
  if (kind === K.PlusToken || kind === K.PlusEqualsToken) {
    if (typeof left === "number" && typeof right === "number") return left + right;
    const isText = typeof left === "string" || typeof right === "string" || is(left, "list") || is(right, "list");
    const [a, b] = [textOf(left), textOf(right)];
    return isText && a !== undefined && b !== undefined ? a + b : unknown;
  }
  const isNumbers = typeof left === "number" && typeof right === "number";
  const isTexts = typeof left === "string" && typeof right === "string";
  if (!isNumbers && !isTexts) return unknown;
  const [a, b] = [left as number, right as number];
  switch (kind) {
    case K.LessThanToken:
      return a < b;
    case K.LessThanEqualsToken:
      return a <= b;
    case K.GreaterThanToken:
      return a > b;
    case K.GreaterThanEqualsToken:
      return a >= b;
    case K.MinusToken:
    case K.MinusEqualsToken:
      return a - b;
    case K.AsteriskToken:
    case K.AsteriskEqualsToken:
      return a * b;
    case K.SlashToken:
      return a / b;
    case K.PercentToken:
      return a % b;
    default:
      return unknown;
  }
}

function instanceOf(hooks: Hooks, left: Value, right: ts.Expression): Value {
  return is(left, "host") ? hooks.property(left, `instanceof ${pathOf(right).at(-1) ?? ""}`) : unknown;
}
