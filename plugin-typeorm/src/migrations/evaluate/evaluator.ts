import { nameOf, ts, unwrap } from "@lockstep/core/typescript";
import { Calls } from "./calls.js";
import { type Completion, functionOf, TooMuch } from "./expressions.js";
import {
  type Binding,
  changedBy,
  declaredBy,
  type Files,
  filesOf,
  force,
  type Module,
  namesIn,
  Scope,
} from "./scope.js";
import { equal, type FunctionValue, is, rec, truth, unknown, type Value } from "./values.js";

/**
 * Reads code as if it ran, without running it: values that the repository determines are known, all others are not. If a condition is
 * unknown, both branches are read; a loop over an unknown value is read once.
 */
export abstract class Evaluator extends Calls {
  private readonly modules = new Map<string, Module | undefined>();

  /** Reads a method of a migration. */
  run(method: FunctionValue, args: readonly Value[]): void {
    this.root = method.node;
    unlessTooMuch(
      () => void this.settle(this.call(method, args, method.node)),
      () => {
        this.reset();
        this.unread("other code", method.node);
      },
    );
  }

  /** The node whose line is reported for a node. */
  placeOf(node: ts.Node): ts.Node {
    return this.anchor ?? node;
  }

  protected runAll(statements: readonly ts.Statement[], scope: Scope): Completion {
    this.hoist(statements, scope);
    for (const statement of statements) {
      const ended = this.runOne(statement, scope);
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  private runBlock(node: ts.Statement | undefined, scope: Scope): Completion {
    return node && this.runAll(ts.isBlock(node) ? node.statements : [node], new Scope(scope.module, scope));
  }

  private runOne(node: ts.Statement, scope: Scope): Completion {
    this.step();
    if (ts.isExpressionStatement(node)) this.settle(this.evaluate(node.expression, scope));
    else if (ts.isVariableStatement(node)) this.declareAll(node.declarationList, scope);
    else if (ts.isReturnStatement(node))
      return { kind: "return", value: node.expression && this.evaluate(node.expression, scope) };
    else if (ts.isIfStatement(node)) {
      const [then, otherwise] = [node.thenStatement, node.elseStatement].map(
        (each) => () => this.runBlock(each, scope),
      );
      const condition = truth(this.evaluate(node.expression, scope));
      if (condition === undefined) return this.branches([then, otherwise] as (() => Completion)[]);
      return (condition ? then : otherwise)?.();
    } else if (ts.isBlock(node)) return this.runBlock(node, scope);
    else if (ts.isTryStatement(node)) return this.runTry(node, scope);
    else if (ts.isForOfStatement(node)) {
      const over = this.evaluate(node.expression, scope);
      return this.each(over, (item) => {
        const inner = new Scope(scope.module, scope);
        this.bindEach(node.initializer, item, inner);
        return this.runBlock(node.statement, inner);
      });
    } else if (ts.isIterationStatement(node, false)) return this.runLoop(node, scope);
    else if (ts.isSwitchStatement(node)) return this.runSwitch(node, scope);
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
      this.bind(name, initializer && this.evaluate(initializer, scope), scope);
  }

  private runTry({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, scope: Scope): Completion {
    let ended = this.runBlock(tryBlock, scope);
    if (catchClause !== undefined) {
      const wasInCatch = this.isInCatch;
      const inner = new Scope(scope.module, scope);
      if (catchClause.variableDeclaration !== undefined)
        this.bind(catchClause.variableDeclaration.name, unknown, inner);
      this.isInCatch = true;
      const caught = this.branches([() => this.runBlock(catchClause.block, inner), () => undefined]);
      this.isInCatch = wasInCatch;
      if (ended?.kind === "throw") ended = caught;
    }
    return this.runBlock(finallyBlock, scope) ?? ended;
  }

  private bindEach(head: ts.ForInitializer, item: Value, scope: Scope): void {
    if (!ts.isVariableDeclarationList(head)) this.assign(head, item, scope);
    else for (const { name } of head.declarations) this.bind(name, item, scope);
  }

  /** `for (;;)`, `for … in`, `while` and `do`: read once, as a loop with an unknown end. */
  private runLoop(node: ts.Statement & { statement: ts.Statement }, scope: Scope): Completion {
    const inner = new Scope(scope.module, scope);
    if (ts.isForInStatement(node)) this.bindEach(node.initializer, unknown, inner);
    const head = ts.isForStatement(node) ? node.initializer : undefined;
    if (head !== undefined && ts.isVariableDeclarationList(head)) this.declareAll(head, inner);
    else if (head !== undefined) this.evaluate(head, inner);
    const { condition, incrementor } = ts.isForStatement(node) ? node : {};
    const expression = ts.isWhileStatement(node) || ts.isDoStatement(node) ? node.expression : condition;
    this.repeatedly(() => {
      if (expression !== undefined && !ts.isDoStatement(node)) this.evaluate(expression, inner);
      const ended = this.runBlock(node.statement, inner);
      for (const each of [incrementor, expression]) if (each !== undefined) this.evaluate(each, inner);
      return ended;
    });
    return undefined;
  }

  private runSwitch({ expression, caseBlock }: ts.SwitchStatement, scope: Scope): Completion {
    const value = this.evaluate(expression, scope);
    const { clauses } = caseBlock;
    const inner = new Scope(scope.module, scope);
    const tests = clauses.map((clause) => {
      if (!ts.isCaseClause(clause)) return false;
      const each = this.evaluate(clause.expression, inner);
      return equal(value, each) ?? this.ofDialect(expression, clause.expression, each);
    });
    const first = tests.findIndex((test) => test !== false);
    if (first !== -1 && tests[first] === undefined)
      return this.branches([...clauses.map((clause) => () => this.runAll(clause.statements, inner)), () => undefined]);
    const from = first === -1 ? clauses.findIndex(ts.isDefaultClause) : first;
    if (from === -1) return undefined;
    const rest = clauses.slice(from).flatMap(({ statements }) => [...statements]);
    return loopEnd(this.runAll(rest, inner));
  }

  // Files.

  module(file: string, text?: string): Module | undefined {
    if (this.modules.has(file) && text === undefined) return this.modules.get(file);
    const found = text ?? this.files.read(file);
    const made = found === undefined ? undefined : this.readModule(file, found, text !== undefined);
    this.modules.set(file, made);
    return made;
  }

  private readModule(file: string, text: string, isOnce: boolean): Module {
    const source = treeOf(this.files, file, text, isOnce);
    const module = { file, source, exports: new Map(), stars: [] } as unknown as Module;
    const scope = new Scope(module);
    module.scope = scope;
    this.hoist(source.statements, scope);
    for (const statement of source.statements) {
      if (ts.isVariableStatement(statement)) this.hoistVariables(statement, scope);
      this.readExports(statement, module);
    }
    // Modules are not run: their later assignments are unknown.
    const variables = new Set(source.statements.filter(ts.isVariableStatement).flatMap(declaredBy));
    for (const statement of source.statements)
      if (!ts.isVariableStatement(statement) && declaredBy(statement).length === 0)
        for (const name of changedBy(statement)) if (variables.has(name)) scope.declare(name, unknown);
    return module;
  }

  /** The exports of a statement, as an ES module or as CommonJS. */
  private readExports(statement: ts.Statement, { exports, stars, scope, file }: Module): void {
    const own = (name: string) => () => this.identifier(name, scope);
    const modifiers = (ts.canHaveModifiers(statement) && ts.getModifiers(statement)) || [];
    const has = (kind: ts.SyntaxKind) => modifiers.some((modifier) => modifier.kind === kind);
    if (has(ts.SyntaxKind.ExportKeyword))
      for (const name of declaredBy(statement))
        exports.set(has(ts.SyntaxKind.DefaultKeyword) ? "default" : name, own(name));
    else if (ts.isExportAssignment(statement)) exports.set("default", () => this.evaluate(statement.expression, scope));
    else if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      const from = moduleSpecifier && textIn(moduleSpecifier);
      if (exportClause === undefined) stars.push(from ?? "");
      else if (ts.isNamespaceExport(exportClause))
        exports.set(exportClause.name.text, () => this.imported(from ?? "", undefined, file));
      else
        for (const { name, propertyName = name } of exportClause.elements)
          exports.set(
            name.text,
            from === undefined ? own(propertyName.text) : () => this.imported(from, propertyName.text, file),
          );
    } else if (ts.isExpressionStatement(statement)) {
      const set = unwrap(statement.expression);
      if (!ts.isBinaryExpression(set) || !ts.isPropertyAccessExpression(set.left)) return;
      const [target, name] = [set.left.expression.getText(), set.left.name.text];
      const value = () => this.evaluate(set.right, scope);
      if (target === "exports" || target === "module.exports") exports.set(name, value);
      if (target === "module" && name === "exports") exports.set("default", value);
    }
  }

  /** Declares the functions, classes, enums and imports of a block. */
  private hoist(statements: readonly ts.Statement[], scope: Scope): void {
    for (const statement of statements)
      if (ts.isFunctionDeclaration(statement) && statement.name !== undefined)
        scope.declare(statement.name.text, functionOf(statement, scope));
      else if (ts.isClassDeclaration(statement) && statement.name !== undefined)
        scope.declare(statement.name.text, { kind: "class", node: statement, scope });
      else if (ts.isEnumDeclaration(statement))
        scope.declareLazily(statement.name.text, () => this.enumOf(statement, scope));
      else if (ts.isImportDeclaration(statement)) this.hoistImports(statement, scope);
  }

  /** Declares the variables of a file, each evaluated when it is read. */
  hoistVariables({ declarationList }: ts.VariableStatement, scope: Scope): void {
    for (const { name, initializer } of declarationList.declarations) {
      const whole: Binding = { value: undefined, lazy: () => initializer && this.evaluate(initializer, scope) };
      for (const each of namesIn(name))
        scope.declareLazily(each, () => {
          const inner = new Scope(scope.module, scope);
          this.bind(name, force(whole, unknown), inner);
          return inner.find(each)?.value;
        });
    }
  }

  private hoistImports({ importClause, moduleSpecifier }: ts.ImportDeclaration, scope: Scope): void {
    const declare = (local: string, name: string | undefined) =>
      scope.declareLazily(local, () => this.imported(textIn(moduleSpecifier), name, scope.module.file));
    const { name, namedBindings } = importClause ?? {};
    if (name !== undefined) declare(name.text, "default");
    if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings)) declare(namedBindings.name.text, undefined);
    else
      for (const each of namedBindings?.elements ?? []) declare(each.name.text, (each.propertyName ?? each.name).text);
  }

