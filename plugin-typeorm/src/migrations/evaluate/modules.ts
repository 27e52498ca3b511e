import { nameOf, ts } from "@lockstep/core/typescript";
import { Regions } from "./regions.js";
import {
  type Binding,
  changedBy,
  declaredBy,
  exportsOf,
  filesOf,
  force,
  type Module,
  namesIn,
  Scope,
} from "./scope.js";
import { type ClassValue, type FunctionValue, is, rec, unknown, type Value } from "./values.js";

/** The files that constants and helpers are imported from. */
export interface Files {
  has(path: string): boolean;
  read(path: string): string | undefined;
}

/** What the files of the repository declare, import and export. */
export abstract class Modules extends Regions {
  private readonly modules = new Map<string, Module | undefined>();

  constructor(protected readonly files: Files) {
    super();
  }

  abstract evaluate(expression: ts.Expression, scope: Scope): Value;
  protected abstract bind(name: ts.BindingName, value: Value, scope: Scope): void;

  module(file: string, text?: string): Module | undefined {
    if (this.modules.has(file) && text === undefined) return this.modules.get(file);
    const found = text ?? this.files.read(file);
    const made = found === undefined ? undefined : this.readModule(file, found, text !== undefined);
    this.modules.set(file, made);
    return made;
  }

  protected readModule(file: string, text: string, isOnce: boolean): Module {
    const source = treeOf(this.files, file, text, isOnce);
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
  protected hoist(statements: readonly ts.Statement[], scope: Scope, isModule: boolean): void {
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

  protected declareImports({ importClause, moduleSpecifier }: ts.ImportDeclaration, scope: Scope): void {
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
  protected imported(specifier: string, name: string | undefined, from: string): Value {
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

  protected enumOf(node: ts.EnumDeclaration, scope: Scope): Value {
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

  protected functionOf(node: ts.FunctionLikeDeclaration, scope: Scope, self: Value = scope.self): FunctionValue {
    return { kind: "function", node, scope, self };
  }
}

const trees = new WeakMap<Files, Map<string, ts.SourceFile>>();

/** Trees of what is imported are shared by all migrations of a repository; that of a migration is asked for once. */
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

export function classOf(node: ts.ClassLikeDeclaration, scope: Scope): ClassValue {
  return { kind: "class", node, scope, statics: new Map() };
}

export function textIn(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : "";
}
