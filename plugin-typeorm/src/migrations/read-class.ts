import { nameOf, pathOf, ts, unwrap } from "@lockstep/core/codemods";
import { className as classNameOf, stampOf } from "./names.js";

/** The SQL of one literal `queryRunner.query("…")`: one statement or several. */
export interface LiteralQuery {
  readonly sql: string;
  /** 1-based, of the call. */
  readonly line: number;
}

/** What is not a literal query, so that nobody knows what it runs without running it. */
export interface BuiltCode {
  readonly line: number;
  /** `an interpolated string`, `a variable`, `parameters`, `a query runner method createTable`, `other code`, … */
  readonly what: string;
  readonly method: "up" | "down";
}

/** A migration class as it is written. */
export interface MigrationClass {
  /** Its identifier, else what its `name` says; empty when the file has no migration. */
  readonly className: string;
  readonly up: readonly LiteralQuery[];
  readonly down: readonly LiteralQuery[];
  /** Where this is not empty the statements above are not all that the migration does. */
  readonly built: readonly BuiltCode[];
  /** What the class says of its own transaction; undefined where it goes by the mode of the run. */
  readonly transaction: boolean | undefined;
}

/**
 * Reads a migration that a person or TypeORM has written, in TypeScript or JavaScript of either kind of module: which literal
 * statements it runs, and what else it does. Of several migrations in a file it is the one that the file is named after; the others
 * count as code. Never fails: what cannot be read is code as well.
 *
 * @param file its path: the language goes by its extension
 * @example readClass(text, "src/migrations/1763648123456-AddHandle.ts").up // [{ sql: 'ALTER TABLE "users" …', line: 7 }]
 */
export function readClass(text: string, file: string): MigrationClass {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const stem = (file.split(/[\\/]/).at(-1) ?? "").replace(/\.[cm]?[jt]s$/, "");
  const classes = classesIn(source).filter((node) => methodOf(node, "up") !== undefined || /\d{13}$/.test(named(node)));
  const own =
    classes.find((node) => [identifier(node), named(node)].includes(classNameOf(stem))) ??
    classes.find((node) => stampOf(named(node)) === stampOf(stem)) ??
    classes[0];
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  if (own === undefined) {
    const built = [{ line: 1, what: "no migration class", method: "up" }] as const;
    return { className: "", up: [], down: [], built, transaction: undefined };
  }
  const others = classes
    .filter((node) => node !== own)
    .map((node): BuiltCode => ({ line: lineOf(node), what: "another migration class", method: "up" }));
  const up = readMethod(own, "up", lineOf);
  const down = readMethod(own, "down", lineOf);
  const transaction = propertyOf(own, "transaction")?.kind;
  return {
    className: identifier(own) ?? named(own),
    up: up.queries,
    down: down.queries,
    built: [...up.built, ...down.built, ...others].sort((a, b) => a.line - b.line),
    transaction:
      transaction === ts.SyntaxKind.TrueKeyword ? true : transaction === ts.SyntaxKind.FalseKeyword ? false : undefined,
  };
}

function classesIn(node: ts.Node): ts.ClassLikeDeclaration[] {
  const found: ts.ClassLikeDeclaration[] = [];
  node.forEachChild((child) => {
    if (ts.isClassLike(child)) found.push(child);
    found.push(...classesIn(child));
  });
  return found;
}

/** As TypeORM calls it: the `name` of the instance, else that of the class. */
function named(node: ts.ClassLikeDeclaration): string {
  const name = propertyOf(node, "name");
  return (name === undefined ? undefined : literalOf(name)) ?? identifier(node) ?? "";
}

/** `class A {}`, and `A = class {}` of whatever it is assigned to. */
function identifier(node: ts.ClassLikeDeclaration): string | undefined {
  const { parent } = node;
  const target = ts.isVariableDeclaration(parent)
    ? parent.name
    : ts.isBinaryExpression(parent)
      ? parent.left
      : undefined;
  if (node.name !== undefined) return node.name.text;
  if (target === undefined) return undefined;
  if (ts.isIdentifier(target)) return target.text;
  const path = ts.isPropertyAccessExpression(target) ? pathOf(target) : [];
  return path.join(".") === "module.exports" ? undefined : path.at(-1);
}

/** What a property of the instance is set to: in the class, or in its constructor as compilers write it. */
function propertyOf(node: ts.ClassLikeDeclaration, name: string): ts.Expression | undefined {
  for (const member of node.members) {
    if (ts.isPropertyDeclaration(member) && nameOf(member.name) === name && member.initializer !== undefined)
      return unwrap(member.initializer);
    if (!ts.isConstructorDeclaration(member)) continue;
    for (const statement of member.body?.statements ?? []) {
      const set = ts.isExpressionStatement(statement) ? statement.expression : undefined;
      if (set === undefined || !ts.isBinaryExpression(set)) continue;
      if (set.operatorToken.kind === ts.SyntaxKind.EqualsToken && pathOf(set.left).join(".") === `this.${name}`)
        return unwrap(set.right);
    }
  }
  return undefined;
}

