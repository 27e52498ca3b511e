import type { ts } from "@lockstep/core/typescript";
import type { Scope } from "./scope.js";

/** What an expression of a migration comes to, as far as the repository says it. */
export type Value =
  | Primitive
  | RegExp
  | List
  | Rec
  | FunctionValue
  | ClassValue
  | Host
  | Made
  | Found
  | External
  | Unknown;

export type Primitive = string | number | boolean | bigint | null | undefined;

/** It is not known before it runs: rows, the environment, the time. */
export interface Unknown {
  readonly kind: "unknown";
  /** The code that made it, where that tells more than a name. */
  readonly from?: ts.Node;
  /** Rows, the environment, what packages compute: asking it for more runs no SQL. */
  readonly isData?: true;
  /** It comes from code that may run SQL when somebody waits for it. */
  readonly isPending?: true;
}

/** An array, a Set or a Map. */
export interface List {
  readonly kind: "list";
  /** A Map has pairs for items. Absent: an array. */
  readonly of?: "Set" | "Map";
  readonly items: Value[];
  /** It may have more. */
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
  readonly statics: Map<string, Value>;
}

/** The query runner that `up` is given, and what hangs on it. */
export interface Host {
  readonly kind: "host";
  readonly role: Role;
}

export type Role = "runner" | "manager" | "connection" | "driver" | "options";

/** `new Table({ … })`: a class of TypeORM with what it is given. */
export interface Made {
  readonly kind: "made";
  readonly name: string;
  readonly options: Value;
}

/** A part of a table that is looked up in the database: `table.foreignKeys.find((key) => key.columnNames.includes("a"))`. */
export interface Found {
  readonly kind: "found";
  readonly table: string;
  /** `foreignKeys`, `columns` …; absent: the table. */
  readonly part?: string;
  readonly name?: string;
  readonly columns?: readonly string[];
}

/** A global of JavaScript, a name of a package, a method of the query runner: `Object.keys`, `path:join`, `#runner:query`. */
export interface External {
  readonly kind: "external";
  readonly name: string;
}

export const unknown: Unknown = { kind: "unknown" };
export const data: Unknown = { kind: "unknown", isData: true };
export const list = (items: readonly Value[], isOpen = false): List => ({ kind: "list", items: [...items], isOpen });
export const rec = (fields: Iterable<readonly [string, Value]> = [], of?: ClassValue, isOpen = false): Rec => ({
  kind: "rec",
  fields: new Map(fields),
  of,
  isOpen,
});

/** Nothing is known of what is in it any more. */
export function spoil(target: List): void {
  (target.items as Value[]).length = 0;
  target.isOpen = true;
}

export function isPrimitive(value: Value): value is Primitive {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}

type Kinds = Exclude<Value, Primitive | RegExp>;
export function is<K extends Kinds["kind"]>(value: Value, kind: K): value is Extract<Kinds, { kind: K }> {
  return typeof value === "object" && value !== null && !(value instanceof RegExp) && value.kind === kind;
}

/** Undefined: it is not known. */
export function truth(value: Value): boolean | undefined {
  if (isPrimitive(value)) return Boolean(value);
  return is(value, "unknown") || is(value, "found") || is(value, "external") ? undefined : true;
}

/** The text that a template makes of it; undefined: it is not known. */
export function textOf(value: Value): string | undefined {
  if (isPrimitive(value)) return String(value);
  if (!is(value, "list") || value.isOpen) return undefined;
  return joined(value, ",");
}

export function joined({ items }: List, separator: string): string | undefined {
  const texts = items.map((item) => (item === null || item === undefined ? "" : textOf(item)));
  return texts.every((text) => text !== undefined) ? texts.join(separator) : undefined;
}

/** Whether a value holds the query runner, so that who is given it can run SQL. */
export function holdsRunner(value: Value, depth = 0): boolean {
  if (is(value, "host")) return value.role !== "options";
  if (is(value, "external")) return value.name.startsWith("#");
  if (depth > 4) return false;
  if (is(value, "list")) return value.items.some((item) => holdsRunner(item, depth + 1));
  return is(value, "rec") && [...value.fields.values()].some((field) => holdsRunner(field, depth + 1));
}

