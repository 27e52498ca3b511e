import { posix } from "node:path";
import { ts } from "@lockstep/core/typescript";
import type { Value } from "./values.js";

/** The files that constants and helpers are imported from. */
export interface Files {
  has(path: string): boolean;
  read(path: string): string | undefined;
}

/** A name and its value, evaluated when it is first read. */
export interface Binding {
  value: Value;
  /** Not evaluated yet. */
  lazy?: (() => Value) | undefined;
}

/** The names that code can refer to. */
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
  scope: Scope;
  readonly exports: Map<string, () => Value>;
  /** `export * from`. */
  readonly stars: string[];
}

/** Evaluates each value once: of two that refer to each other, one is unknown. */
export function force(binding: Binding, inCircle: Value): Value {
  const { lazy } = binding;
  if (lazy === undefined) return binding.value;
  binding.lazy = undefined;
  binding.value = inCircle;
  binding.value = lazy();
  return binding.value;
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

/** The names whose values a statement can change after their declaration: `list.push(…)`, `names.a = …`. */
export function changedBy(statement: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    else if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) add(node.expression);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) add(node.left);
    if (ts.isCallExpression(node))
      for (const each of ts.isPropertyAccessExpression(node.expression) ? [node.expression] : node.arguments) add(each);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return names;
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The files that an import can refer to, the most likely first. */
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
