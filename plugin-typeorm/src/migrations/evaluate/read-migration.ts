import type { MigrationSource, TransactionMode, TransactionOverride, UnreadCode } from "@lockstep/core";
import { nameOf, pathOf, ts, unwrap } from "@lockstep/core/typescript";
import { className as classNameOf, stampOf } from "../names.js";
import { onTheirLines } from "../on-their-lines.js";
import { isWithin } from "./calls.js";
import { unlessTooMuch } from "./evaluator.js";
import { type Effect, kindOf, type MigrationReader, opened, runner } from "./query-runner.js";
import { type Files, type Module, Scope } from "./scope.js";
import { type ClassValue, is, type Rec, rec, type Value } from "./values.js";

/** The SQL of one `queryRunner.query("…")`: one statement or several. */
export interface LiteralQuery {
  readonly sql: string;
  /** 1-based, of the call. */
  readonly line: number;
}

/** Code that is not a query with known SQL. */
export interface BuiltCode {
  readonly line: number;
  /** `an interpolated string`, `a variable`, `parameters`, `a query runner method createTable`, `other code`, … */
  readonly what: string;
  readonly method: "up" | "down";
}

/** A migration class that contains only queries; otherwise `built` lists the rest. */
export interface MigrationClass {
  /** Its identifier, else its `name`; empty when the file has no migration. */
  readonly className: string;
  readonly up: readonly LiteralQuery[];
  readonly down: readonly LiteralQuery[];
  /** If this is not empty, the migration does more than the statements above. */
  readonly built: readonly BuiltCode[];
  /** The `transaction` of the class; undefined if it has none, so that the mode of the run decides. */
  readonly transaction: boolean | undefined;
}

export interface ReadOptions {
  /** Undefined is read as PostgreSQL. */
  readonly dialect: string | undefined;
  /** The mode of the data source: how many transactions are open when a migration begins. */
  readonly transactions: TransactionMode;
  /** The schema of the data source. */
  readonly schema?: string | undefined;
}

/**
 * Reads the statements of a file's migration classes, in the order in which TypeORM runs them: statements that the repository determines,
 * and code that can run other SQL. It runs no code of the repository and never fails.
 */
export function readUp(text: string, file: string, files: Files, options: ReadOptions): MigrationSource {
  return unlessTooMuch(
    () => read(text, file, files, options),
    () => ({ sql: "", unread: [{ line: 1, what: "other code", text }] }),
  );
}

function read(
  text: string,
  file: string,
  files: Files,
  { dialect, transactions, schema }: ReadOptions,
): MigrationSource {
  const { reader, module } = opened(file, text, files, dialect, schema);
  const lineOf = lineIn(module);
  const classes = classesOf(module, reader);
  const stamped = classes.filter(({ name }) => stamp.test(name));
  // A base class beside it is not a migration.
  const found = (stamped.length > 0 ? stamped : classes).sort(
    (a, b) => Number(a.name.slice(-13)) - Number(b.name.slice(-13)),
  );
  if (found.length === 0) return { sql: "", unread: [{ line: 1, what: "no migration class", text: "" }] };
  const effects: Placed[] = [];
  const overrides: TransactionOverride[] = [];
  let isOutside = false;
  for (const { instance, of, name } of found) {
    const transaction = reader.property(instance, "transaction");
    if (typeof transaction === "boolean") {
      const stated = of.node.members.find((member) => nameOf(member.name) === "transaction");
      overrides.push({ line: lineOf(stated ?? of.node), name, transaction });
    }
    isOutside ||= transaction === false;
    reader.transactions = isOutside || transactions === "none" ? 0 : 1;
    const up = reader.property(instance, "up");
    if (is(up, "function")) reader.run(up, [runner]);
    else reader.unread("no up of its own", of.node);
    const isHere = (node: ts.Node) => node.getSourceFile() === module.source;
    for (const effect of reader.effects.splice(0)) {
      const called = lineOf(isHere(effect.place) ? effect.place : of.node);
      effects.push({ ...effect, called, own: isHere(effect.node) ? lineOf(effect.node) : called });
    }
  }
  return {
    sql: onTheirLines(placed(effects)),
    unread: outermost(effects),
    ...(isOutside ? { transactions: "none" } : {}),
    ...(overrides.length > 0 ? { overrides } : {}),
  };
}