interface Method {
  readonly parameter: string | undefined;
  readonly body: ts.Node;
}

/** `async up(queryRunner) {}`, also as `up = async (queryRunner) => {}`. */
function methodOf(node: ts.ClassLikeDeclaration, name: string): Method | undefined {
  for (const member of node.members) {
    if (member.name === undefined || nameOf(member.name) !== name) continue;
    const value = ts.isPropertyDeclaration(member) && member.initializer ? unwrap(member.initializer) : member;
    if (!ts.isMethodDeclaration(value) && !ts.isArrowFunction(value) && !ts.isFunctionExpression(value)) continue;
    if (value.body === undefined) continue;
    const [first] = value.parameters;
    return { parameter: first && ts.isIdentifier(first.name) ? first.name.text : undefined, body: value.body };
  }
  return undefined;
}

function readMethod(
  node: ts.ClassLikeDeclaration,
  method: "up" | "down",
  lineOf: (node: ts.Node) => number,
): { readonly queries: readonly LiteralQuery[]; readonly built: readonly BuiltCode[] } {
  const queries: LiteralQuery[] = [];
  const built: BuiltCode[] = [];
  const found = methodOf(node, method);
  // A base class may have it: TypeORM refuses a migration without.
  if (found === undefined) return { queries, built: [{ line: lineOf(node), what: `no ${method} of its own`, method }] };
  const { parameter, body } = found;
  const parts: readonly ts.Node[] = ts.isBlock(body) ? body.statements : [body];
  parts.forEach((part, at) => {
    if (ts.isEmptyStatement(part) || isPrint(part)) return;
    const read = readPart(part, parameter, at === parts.length - 1);
    const line = lineOf(part);
    if ("sql" in read) queries.push({ sql: read.sql, line });
    else built.push({ line, what: read.what, method });
  });
  return { queries, built };
}

/** `console.log("…")` changes nothing. */
function isPrint(part: ts.Node): boolean {
  const call = ts.isExpressionStatement(part) ? part.expression : undefined;
  return call !== undefined && ts.isCallExpression(call) && pathOf(call.expression)[0] === "console";
}

/** @param isLast what it returns is awaited by TypeORM */
function readPart(
  part: ts.Node,
  parameter: string | undefined,
  isLast: boolean,
): { readonly sql: string } | { readonly what: string } {
  const other = { what: ts.isThrowStatement(part) ? "a throw" : "other code" };
  const isReturned = ts.isReturnStatement(part) || !ts.isStatement(part);
  if (isReturned && !isLast) return other;
  const expression =
    ts.isReturnStatement(part) || ts.isExpressionStatement(part)
      ? part.expression
      : isReturned
        ? (part as ts.Expression)
        : undefined;
  if (expression === undefined) return other;
  const outer = unwrap(expression);
  const call = ts.isAwaitExpression(outer) ? unwrap(outer.expression) : outer;
  if (!ts.isCallExpression(call)) return other;
  const [receiver, method, ...more] = pathOf(call.expression);
  if (parameter === undefined || receiver !== parameter || method === undefined || more.length > 0) return other;
  if (method !== "query") return { what: `a query runner method ${method}` };
  if (!ts.isAwaitExpression(outer) && !isReturned) return { what: "a query that nobody awaits" };
  const [text, ...rest] = call.arguments;
  if (text === undefined) return other;
  if (rest.some((each) => !isNothing(each))) return { what: "parameters" };
  const sql = literalOf(text);
  return sql === undefined ? { what: kindOf(text) } : { sql };
}

/** TypeORM 0.2 wrote `query("…", undefined)` into every migration that it generated. */
function isNothing(expression: ts.Expression): boolean {
  const inner = unwrap(expression);
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.length === 0;
  return ts.isVoidExpression(inner) || inner.getText() === "undefined";
}

/** The text of a literal, and of literals that are put together. */
function literalOf(expression: ts.Expression): string | undefined {
  const inner = unwrap(expression);
  if (ts.isStringLiteralLike(inner)) return inner.text;
  if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const left = literalOf(inner.left);
  const right = literalOf(inner.right);
  return left === undefined || right === undefined ? undefined : left + right;
}

function kindOf(expression: ts.Expression): string {
  const inner = unwrap(expression);
  if (ts.isTemplateExpression(inner) || ts.isBinaryExpression(inner)) return "an interpolated string";
  return ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner) ? "a variable" : "other code";
}
