import { posix } from "node:path";
import { pathOf, ts, unwrap } from "@lockstep/core/typescript";
import { type Completion, Expressions, opaque, spoil, TooMuch, top } from "./expressions.js";
import { Scope } from "./scope.js";
import {
  computes,
  data,
  type FunctionValue,
  holdsRunner,
  is,
  isPrimitive,
  type List,
  list,
  ofText,
  type Role,
  textOf,
  unknown,
  type Value,
} from "./values.js";

/** Calls: of functions of the repository, of methods of known values, and of unknown code. */
export abstract class Calls extends Expressions {
  protected root: ts.Node | undefined;
  /** The call that left the method being read: statements that run there are reported on its line. */
  protected anchor: ts.Node | undefined;
  private depth = 0;

  protected abstract runAll(statements: readonly ts.Statement[], scope: Scope): Completion;
  protected abstract imported(specifier: string, name: string | undefined, from: string): Value;

  protected callExpression(node: ts.CallExpression, scope: Scope): Value {
    const callee = unwrap(node.expression);
    if (callee.kind === ts.SyntaxKind.SuperKeyword) return this.callSuper(node, scope);
    if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee)) {
      const receiver = this.evaluate(callee.expression, scope);
      const name = this.nameIn(callee, scope) ?? "";
      return this.callMethod(receiver, name, this.argumentsOf(node.arguments, scope), node);
    }
    const value = this.evaluate(callee, scope);
    const args = this.argumentsOf(node.arguments, scope);
    const [first] = args;
    if (is(value, "external") && value.name === "require")
      return typeof first === "string" ? this.imported(first, undefined, scope.module.file) : unknown;
    // `async` as compilers write it.
    const body = args.at(-1);
    if (ts.isIdentifier(callee) && callee.text === "__awaiter" && is(body, "function"))
      return this.call({ ...body, self: scope.self }, [], node);
    return this.callValue(value, args, node);
  }

  private callSuper(node: ts.CallExpression, scope: Scope): Value {
    const { self } = scope;
    const own = { node: ts.findAncestor(node, ts.isClassLike) as ts.ClassLikeDeclaration, scope };
    const base = this.baseOf(own);
    const args = this.argumentsOf(node.arguments, scope);
    if (!is(base, "class") || !is(self, "rec")) return undefined;
    this.instance(base, args, node, self);
    this.initialize(own, self);
    return undefined;
  }

  protected callValue(value: Value, args: readonly Value[], node: ts.Node): Value {
    if (is(value, "function")) return this.call(value, args, node);
    if (is(value, "external")) return this.callExternal(value.name, args, node);
    return this.callUnknown(args, node);
  }

  call({ node, scope, self }: FunctionValue, args: readonly Value[], at: ts.Node): Value {
    if (node.body === undefined) return this.callUnknown(args, at);
    if (this.depth > 80) throw new TooMuch();
    const before = { anchor: this.anchor, mayReturn: this.mayReturn, depth: this.depth };
    if (this.root !== undefined) this.anchor = isWithin(node, this.root) ? undefined : (this.anchor ?? at);
    this.mayReturn = false;
    this.depth += 1;
    const inner = new Scope(scope.module, scope, ts.isArrowFunction(node) ? scope.self : self);
    for (const [index, parameter] of node.parameters.entries()) {
      const given = parameter.dotDotDotToken === undefined ? args[index] : unknown;
      this.bind(parameter.name, this.orDefault(given, parameter, inner), inner);
    }
    let value: Value;
    if (ts.isBlock(node.body)) {
      const ended = this.runAll(node.body.statements, inner);
      value = ended?.kind === "return" ? ended.value : undefined;
      if (this.mayReturn && !is(value, "unknown")) value = unknown;
    } else value = this.evaluate(node.body, inner);
    Object.assign(this, before);
    return value;
  }

  private callMethod(receiver: Value, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    if (/^(?:then|catch|finally)$/.test(name)) {
      const wasInCatch = this.isInCatch;
      this.settle(receiver);
      this.isInCatch ||= name === "catch";
      const value = this.callUnknown(args, node, true);
      this.isInCatch = wasInCatch;
      return value;
    }
    if (is(receiver, "host")) return this.hostCall(receiver, name, args, node);
    if (is(receiver, "unknown") && (receiver.isData || computes(name))) return this.callUnknown(args, node, true);
    if (is(receiver, "list")) return this.ofList(receiver, name, args, node);
    if (typeof receiver === "string")
      return args.some((arg) => is(arg, "function")) ? this.callUnknown(args, node) : ofText(receiver, name, args);
    if (isPrimitive(receiver)) return name === "toString" ? String(receiver) : unknown;
    return this.callValue(this.property(receiver, name), args, node);
  }

  private ofList(target: List, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    const { items, isOpen } = target;
    const [first] = args;
    if (is(first, "function") && (name === "map" || name === "forEach")) {
      const results: Value[] = [];
      this.each(target, (item, at) => {
        const value = this.call(first, [item, at, target], node);
        results.push(name === "forEach" ? this.settle(value) : value);
        return undefined;
      });
      return name === "map" ? list(results.slice(0, items.length), isOpen) : undefined;
    }
    if (name === "join") {
      const texts = isOpen
        ? [undefined]
        : items.map((item) => (item === null || item === undefined ? "" : textOf(item)));
      return texts.includes(undefined) ? opaque(node) : texts.join(first === undefined ? "," : textOf(first));
    }
    // A conditional `push` is read as unconditional; a `push` in a loop can add anything.
    if (name !== "push" || this.loops > 0) target.isOpen = true;
    else items.push(...args);
    if (name === "push") return unknown;
    spoil(target);
    return this.callUnknown(args, node, true);
  }

  private callExternal(name: string, args: readonly Value[], node: ts.Node): Value {
    const [first] = args;
    if (name.startsWith("Promise.") && is(first, "list")) for (const item of first.items) this.settle(item);
    if (/^(?:Promise\.(?:all|resolve)|Object\.freeze)$/.test(name)) return first;
    if (name === "Object.assign") spoil(first);
    const [, part] = /^Object\.(keys|values|entries)$/.exec(name) ?? [];
    if (part !== undefined && is(first, "rec")) {
      const pick = ([key, field]: [string, Value]) =>
        part === "keys" ? key : part === "values" ? field : list([key, field]);
      return list([...first.fields].map(pick), first.isOpen);
    }
    const [owner = "", member = ""] = name.split(/:(.*)/s);
    const own = this.ofNode(owner, member, args);
    if (own !== undefined) return own;
    const [, role, method = ""] = /^#(\w+):(.*)/.exec(name) ?? [];
    if (role !== undefined) return this.hostCall({ kind: "host", role: role as Role }, method, args, node);
    // The functions returned by TypeORM can run SQL, but do not here.
    if (owner === "typeorm") return unknown;
    return this.callUnknown(args, node, !name.includes(":") || harmless.test(owner));
  }

  /** Paths, and files of the repository. */
  private ofNode(owner: string, member: string, args: readonly Value[]): Value {
    const method = member.replace(/^(?:posix|promises|default)\./, "");
    const texts = args.filter((arg) => typeof arg === "string");
    const [path = ""] = texts;
    if (owner === "process.cwd") return ".";
    if (owner === "path" && /^(?:join|resolve|dirname)$/.test(method)) {
      if (texts.length !== args.length) return unknown;
      if (method === "dirname") return posix.dirname(path);
      const isAbsolute = method === "resolve" && texts.some((text) => text.startsWith(top));
      return isAbsolute ? posix.resolve(...texts) : posix.join(...texts);
    }
    if (/^fs(?:\/promises)?$/.test(owner) && /^readFile(?:Sync)?$/.test(method))
      return (path.startsWith(top) ? this.files.read(path.slice(top.length + 1)) : undefined) ?? unknown;
    return undefined;
  }

  /** A call of unknown code, or of code outside the repository: it calls the functions that it receives. */
  protected callUnknown(args: readonly Value[], node: ts.Node, isHarmless = false): Value {
    const callbacks = args.filter((arg) => is(arg, "function"));
    const isLog = isLogged(node);
    // It can change its arguments.
    if (!isLog) for (const arg of args) if (is(arg, "list") || is(arg, "rec")) arg.isOpen = true;
    const given = isHarmless ? data : unknown;
    const values = Array.from<Value>({ length: 9 }).fill(given);
    for (const callback of callbacks) this.repeatedly(() => void this.settle(this.call(callback, values, node)));
    if (args.some((arg) => holdsRunner(arg)) && !(isHarmless && isLog)) this.unread("other code", node);
    else if (!isHarmless && callbacks.length === 0 && !isLog) return { kind: "unknown", from: node, isPending: true };
    return given;
  }

  /** Awaited, or called without use of its result: it is called for its effect. */
  protected settle(value: Value): Value {
    if (!is(value, "unknown") || !value.isPending || value.from === undefined) return value;
    this.unread("other code", value.from);
    return unknown;
  }

  protected construct(node: ts.NewExpression, scope: Scope): Value {
    const called = this.evaluate(node.expression, scope);
    const args = this.argumentsOf(node.arguments ?? [], scope);
    if (is(called, "class")) return this.instance(called, args, node);
    // A class of TypeORM is its options: `new Table({ … })`.
    if (is(called, "external") && /[:.](?:Table\w*|View)$/.test(called.name) && args.length === 1) return args[0];
    this.callUnknown(args, node, true);
    // `new Date()`. The methods of a package's objects are unknown.
    return is(called, "external") && /^(?!Proxy|Function)\w+$/.test(called.name) ? data : unknown;
  }
}

/** Packages that run no SQL, whatever is called. */
const harmless =
  /^(?:assert|async_hooks|buffer|child_process|crypto|events|fs|os|path|perf_hooks|process|timers|url|util|zlib|stream)(?:\/|$)|^(?:uuid|nanoid|ulid|cuid|bcrypt(?:js)?|argon2|lodash(?:[./-].*)?|ramda|date-fns|dayjs|moment|luxon|dotenv|chalk|debug|pino|winston|js-yaml|yaml|crypto-js|@aws-sdk\/.*|axios|csv-parse|@faker-js\/faker|@nestjs\/common|slugify|p-limit)(?:\/|$)/;

/** `this.logger.log(…)` writes to a log, not to the database. */
function isLogged(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    pathOf(node.expression).some((name) => /^(?:console|debug\d*|log|logger|\w+Logger)$/.test(name))
  );
}

/** Whether a node is a part of another, or the same. */
export function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end;
}
