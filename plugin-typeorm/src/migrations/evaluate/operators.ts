import { attempt, isSyntaxError } from "@lockstep/core/text";
import { ts } from "@lockstep/core/typescript";
import { is, isPrimitive, textOf, unknown, type Value } from "./values.js";

export function regexpOf(text: string): Value {
  const at = text.lastIndexOf("/");
  return attempt(() => new RegExp(text.slice(1, at), text.slice(at + 1)), isSyntaxError) ?? unknown;
}

export function typeOf(value: Value): Value {
  if (value === null) return "object";
  if (isPrimitive(value)) return typeof value;
  return is(value, "unknown") || is(value, "external")
    ? unknown
    : is(value, "function") || is(value, "class")
      ? "function"
      : "object";
}

/** Undefined: it is not known. */
export function equal(left: Value, right: Value): boolean | undefined {
  if (isPrimitive(left) && isPrimitive(right)) return left === right;
  if (left === right && !is(left, "unknown")) return true;
  // Nothing is an object that is known.
  const isObject = (value: Value) =>
    is(value, "list") || is(value, "rec") || is(value, "host") || is(value, "made") || is(value, "function");
  if ((isObject(left) && isPrimitive(right)) || (isObject(right) && isPrimitive(left))) return false;
  return undefined;
}

export function operate(kind: ts.SyntaxKind, left: Value, right: Value): Value {
  const K = ts.SyntaxKind;
  if (kind === K.EqualsEqualsEqualsToken || kind === K.EqualsEqualsToken) return equal(left, right) ?? unknown;
  if (kind === K.ExclamationEqualsEqualsToken || kind === K.ExclamationEqualsToken) {
    const same = equal(left, right);
    return same === undefined ? unknown : !same;
  }
  if (kind === K.CommaToken) return right;
  if (kind === K.InKeyword)
    return is(right, "rec") && !right.isOpen && isPrimitive(left) ? right.fields.has(String(left)) : unknown;
  if (kind === K.PlusToken || kind === K.PlusEqualsToken) {
    if (typeof left === "number" && typeof right === "number") return left + right;
    const isText = typeof left === "string" || typeof right === "string" || is(left, "list") || is(right, "list");
    const [a, b] = [textOf(left), textOf(right)];
    return isText && a !== undefined && b !== undefined ? a + b : unknown;
  }
  const isNumbers = typeof left === "number" && typeof right === "number";
  const isTexts = typeof left === "string" && typeof right === "string";
  if (!isNumbers && !isTexts) return unknown;
  const [a, b] = [left as number, right as number];
  switch (kind) {
    case K.LessThanToken:
      return a < b;
    case K.LessThanEqualsToken:
      return a <= b;
    case K.GreaterThanToken:
      return a > b;
    case K.GreaterThanEqualsToken:
      return a >= b;
    case K.MinusToken:
    case K.MinusEqualsToken:
      return a - b;
    case K.AsteriskToken:
    case K.AsteriskEqualsToken:
      return a * b;
    case K.SlashToken:
      return a / b;
    case K.PercentToken:
      return a % b;
    default:
      return unknown;
  }
}