  /** @param name undefined: the whole module */
  protected imported(specifier: string, name: string | undefined, from: string): Value {
    const file = [...filesOf(specifier, from)].find((each) => this.files.has(each));
    const module = file === undefined ? undefined : this.module(file);
    if (module === undefined) {
      if (file !== undefined || specifier.startsWith(".")) return unknown;
      const isAll = name === undefined || name === "default";
      return { kind: "external", name: `${specifier.replace(/^node:/, "")}:${isAll ? "" : name}` };
    }
    const found = name === undefined ? undefined : module.exports.get(name);
    if (found !== undefined) return found();
    const stars = module.stars.map((star) => this.imported(star, name, module.file));
    if (name !== undefined && (name !== "default" || module.exports.size === 0))
      return stars.find((value) => value !== undefined && !is(value, "unknown")) ?? unknown;
    // `import x from` a CommonJS module imports all of it.
    const all = rec([...module.exports].map(([key, value]) => [key, value()]));
    for (const star of stars)
      if (is(star, "rec")) for (const [key, value] of star.fields) all.fields.set(key, value);
      else all.isOpen = true;
    return all;
  }

  private enumOf({ members }: ts.EnumDeclaration, scope: Scope): Value {
    const made = rec();
    const inner = new Scope(scope.module, scope);
    let next: Value = 0;
    for (const { name: node, initializer } of members) {
      const name = nameOf(node) ?? "";
      const value: Value = initializer === undefined ? next : this.evaluate(initializer, inner);
      next = typeof value === "number" ? value + 1 : unknown;
      inner.declare(name, value);
      made.fields.set(name, value);
    }
    return made;
  }
}

const trees = new WeakMap<Files, Map<string, ts.SourceFile>>();

/** All migrations of a repository share the trees of imported files; that of a migration is needed once. */
function treeOf(files: Files, file: string, text: string, isOnce: boolean): ts.SourceFile {
  const known = trees.get(files) ?? new Map<string, ts.SourceFile>();
  trees.set(files, known);
  const found = known.get(file);
  if (isOnce) known.delete(file);
  if (found?.text === text) return found;
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const made = ts.createSourceFile(file, text, options, true);
  if (!isOnce) known.set(file, made);
  return made;
}

/** Endless code, or endless recursion, is not read. */
export function unlessTooMuch<T>(run: () => T, otherwise: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TooMuch || error instanceof RangeError)) throw error;
    return otherwise();
  }
}

function loopEnd(ended: Completion): Completion {
  return ended?.kind === "break" || ended?.kind === "continue" ? undefined : ended;
}

function textIn(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : "";
}