function lineIn({ source }: Module) {
  return (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** An effect with its own line, and the line of the call in the method of the migration that led to it. */
type Placed = Effect & { readonly own: number; readonly called: number };

interface Found {
  readonly of: ClassValue;
  readonly instance: Rec;
  /** TypeORM's name: the `name` of the instance, else that of the class. */
  readonly name: string;
  readonly identifier: string | undefined;
}

const stamp = /\d{13}$/;

/** The classes that TypeORM can treat as migrations: those with `up`, or 13 digits at the end of their names. */
function classesOf(module: Module, reader: MigrationReader): Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node) && !isAbstract(node)) {
      const identifier = node.name?.text ?? assignedTo(node);
      const of: ClassValue = { kind: "class", node, scope: module.scope };
      const instance = unlessTooMuch(
        () => reader.instance(of, [], node),
        () => {
          reader.reset();
          return rec([], of);
        },
      );
      const own = reader.property(instance, "name");
      const name = typeof own === "string" ? own : (identifier ?? "");
      const up = reader.property(instance, "up");
      if (is(up, "function") || stamp.test(name)) found.push({ of, instance, name, identifier });
    }
    ts.forEachChild(node, visit);
  };
  visit(module.source);
  // Code that runs when the file is loaded has no query runner.
  reader.effects.length = 0;
  return found;
}

/** `A = class {}`, `exports.A = class {}`. */
function assignedTo({ parent }: ts.Node): string | undefined {
  if (ts.isVariableDeclaration(parent)) return nameOf(parent.name);
  const path = ts.isBinaryExpression(parent) ? pathOf(parent.left) : [];
  return path.join(".") === "module.exports" ? undefined : path.at(-1);
}

function isAbstract(node: ts.ClassLikeDeclaration): boolean {
  return (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword);
}

/**
 * Reads a migration that Lockstep can rewrite or run itself: each statement of its methods has to be a query with known SQL. If a file has
 * several migrations, it reads the one that the file is named after; the others count as code. It never fails.
 *
 * @param file its path: the extension determines the language
 * @example readClass(text, "src/migrations/1763648123456-AddHandle.ts").up // [{ sql: 'ALTER TABLE "users" …', line: 7 }]
 */
export function readClass(text: string, file: string): MigrationClass {
  const { reader, module } = opened(file, text, { has: () => false, read: () => undefined });
  const lineOf = lineIn(module);
  const classes = unlessTooMuch(
    () => classesOf(module, reader),
    () => [],
  );
  const stem = (file.split(/[\\/]/).at(-1) ?? "").replace(/\.[cm]?[jt]s$/, "");
  const own =
    classes.find(({ identifier, name }) => [identifier, name].includes(classNameOf(stem))) ??
    classes.find(({ name }) => stampOf(name) === stampOf(stem)) ??
    classes[0];
  const built: BuiltCode[] = [];
  const none = { className: "", up: [], down: [], transaction: undefined };
  if (own === undefined) return { ...none, built: [{ line: 1, what: "no migration class", method: "up" }] };
  for (const { of } of classes)
    if (of !== own.of) built.push({ line: lineOf(of.node), what: "another migration class", method: "up" });

  const read = (method: "up" | "down"): LiteralQuery[] => {
    const found = reader.property(own.instance, method);
    const { node } = own.of;
    // TypeORM requires both; a base class can have them.
    if (
      !is(found, "function") ||
      found.node.body === undefined ||
      ts.findAncestor(found.node, ts.isClassLike) !== node
    ) {
      built.push({ line: lineOf(node), what: `no ${method} of its own`, method });
      return [];
    }
    const { body, parameters } = found.node;
    const scope = new Scope(module, own.of.scope, own.instance);
    const resolve = (expression: ts.Expression): Value => {
      const value = unlessTooMuch<Value>(
        () => reader.evaluate(expression, scope),
        () => ({ kind: "unknown" }),
      );
      return reader.effects.splice(0).length > 0 ? { kind: "unknown" } : value;
    };
    const parts: readonly ts.Node[] = ts.isBlock(body) ? body.statements : [body];
    return parts.flatMap((part, at) => {
      if (ts.isEmptyStatement(part) || isPrint(part)) return [];
      const sql = readPart(part, parameters[0]?.name.getText(), at === parts.length - 1, resolve);
      if (typeof sql === "string") return [{ sql, line: lineOf(part) }];
      built.push({ line: lineOf(part), method, ...sql });
      return [];
    });
  };
  const [up, down] = [read("up"), read("down")];
  const transaction = reader.property(own.instance, "transaction");
  return {
    className: own.identifier ?? own.name,
    up,
    down,
    built: built.sort((a, b) => a.line - b.line),
    transaction: typeof transaction === "boolean" ? transaction : undefined,
  };
}

