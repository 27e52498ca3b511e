import { posix } from "node:path";
import { nameOf, ts, unwrap } from "@lockstep/core/typescript";
import type { Value } from "./values.js";

/** A name and what it stands for, found out when it is asked for. */
export interface Binding {
  value: Value;
  /** Still to be found out. */
  lazy?: (() => Value) | undefined;
}

/** The names that code sees. */
export class Scope {
  private readonly names = new Map<string, Binding>();
  constructor(
    readonly module: Module,
    readonly parent?: Scope,
    readonly self: Value = parent?.self,
  ) {}

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }

  own(name: string): Binding | undefined {
    return this.names.get(name);
  }

  declare(name: string, value: Value): void {
    this.names.set(name, { value });
  }

  declareLazily(name: string, lazy: () => Value): void {
    this.names.set(name, { value: undefined, lazy });
  }
}

/** A file of the repository. */
export interface Module {
  readonly file: string;
  readonly source: ts.SourceFile;
  readonly scope: Scope;
  /** What `export` gives away: under which name it is known inside, or in which other file. */
  readonly exports: ReadonlyMap<string, Export>;
  readonly stars: readonly string[];
}

export interface Export {
  readonly local?: string;
  readonly expression?: ts.Expression;
  readonly from?: string;
  readonly name?: string;
}

/** Values are read once: two that ask in a circle get nothing. */
export function force(binding: Binding, inCircle: Value): Value {
  const { lazy } = binding;
  if (lazy === undefined) return binding.value;
  binding.lazy = undefined;
  binding.value = inCircle;
  binding.value = lazy();
  return binding.value;
}

/** What the statements of a file export, as ES modules and as CommonJS. */
export function exportsOf(source: ts.SourceFile): { exports: Map<string, Export>; stars: string[] } {
  const exports = new Map<string, Export>();
  const stars: string[] = [];
  for (const statement of source.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const has = (kind: ts.SyntaxKind) => modifiers.some((modifier) => modifier.kind === kind);
    if (has(ts.SyntaxKind.ExportKeyword)) {
      for (const name of declaredBy(statement)) exports.set(name, { local: name });
      const [first] = declaredBy(statement);
      if (has(ts.SyntaxKind.DefaultKeyword) && first !== undefined) exports.set("default", { local: first });
    }
    if (ts.isExportAssignment(statement)) exports.set("default", { expression: statement.expression });
    if (ts.isExportDeclaration(statement)) {
      const from = specifierOf(statement.moduleSpecifier);
      if (statement.exportClause === undefined) stars.push(...(from === undefined ? [] : [from]));
      else if (ts.isNamedExports(statement.exportClause))
        for (const { name, propertyName } of statement.exportClause.elements) {
          const inner = (propertyName ?? name).text;
          exports.set(name.text, from === undefined ? { local: inner } : { from, name: inner });
        }
      else if (from !== undefined) exports.set(statement.exportClause.name.text, { from });
    }
    const set = ts.isExpressionStatement(statement) ? unwrap(statement.expression) : undefined;
    if (set !== undefined && ts.isBinaryExpression(set) && ts.isPropertyAccessExpression(set.left)) {
      const { expression, name } = set.left;
      const target = expression.getText(source);
      if (target === "exports" || target === "module.exports") exports.set(name.text, { expression: set.right });
      if (target === "module" && name.text === "exports") exports.set("default", { expression: set.right });
    }
  }
  return { exports, stars };
}

/** The names that a statement declares. */
export function declaredBy(statement: ts.Node): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name));
  const isNamed =
    ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

export function namesIn(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

export function specifierOf(node: ts.Expression | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** Where the statements of a file change what a name stands for, beside its declaration: `list.push(…)`, `names.a = …`. */
export function changedBy(statement: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const rootOf = (node: ts.Node): string | undefined =>
    ts.isIdentifier(node)
      ? node.text
      : ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
        ? rootOf(node.expression)
        : undefined;
  const visit = (node: ts.Node): void => {
    const target = ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind) ? node.left : undefined;
    const called =
      ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? node.expression : undefined;
    const name = rootOf(target ?? called ?? node.getSourceFile());
    if (name !== undefined) names.add(name);
    if (called === undefined && ts.isCallExpression(node))
      for (const argument of node.arguments) if (ts.isIdentifier(argument)) names.add(argument.text);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return names;
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The files that an import may mean, the likeliest first. */
export function* filesOf(specifier: string, from: string): Iterable<string> {
  const bases: string[] = [];
  if (specifier.startsWith(".")) bases.push(posix.join(posix.dirname(from), specifier));
  // `src/constants`, of a folder above: a base URL.
  else if (!specifier.includes(":") && !specifier.startsWith("@"))
    for (let at = posix.dirname(from); ; at = posix.dirname(at)) {
      bases.push(posix.join(at, specifier));
      if (at === "." || at === "/") break;
    }
  for (const base of bases) {
    if (/\.[cm]?[jt]s$/.test(base)) {
      yield base.replace(/js$/, "ts");
      yield base;
    }
    for (const end of [".ts", ".js", "/index.ts", "/index.js", ".mts", ".cts", ".mjs", ".cjs"]) yield base + end;
  }
}

/** `{ a, b: c = 1 }`: the name that an element takes its value by. */
export function keyOf(element: ts.BindingElement): string | undefined {
  return nameOf(element.propertyName ?? (ts.isIdentifier(element.name) ? element.name : undefined));
}