/** As plain data, `new Table({ … })` as its options. @throws NotPlain where a part is not known */
export function plain(value: Value): unknown {
  if (isPrimitive(value)) return value;
  if (is(value, "made")) return plain(value.options);
  if (is(value, "list") && !value.isOpen) return value.items.map(plain);
  if (is(value, "rec") && !value.isOpen && value.of === undefined)
    return Object.fromEntries([...value.fields].map(([name, field]) => [name, plain(field)]));
  if (is(value, "found") && value.part === undefined) return value.table;
  if (is(value, "found")) return { part: value.part, table: value.table, name: value.name, columnNames: value.columns };
  throw new NotPlain();
}

export class NotPlain extends Error {}

/** The longest text that is put together: code may ask for any. */
const longest = 5_000_000;

/** What `"a".concat("b")` and its like give: plain methods of text with known arguments. */
export function ofText(text: string, method: string, args: readonly Value[]): Value {
  if (!textMethods.has(method)) return unknown;
  const given = args.map((arg) => (isPrimitive(arg) || arg instanceof RegExp ? arg : undefined));
  if (given.some((arg, at) => arg === undefined && args[at] !== undefined)) return unknown;
  const count = method === "repeat" || method.startsWith("pad") ? Number(given[0]) : 0;
  if (!(count * Math.max(1, text.length) < longest)) return unknown;
  let made: unknown;
  try {
    made = (text as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...given);
  } catch {
    // It throws in the migration as well: `"a".normalize("b")`.
    return unknown;
  }
  if (Array.isArray(made)) return list(made.map((each) => String(each)));
  return typeof made === "object" && made !== null ? unknown : (made as Primitive);
}

/** Methods of text, lists and dates: they run no SQL, whatever they are asked of. */
export function computes(method: string): boolean {
  return (
    textMethods.has(method) ||
    /^(?:push|pop|shift|unshift|map|filter|forEach|reduce|sort|reverse|flat(?:Map)?|join|to[A-Z]\w*|getTime|some|every)$/.test(
      method,
    )
  );
}

const textMethods = new Set(
  (
    "at charAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat replace replaceAll search slice split " +
    "startsWith substr substring toLowerCase toString toUpperCase trim trimEnd trimStart valueOf toLocaleLowerCase normalize"
  ).split(" "),
);

/** What functions of JavaScript and of Node give that only compute. Absent: the function is none of them. */
export const globals: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  String: ([value]) => textOf(value) ?? unknown,
  Number: ([value]) => (isPrimitive(value) ? Number(value) : unknown),
  Boolean: ([value]) => truth(value) ?? unknown,
  parseInt: ([value]) => (isPrimitive(value) ? Number.parseInt(String(value), 10) : unknown),
  parseFloat: ([value]) => (isPrimitive(value) ? Number.parseFloat(String(value)) : unknown),
  "Object.keys": ([value]) => entriesOf(value, ([name]) => name),
  "Object.values": ([value]) => entriesOf(value, ([, field]) => field),
  "Object.entries": ([value]) => entriesOf(value, (pair) => list(pair)),
  "Object.freeze": ([value]) => value,
  "Object.assign": (args) => {
    const [target, ...sources] = args;
    if (!is(target, "rec")) return unknown;
    for (const source of sources)
      if (is(source, "rec")) for (const [name, field] of source.fields) target.fields.set(name, field);
      else target.isOpen = true;
    return target;
  },
  "Object.fromEntries": ([value]) => {
    if (!is(value, "list") || value.of === "Set") return unknown;
    const pairs = value.items.flatMap((pair) =>
      is(pair, "list") ? [[String(pair.items[0]), pair.items[1]] as const] : [],
    );
    return rec(pairs, undefined, value.isOpen);
  },
  "Array.isArray": ([value]) => (is(value, "unknown") ? unknown : is(value, "list")),
  "Array.of": (args) => list(args),
  "JSON.stringify": ([value]) => {
    try {
      return JSON.stringify(plain(value));
    } catch {
      // NotPlain, or a TypeError of JSON.stringify itself, for a bigint.
      return unknown;
    }
  },
  "Promise.resolve": ([value]) => value,
  "Promise.all": ([value]) => value,
  "Promise.allSettled": () => unknown,
};

function entriesOf(value: Value, pick: (pair: [string, Value]) => Value): Value {
  if (is(value, "rec")) return list([...value.fields].map(pick), value.isOpen);
  return is(value, "list") && value.of === undefined
    ? list(
        value.items.map((item, at) => pick([String(at), item])),
        value.isOpen,
      )
    : unknown;
}
