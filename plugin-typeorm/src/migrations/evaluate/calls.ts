import { posix } from "node:path";
import { pathOf, ts, unwrap } from "@lockstep/core/typescript";
import { Collections } from "./collections.js";
import type { Completion } from "./regions.js";
import { Scope } from "./scope.js";
import {
  computes,
  data,
  type FunctionValue,
  globals,
  holdsRunner,
  is,
  isPrimitive,
  list,
  ofText,
  unknown,
  type Value,
} from "./values.js";

/** What code is given that asks where it lies. */
export const top = "/@repository";

/** Code that goes on and on. */
export class TooMuch extends Error {}

/** Calls: of functions of the repository, of methods of known values, and of code that nobody knows. */
export abstract class Calls extends Collections {
  private depth = 0;
  /** The call that led out of the method that is read: what runs there is told of on its line. */
  protected anchor: ts.Node | undefined;
  protected root: ts.Node | undefined;
  /** In a `catch`: it runs where something failed. */
  isInCatch = false;

  protected abstract runAll(statements: readonly ts.Statement[], scope: Scope): Completion;

  protected override forget(): void {
    super.forget();
    this.depth = 0;
    this.anchor = undefined;
    this.isInCatch = false;
  }

  protected argumentsOf(nodes: readonly ts.Expression[], scope: Scope): Value[] {
    return nodes.flatMap((node) => {
      if (!ts.isSpreadElement(node)) return [this.evaluate(node, scope)];
      const spread = this.evaluate(node.expression, scope);
      return is(spread, "list") ? (spread.isOpen ? [...spread.items, unknown] : spread.items) : [unknown];
    });
  }

