import { ts } from "@lockstep/core/typescript";
import type { Scope } from "./scope.js";

/** The value of an expression, as far as the files of the repository determine it. */
export type Value = Primitive | List | Rec | FunctionValue | ClassValue | Host | External | Unknown;

export type Primitive = string | number | boolean | bigint | null | undefined;

/** Only known at run time: rows, the environment, the time. */
export interface Unknown {
  readonly kind: "unknown";
  /** The code that produces it, if that explains more than a name. */
  readonly from?: ts.Node;
  /** Rows, the environment, results of packages: reading from it runs no SQL. */
  readonly isData?: true;
  /** The result of code that can run SQL when it is awaited. */
  readonly isPending?: true;
}

export interface List {
  readonly kind: "list";
  items: Value[];
  /** It can have more items. */
  isOpen: boolean;
}

/** An object, or an instance of a class of the repository. */
export interface Rec {
  readonly kind: "rec";
  readonly fields: Map<string, Value>;
  readonly of: ClassValue | undefined;
  isOpen: boolean;
}

export interface FunctionValue {
  readonly kind: "function";
  readonly node: ts.FunctionLikeDeclaration;
  readonly scope: Scope;
  readonly self: Value;
}

export interface ClassValue {
  readonly kind: "class";
  readonly node: ts.ClassLikeDeclaration;
  readonly scope: Scope;
}

/** The query runner that `up` receives, and its properties. */
export interface Host {
  readonly kind: "host";
  readonly role: Role;
}

export type Role = "runner" | "manager" | "connection" | "driver" | "options";

/** A global of JavaScript, a name of a package, a method of the query runner: `Object.keys`, `path:join`, `#runner:query`. */
export interface External {
  readonly kind: "external";
  readonly name: string;
}

export const unknown: Unknown = { kind: "unknown" };
export const data: Unknown = { kind: "unknown", isData: true };
export const list = (items: readonly Value[], isOpen = false): List => ({ kind: "list", items: [...items], isOpen });
export const rec = (fields: Iterable<readonly [string, Value]> = [], of?: ClassValue): Rec => ({
  kind: "rec",
  fields: new Map(fields),
  of,
  isOpen: false,
});

export function isPrimitive(value: Value): value is Primitive {
  return value === null || typeof value !== "object";
}

type Kinds = Exclude<Value, Primitive>;
export function is<K extends Kinds["kind"]>(value: Value, kind: K): value is Extract<Kinds, { kind: K }> {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** Undefined: only known at run time. */
export function truth(value: Value): boolean | undefined {
  if (isPrimitive(value)) return Boolean(value);
  return is(value, "unknown") || is(value, "external") ? undefined : true;
}

/** The text of a value in a template; undefined: only known at run time. */
export function textOf(value: Value): string | undefined {
  return isPrimitive(value) ? String(value) : undefined;
}

/** Whether a value contains the query runner, so that code which receives it can run SQL. */
export function holdsRunner(value: Value, depth = 0): boolean {
  if (is(value, "host")) return value.role !== "options";
  if (is(value, "external")) return value.name.startsWith("#");
  if (depth > 4) return false;
  if (is(value, "list")) return value.items.some((item) => holdsRunner(item, depth + 1));
  return is(value, "rec") && [...value.fields.values()].some((field) => holdsRunner(field, depth + 1));
}

/** As plain data. @throws NotPlain if a part is only known at run time */
export function plain(value: Value): unknown {
  if (isPrimitive(value)) return value;
  if (is(value, "list") && !value.isOpen) return value.items.map(plain);
  if (is(value, "rec") && !value.isOpen && value.of === undefined)
    return Object.fromEntries([...value.fields].map(([name, field]) => [name, plain(field)]));
  throw new NotPlain();
}

export class NotPlain extends Error {}

/** Undefined: only known at run time. */
export function equal(left: Value, right: Value): boolean | undefined {
  if (isPrimitive(left) && isPrimitive(right)) return left === right;
  if (left === right && !is(left, "unknown")) return true;
  const isObject = (value: Value) => !isPrimitive(value) && truth(value) === true;
  return (isObject(left) && isPrimitive(right)) || (isObject(right) && isPrimitive(left)) ? false : undefined;
}

export function operate(kind: ts.SyntaxKind, left: Value, right: Value): Value {
  const K = ts.SyntaxKind;
  if (kind === K.EqualsEqualsEqualsToken || kind === K.EqualsEqualsToken) return equal(left, right) ?? unknown;
  if (kind === K.ExclamationEqualsEqualsToken || kind === K.ExclamationEqualsToken) {
    const same = equal(left, right);
    return same === undefined ? unknown : !same;
  }
  if (kind !== K.PlusToken && kind !== K.PlusEqualsToken) return kind === K.CommaToken ? right : unknown;
  if (typeof left === "number" && typeof right === "number") return left + right;
  const isText = typeof left === "string" || typeof right === "string";
  const [a, b] = [textOf(left), textOf(right)];
  return isText && a !== undefined && b !== undefined ? a + b : unknown;
}

/** Plain methods of text with known arguments: `"a".concat("b")`. */
export function ofText(text: string, method: string, args: readonly Value[]): Value {
  // `repeat` and `padEnd` can request any length.
  if (!computes(method) || /^(?:repeat|pad)/.test(method) || !args.every(isPrimitive)) return unknown;
  let made: unknown;
  try {
    made = (text as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
  } catch {
    // The migration throws as well: `"a".normalize("b")`.
    return unknown;
  }
  if (Array.isArray(made)) return list(made.map(String));
  return typeof made === "object" && made !== null ? unknown : (made as Primitive);
}

/** Methods of text, lists and dates: they run no SQL, whatever their receiver is. */
export function computes(method: string): boolean {
  return /^(?:at|char\w+|concat|endsWith|every|filter|flat(?:Map)?|forEach|getTime|includes|(?:lastI|i)ndexOf|join|map|match|normalize|pad\w+|pop|push|reduce|repeat|replace(?:All)?|reverse|search|shift|slice|some|sort|split|startsWith|substr(?:ing)?|to[A-Z]\w*|trim\w*|unshift|valueOf)$/.test(
    method,
  );
}
