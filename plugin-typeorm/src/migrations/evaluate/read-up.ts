import type { MigrationSource, TransactionMode, UnreadCode } from "@lockstep/core";
import { nameOf, ts } from "@lockstep/core/typescript";
import { onTheirLines } from "../on-their-lines.js";
import type { LiteralQuery } from "../read-class.js";
import { type Evaluator, unlessTooMuch } from "./evaluator.js";
import { type Effect, opened } from "./query-runner.js";
import { type Files, force, type Module } from "./scope.js";
import { type ClassValue, is, type Rec, rec, type Value } from "./values.js";

export interface ReadOptions {
  /** Undefined is read as PostgreSQL. */
  readonly dialect: string | undefined;
  /** The mode of the data source: how many transactions are open when a migration begins. */
  readonly transactions: TransactionMode;
  /** What the data source says. */
  readonly schema?: string | undefined;
}

/**
 * What the migration classes of a file run, in the order in which TypeORM runs them: statements that the repository says, and code that
 * does not say what it runs. Nothing is run for it, and it never fails.
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
  const { runner, evaluator, module } = opened(file, text, files, dialect, schema);
  const lineOf = (node: ts.Node) => module.source.getLineAndCharacterOfPosition(node.getStart(module.source)).line + 1;
  const found = migrationsOf(module, evaluator);
  if (found.length === 0) return { sql: "", unread: [{ line: 1, what: "no migration class", text: "" }] };
  // What runs when the file is loaded has no query runner.
  runner.effects.length = 0;
  const effects: Placed[] = [];
  let isOutside = false;
  for (const { instance, of } of found) {
    isOutside ||= evaluator.property(instance, "transaction") === false;
    runner.begin(isOutside || transactions === "none" ? 0 : 1);
    const up = evaluator.property(instance, "up");
    if (is(up, "function")) evaluator.run(up, [runner.self]);
    else runner.unread("no up of its own", of.node);
    const isHere = (node: ts.Node) => node.getSourceFile() === module.source;
    for (const effect of runner.effects.splice(0)) {
      const called = lineOf(isHere(effect.place) ? effect.place : of.node);
      effects.push({ ...effect, called, own: isHere(effect.node) ? lineOf(effect.node) : called });
    }
  }
  return {
    sql: onTheirLines(placed(effects)),
    unread: outermost(effects),
    ...(isOutside ? { transactions: "none" } : {}),
  };
}

/** An effect with the line that it stands on, and the one from which the method of the migration called for it. */
type Placed = Effect & { readonly own: number; readonly called: number };

interface Found {
  readonly of: ClassValue;
  readonly instance: Rec;
  readonly name: string;
}

/** The classes that TypeORM takes for migrations: those with `up`, and 13 digits at the end of their names. */
function migrationsOf(module: Module, evaluator: Evaluator): Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node) && !isAbstract(node)) {
      const name = node.name?.text;
      const known = name === undefined ? undefined : module.scope.find(name);
      const value: Value = known === undefined ? undefined : force(known, undefined);
      const of: ClassValue =
        is(value, "class") && value.node === node ? value : { kind: "class", node, scope: module.scope };
      const instance = evaluator.instance(of, [], node, rec([], of));
      const own = evaluator.property(instance, "name");
      const called = typeof own === "string" ? own : (name ?? assignedTo(node) ?? "");
      const up = evaluator.property(instance, "up");
      if (is(up, "function") || /\d{13}$/.test(called)) found.push({ of, instance, name: called });
    }
    ts.forEachChild(node, visit);
  };
  visit(module.source);
  const stamped = found.filter(({ name }) => /\d{13}$/.test(name));
  // A base class beside it is none.
  return (stamped.length > 0 ? stamped : found).sort((a, b) => Number(a.name.slice(-13)) - Number(b.name.slice(-13)));
}

function assignedTo({ parent }: ts.Node): string | undefined {
  if (ts.isVariableDeclaration(parent)) return nameOf(parent.name);
  const isSet = ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left);
  return isSet ? (parent.left as ts.PropertyAccessExpression).name.text : undefined;
}

function isAbstract(node: ts.ClassLikeDeclaration): boolean {
  return (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword);
}

/**
 * Every statement from its line on. One of a helper that stands before or after its neighbours is put on the line that calls for it, one that
 * would reach into the next is put on one line.
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

/** SQL on one line: comments go, and breaks outside of quotes. */
function flat(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|\s*\n\s*/g, (part) =>
    /^(?:--|\/\*|\s)/.test(part) ? " " : part,
  );
}

/** Of code inside of code that is told of, only the outer. */
function outermost(effects: readonly Placed[]): UnreadCode[] {
  const unread = effects.filter((effect) => effect.kind === "unread");
  const isInside = (inner: ts.Node, outer: ts.Node) =>
    inner !== outer &&
    inner.getSourceFile() === outer.getSourceFile() &&
    inner.pos >= outer.pos &&
    inner.end <= outer.end;
  return unread
    .filter(({ node }) => !unread.some((other) => isInside(node, other.node)))
    .map(({ own, what, node, from }) => {
      const text = node.getText();
      const made = from?.getText() ?? "";
      return { line: own, what, text: text.includes(made) ? text : `${text}\n${made}` };
    })
    .sort((a, b) => a.line - b.line);
}
