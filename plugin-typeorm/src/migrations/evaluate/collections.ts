import type { ts } from "@lockstep/core/typescript";
import { Objects } from "./objects.js";
import type { Completion } from "./regions.js";
import {
  type FunctionValue,
  is,
  isPrimitive,
  joined,
  type List,
  list,
  spoil,
  textOf,
  truth,
  type Unknown,
  unknown,
  type Value,
} from "./values.js";

/** Lists, sets and maps: what their methods give, and what they do with the functions that they are given. */
export abstract class Collections extends Objects {
  protected abstract each(over: Value, once: (item: Value, at: number) => Completion): Completion;
  protected abstract opaque(node: ts.Node): Unknown;
  protected abstract settle(value: Value): Value;
  abstract override call(called: FunctionValue, args: readonly Value[], at: ts.Node): Value;
  protected abstract callUnknown(args: readonly Value[], node: ts.Node, isHarmless?: boolean): Value;

  protected ofList(target: List, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    if (target.of !== undefined) return this.ofCollection(target, name, args, node);
    const { items, isOpen } = target;
    const [first] = args;
    if (is(first, "function")) {
      if (/^(?:sort|toSorted|splice)$/.test(name)) {
        if (name !== "toSorted") spoil(target);
        return unknown;
      }
      if (/^reduce/.test(name)) return this.reduce(target, name, first, args, node);
      const results: Value[] = [];
      this.each(target, (item, at) => {
        const value = this.call(first, [item, at, target], node);
        results.push(name === "forEach" ? this.settle(value) : value);
        return undefined;
      });
      const held = results.map(truth);
      const isKnown = !isOpen && held.every((each) => each !== undefined);
      switch (name) {
        case "map":
          return list(isOpen ? results.slice(0, items.length) : results, isOpen);
        case "flatMap":
          return list(
            results.flatMap((each) => (is(each, "list") ? each.items : [each])),
            isOpen,
          );
        case "filter":
          return isKnown ? list(items.filter((_, at) => held[at])) : unknown;
        case "find":
          return isKnown ? items.find((_, at) => held[at]) : unknown;
        case "some":
          return isKnown ? held.some(Boolean) : unknown;
        case "every":
          return isKnown ? held.every(Boolean) : unknown;
        case "forEach":
          return undefined;
        default:
          return unknown;
      }
    }
    switch (name) {
      case "push":
      case "unshift":
        this.add(target, args, name === "unshift");
        return unknown;
      case "join":
        return isOpen
          ? this.opaque(node)
          : (joined(target, args.length === 0 ? "," : (textOf(first) ?? ",")) ?? this.opaque(node));
      case "concat":
        return list(
          [...items, ...args.flatMap((arg) => (is(arg, "list") ? arg.items : [arg]))],
          isOpen || args.some((arg) => is(arg, "unknown") || (is(arg, "list") && arg.isOpen)),
        );
      case "flat":
        return list(
          items.flatMap((item) => (is(item, "list") ? item.items : [item])),
          isOpen,
        );
      case "entries":
        return list(
          items.map((item, at) => (is(item, "list") && item.items.length === 2 ? item : list([at, item]))),
          isOpen,
        );
      case "values":
        return target;
      case "keys":
        return list(
          items.map((_, at) => at),
          isOpen,
        );
      case "includes":
      case "indexOf":
        if (isOpen || !isPrimitive(first) || !items.every(isPrimitive)) return unknown;
        return name === "indexOf" ? items.indexOf(first) : items.includes(first);
      case "slice":
        return isOpen || !args.every(isPrimitive) ? unknown : list(items.slice(...(args as number[])));
      case "at":
        return isOpen || typeof first !== "number" ? unknown : items.at(first);
      case "reverse":
        items.reverse();
        return target;
      case "toReversed":
        return list(items.toReversed(), isOpen);
      case "sort":
        if (isOpen || args.length > 0 || !items.every((item) => typeof item === "string")) break;
        items.sort();
        return target;
      case "toString":
        return textOf(target) ?? unknown;
      default:
    }
    if (/^(?:pop|shift|splice|sort|fill|copyWithin)$/.test(name)) spoil(target);
    return unknown;
  }

  private reduce(target: List, name: string, callback: FunctionValue, args: readonly Value[], node: ts.Node): Value {
    const items = name === "reduceRight" ? target.items.toReversed() : [...target.items];
    const [, start] = args;
    let carried = args.length > 1 ? start : items.shift();
    this.each(list(items, target.isOpen), (item, at) => {
      carried = this.call(callback, [carried, item, args.length > 1 ? at : at + 1, target], node);
      return undefined;
    });
    return target.isOpen ? unknown : carried;
  }

  /** A Set or a Map. */
  private ofCollection(target: List, name: string, args: readonly Value[], node: ts.CallExpression): Value {
    const { items, isOpen } = target;
    const [first, second] = args;
    const [keys, values] = [0, 1].map((at) =>
      target.of === "Set" ? items : items.map((item) => (is(item, "list") ? item.items[at] : unknown)),
    ) as [Value[], Value[]];
    switch (name) {
      case "keys":
        return list(keys, isOpen);
      case "values":
        return list(values, isOpen);
      case "entries":
        return list(target.of === "Map" ? items : items.map((item) => list([item, item])), isOpen);
      case "has":
        return isOpen || !isPrimitive(first) || !keys.every(isPrimitive) ? unknown : keys.includes(first);
      case "get":
        if (!isPrimitive(first) || !keys.includes(first)) return isOpen || !isPrimitive(first) ? unknown : undefined;
        return values[keys.lastIndexOf(first)];
      case "add":
      case "set":
        if (keys.includes(first) && target.of === "Map") spoil(target);
        else if (!keys.includes(first)) this.add(target, [target.of === "Map" ? list([first, second]) : first]);
        return target;
      case "forEach":
        if (!is(first, "function")) return unknown;
        this.each(list(values, isOpen), (value, at) => {
          this.settle(this.call(first, [value, at < keys.length ? keys[at] : unknown, target], node));
          return undefined;
        });
        return undefined;
      default:
        spoil(target);
        return unknown;
    }
  }

  protected arrayFrom([source, callback]: readonly Value[], node: ts.Node): Value {
    const length = is(source, "rec") ? source.fields.get("length") : undefined;
    const items =
      typeof length === "number" && length < 10_000
        ? list(Array.from({ length }, () => undefined))
        : is(source, "list")
          ? source
          : undefined;
    if (items === undefined) return is(callback, "function") ? this.callUnknown([callback], node) : unknown;
    if (!is(callback, "function")) return list(items.items, items.isOpen);
    return list(
      items.items.map((item, at) => this.call(callback, [item, at], node)),
      items.isOpen,
    );
  }
}