/** `console.log("…")` changes nothing. */
function isPrint(part: ts.Node): boolean {
  const call = ts.isExpressionStatement(part) ? part.expression : undefined;
  return call !== undefined && ts.isCallExpression(call) && pathOf(call.expression)[0] === "console";
}

/** @param isLast TypeORM awaits its return value */
function readPart(
  part: ts.Node,
  parameter: string | undefined,
  isLast: boolean,
  resolve: (expression: ts.Expression) => Value,
): string | { readonly what: string } {
  const other = { what: ts.isThrowStatement(part) ? "a throw" : "other code" };
  const isReturned = ts.isReturnStatement(part) || !ts.isStatement(part);
  const isAlone = ts.isReturnStatement(part) || ts.isExpressionStatement(part);
  const expression = isAlone ? part.expression : isReturned ? (part as ts.Expression) : undefined;
  if (expression === undefined || (isReturned && !isLast)) return other;
  const outer = unwrap(expression);
  const call = ts.isAwaitExpression(outer) ? unwrap(outer.expression) : outer;
  if (!ts.isCallExpression(call)) return other;
  const [receiver, method, ...more] = pathOf(call.expression);
  if (parameter === undefined || receiver !== parameter || method === undefined || more.length > 0) return other;
  if (method !== "query") return { what: `a query runner method ${method}` };
  if (outer === call && !isReturned) return { what: "a query without await" };
  const [text, ...rest] = call.arguments;
  if (text === undefined) return other;
  // TypeORM 0.2 wrote `query("…", undefined)` into every migration that it generated.
  const isNothing = (value: Value) =>
    value === undefined || (is(value, "list") && value.items.length === 0 && !value.isOpen);
  if (!rest.every((each) => isNothing(resolve(each)))) return { what: "parameters" };
  const value = resolve(text);
  return typeof value === "string" ? value : { what: kindOf(text, value) };
}

/**
 * Gives each statement its line. A statement of a helper whose line is out of order gets the line of the call; a statement that would
 * overlap the next is written on one line.
 */
function placed(effects: readonly Placed[]): LiteralQuery[] {
  const queries = effects.filter((effect) => effect.kind === "query");
  const next: number[] = [];
  for (const [at, { own, node, place }] of [...queries.entries()].reverse())
    next[at] = node === place ? Math.min(own, next[at + 1] ?? own) : (next[at + 1] ?? Number.POSITIVE_INFINITY);
  let before = 1;
  const lines = queries.map(({ own, called, node, place }, at) => {
    const isBetween = own >= before && own <= (next[at] ?? own);
    before = node === place || isBetween ? own : called;
    return before;
  });
  let ends = 1;
  return queries.map(({ sql, own, node }, at) => {
    const line = Math.max(lines[at] ?? own, ends);
    const isOwn = line === own && countLines(sql) <= countLines(node.getText());
    const text = isOwn && line + countLines(sql) <= (lines[at + 1] ?? Number.POSITIVE_INFINITY) ? sql : flat(sql);
    ends = line + countLines(text);
    return { sql: text, line };
  });
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

/** SQL on one line: without comments, and without breaks outside quotes. */
function flat(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|\s*\n\s*/g, (part) =>
    /^(?:--|\/\*|\s)/.test(part) ? " " : part,
  );
}

/** For nested reported code, only the outer. */
function outermost(effects: readonly Placed[]): UnreadCode[] {
  const unread = effects.filter((effect) => effect.kind === "unread");
  return unread
    .filter(({ node }) => !unread.some((other) => other.node !== node && isWithin(node, other.node)))
    .map(({ own, what, node, from }) => {
      const text = node.getText();
      const made = from?.getText() ?? "";
      return { line: own, what, text: text.includes(made) ? text : `${text}\n${made}` };
    })
    .sort((a, b) => a.line - b.line);
}