  protected callExpression(node: ts.CallExpression, scope: Scope): Value {
    const callee = unwrap(node.expression);
    if (callee.kind === ts.SyntaxKind.SuperKeyword) return undefined;
    if (callee.kind === ts.SyntaxKind.ImportKeyword) return this.importedHere(node, scope);
    if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee)) {
      if (
        callee.expression.kind === ts.SyntaxKind.SuperKeyword &&
        is(scope.self, "rec") &&
        scope.self.of !== undefined
      ) {
        const base = this.baseOf(scope.self.of);
        const method = is(base, "class") ? this.member(base, this.nameIn(callee, scope) ?? "", scope.self) : undefined;
        return this.callValue(method ?? unknown, this.argumentsOf(node.arguments, scope), node);
      }
      const receiver = this.evaluate(callee.expression, scope);
      const name = this.nameIn(callee, scope) ?? "";
      return this.callMethod(receiver, name, this.argumentsOf(node.arguments, scope), node);
    }
    const value = this.evaluate(callee, scope);
    const args = this.argumentsOf(node.arguments, scope);
    if (is(value, "external") && value.name === "require") return this.importedHere(node, scope);
    // As compilers write `async`.
    if (ts.isIdentifier(callee) && callee.text === "__awaiter" && is(args.at(-1), "function"))
      return this.call({ ...(args.at(-1) as FunctionValue), self: scope.self }, [], node);
    return this.callValue(value, args, node);
  }

  protected importedHere(node: ts.CallExpression, scope: Scope): Value {
    const [first] = this.argumentsOf(node.arguments, scope);
    return typeof first === "string" ? this.imported(first, undefined, scope.module.file) : unknown;
  }

  callValue(value: Value, args: readonly Value[], node: ts.Node): Value {
    if (is(value, "function")) return this.call(value, args, node);
    if (is(value, "external")) return this.callExternal(value.name, args, node);
    return this.callUnknown(args, node);
  }

  call(called: FunctionValue, args: readonly Value[], at: ts.Node): Value {
    const { node, scope, self } = called;
    if (node.body === undefined) return this.callUnknown(args, at);
    if (this.depth > 80) throw new TooMuch();
    const { anchor: anchorBefore, mayReturn: mayReturnBefore } = this;
    if (this.root !== undefined) this.anchor = isWithin(node, this.root) ? undefined : (this.anchor ?? at);
    this.mayReturn = false;
    this.depth += 1;
    const isArrow = ts.isArrowFunction(node);
    const inner = new Scope(scope.module, scope, isArrow ? scope.self : self);
    for (const [index, { name, initializer, dotDotDotToken }] of node.parameters.entries()) {
      const given = dotDotDotToken ? list(args.slice(index)) : args[index];
      this.bind(
        name,
        given === undefined && initializer !== undefined ? this.evaluate(initializer, inner) : given,
        inner,
      );
    }
    let value: Value;
    if (ts.isBlock(node.body)) {
      const ended = this.runAll(node.body.statements, inner);
      value = ended?.kind === "return" ? ended.value : undefined;
      if (this.mayReturn && !is(value, "unknown")) value = unknown;
    } else value = this.evaluate(node.body, inner);
    this.depth -= 1;
    this.mayReturn = mayReturnBefore;
    this.anchor = anchorBefore;
    return value;
  }

  protected callMethod(receiver: Value, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    const [callback] = args;
    if (name === "then" && is(callback, "function")) return this.call(callback, [this.settle(receiver)], node);
    if ((name === "catch" || name === "finally") && is(callback, "function")) {
      const wasInCatch = this.isInCatch;
      this.isInCatch ||= name === "catch";
      this.branches([() => void this.settle(this.call(callback, [unknown], node)), () => undefined]);
      this.isInCatch = wasInCatch;
      return this.settle(receiver);
    }
    if (is(receiver, "host") || is(receiver, "found") || (is(receiver, "made") && receiver.name === "DataSource"))
      return this.hooks.call(receiver, name, args, node);
    if (is(receiver, "unknown") && (receiver.isData || computes(name))) return this.callUnknown(args, node, true);
    if (is(receiver, "list")) return this.ofList(receiver, name, args, node);
    if (typeof receiver === "string") {
      if (args.some((arg) => is(arg, "function"))) return this.callUnknown(args, node);
      return ofText(receiver, name, args);
    }
    if (isPrimitive(receiver)) return name === "toString" ? String(receiver) : unknown;
    if (receiver instanceof RegExp)
      return typeof callback === "string" && name === "test" ? receiver.test(callback) : unknown;
    if (is(receiver, "function") && (name === "call" || name === "apply" || name === "bind")) {
      const [self, ...rest] = args;
      const bound = { ...receiver, self };
      if (name === "bind") return bound;
      return this.call(bound, name === "call" ? rest : is(rest[0], "list") ? rest[0].items : [], node);
    }
    const found = this.property(receiver, name);
    return this.callValue(found, args, node);
  }

  protected callExternal(name: string, args: readonly Value[], node: ts.Node): Value {
    const computed = Object.hasOwn(globals, name) ? globals[name] : undefined;
    if (name.startsWith("Promise.") && is(args[0], "list")) for (const item of args[0].items) this.settle(item);
    if (computed !== undefined) return computed(args);
    const [owner = "", member = ""] = name.split(/:(.*)/s);
    const own = this.ofNode(owner, member, args);
    if (own !== undefined) return own;
    if (name === "Array.from" || name === "Array") return this.arrayFrom(args, node);
    if (/^(?:#|typeorm:)/.test(name)) return this.hooks.call({ kind: "external", name }, "", args, node);
    return this.callUnknown(args, node, !name.includes(":") || harmless.test(owner));
  }

  /** Paths, and files of the repository. */
  protected ofNode(owner: string, member: string, args: readonly Value[]): Value {
    if (owner === "process.cwd") return ".";
    const method = member.replace(/^(?:posix|promises|default)\./, "");
    const texts = args.filter((arg) => typeof arg === "string");
    if (
      owner === "path" &&
      (method === "join" || method === "resolve" || method === "dirname" || method === "basename")
    ) {
      if (texts.length !== args.length) return unknown;
      if (method === "resolve")
        return texts.some((text) => text.startsWith(top)) ? posix.resolve(...texts) : posix.join(...texts);
      return method === "join" ? posix.join(...texts) : posix[method](texts[0] ?? "");
    }
    if (owner === "url" && method === "fileURLToPath") return args[0] ?? unknown;
    if (/^fs(?:\/promises)?$/.test(owner) && /^readFile(?:Sync)?$/.test(method)) {
      const [path] = texts;
      const file = path?.startsWith(top) ? path.slice(top.length + 1) : undefined;
      return (file === undefined || !this.files.has(file) ? undefined : this.files.read(file)) ?? unknown;
    }
    return undefined;
  }

  /** A call of something that is not in the repository, or not known. What it is given to call it calls. */
  protected callUnknown(args: readonly Value[], node: ts.Node, isHarmless = false): Value {
    const callbacks = args.filter((arg) => is(arg, "function"));
    // It may change what it is given.
    if (!isHarmless) for (const arg of args) if (is(arg, "list") || is(arg, "rec")) arg.isOpen = true;
    for (const callback of callbacks)
      this.repeatedly(
        () =>
          void this.settle(
            this.call(
              callback,
              callback.node.parameters.map(() => (isHarmless ? data : unknown)),
              node,
            ),
          ),
      );
    if (args.some((arg) => holdsRunner(arg)) && !(isHarmless && isLogged(node))) this.hooks.unread("other code", node);
    else if (!isHarmless && callbacks.length === 0 && !isLogged(node))
      return { kind: "unknown", from: node, isPending: true };
    return isHarmless ? data : unknown;
  }

  /** Somebody waits for it, or nobody looks at what it gives: it is there for what it does. */
  protected settle(value: Value): Value {
    if (is(value, "unknown") && value.isPending && value.from !== undefined) {
      this.hooks.unread("other code", value.from);
      return unknown;
    }
    return value;
  }

  protected construct(node: ts.NewExpression, scope: Scope): Value {
    const called = this.evaluate(node.expression, scope);
    const args = this.argumentsOf(node.arguments ?? [], scope);
    if (is(called, "class")) return this.instance(called, args, node);
    const name = is(called, "external") ? (called.name.split(/[:.]/).at(-1) ?? "") : "";
    if (name === "Set" || name === "Map") {
      const given = is(args[0], "list") ? args[0] : list([], args.length > 0);
      return { ...given, of: name, items: name === "Set" ? [...new Set(given.items)] : [...given.items] };
    }
    if (name === "Array")
      return typeof args[0] === "number"
        ? list(Array.from({ length: Math.min(args[0], 9999) }, () => undefined))
        : list(args);
    if (/^(?:Table\w*|View|DataSource)$/.test(name) && args.length <= 1)
      return { kind: "made", name, options: args[0] };
    if (name === "URL" && typeof args[0] === "string" && typeof args[1] === "string")
      return posix.join(posix.dirname(args[1]), args[0]);
    this.callUnknown(args, node, true);
    // `new Date()`; what an object of a package can do is not known.
    return is(called, "external") && /^(?!Proxy|Function)\w+$/.test(called.name) ? data : unknown;
  }
}

/** Packages that run no SQL, whatever is asked of them. */
const harmless =
  /^(?:assert|async_hooks|buffer|child_process|crypto|events|fs|os|path|perf_hooks|process|timers|url|util|zlib|stream)(?:\/|$)|^(?:uuid|nanoid|ulid|cuid|bcrypt(?:js)?|argon2|lodash(?:[./-].*)?|ramda|date-fns|dayjs|moment|luxon|dotenv|chalk|debug|pino|winston|js-yaml|yaml|crypto-js|@aws-sdk\/.*|axios|csv-parse|@faker-js\/faker|@nestjs\/common|slugify|p-limit)(?:\/|$)/;

/** `this.logger.log(…)`: it writes to somebody, not to the database. */
function isLogged(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    pathOf(node.expression).some((name) => /^(?:console|debug|log|logger|\w+Logger)$/.test(name))
  );
}

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end;
}
