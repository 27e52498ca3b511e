import type { SqlExpression, TextFunction } from "../../dialect/code-sql.js";
import type { ScalarType } from "../../model/index.js";
import { ts } from "../ast/compiler.js";

/** A column's text in the surrounding code: `body.email`. */
export interface ColumnText {
  readonly text: string;
  readonly type: ScalarType;
  readonly isNullable: boolean;
  /** `.method()` can follow without parentheses. Default: derived from the text. */
  readonly isPrimary?: boolean;
  /** It is known to be NULL. */
  readonly isNull?: boolean;
  /** An optional chain: a following call is skipped with the rest of it. */
  readonly isChain?: boolean;
}

export interface Translated {
  readonly text: string;
  readonly type: ScalarType;
  readonly isNullable: boolean;
}

interface Emitted extends Translated {
  /** `.method()` can follow without parentheses. */
  readonly isPrimary: boolean;
  /** An optional chain: a following call is skipped with the rest of it. */
  readonly isChain?: boolean;
  /** It is known to be NULL, so nothing is written. */
  readonly isNull?: boolean;
  /** The text of a string constant, for template literals. */
  readonly constant?: string;
}

/**
 * SQL as a TypeScript expression with the same meaning, or undefined.
 *
 * `lower`, `upper`: the same for ASCII. For other characters JavaScript follows Unicode's full mapping (`ß` → `SS`, final sigma), and the
 * database its locale or collation, which may only support ASCII: the gate `translation-agrees` compares the two on the target's rows.
 * `trim`: SQL only removes spaces, so `String.trim()` (tabs, line breaks) would return another value.
 *
 * @example translate(codeSql.expression("lower(email)", ["email"]), () => ({ text: "body.email", type: "string", isNullable: false }))
 *          // { text: "body.email.toLowerCase()", … }
 */
export function translate(
  expression: SqlExpression | undefined,
  resolve: (column: string) => ColumnText | undefined,
  quote: (value: string) => string = JSON.stringify,
): Translated | undefined {
  if (expression === undefined) return undefined;
  const emitted = emit(expression, resolve, quote);
  return emitted && { text: emitted.text, type: emitted.type, isNullable: emitted.isNullable };
}

/** The columns that an expression reads. */
export function columnsOf(expression: SqlExpression): readonly string[] {
  switch (expression.kind) {
    case "column":
      return [expression.name];
    case "constant":
    case "member":
    case "number":
      return [];
    case "call":
    case "cast":
      return columnsOf(expression.argument);
    case "coalesce":
    case "concat":
      return expression.items.flatMap(columnsOf);
    default:
      return expression satisfies never;
  }
}

function emit(
  expression: SqlExpression,
  resolve: (column: string) => ColumnText | undefined,
  quote: (value: string) => string,
): Emitted | undefined {
  const sub = (inner: SqlExpression): Emitted | undefined => emit(inner, resolve, quote);
  switch (expression.kind) {
    case "column": {
      const column = resolve(expression.name);
      return column && { ...column, isPrimary: column.isPrimary ?? isPrimaryText(column.text) };
    }
    case "constant":
      if (typeof expression.value === "boolean") return sure(String(expression.value), "boolean");
      return { ...sure(quote(expression.value), "string"), constant: expression.value };
    case "member":
      return sure(quote(expression.value), "enum");
    case "number":
      return { ...sure(expression.text, /^-?\d+$/.test(expression.text) ? "int" : "float"), isPrimary: false };
    case "call":
      return emitCall(expression.name, sub(expression.argument));
    case "coalesce":
      return emitCoalesce(expression.items.map(sub));
    case "concat":
      return emitConcat(expression.items.map(sub), expression.nulls);
    case "cast": {
      const argument = sub(expression.argument);
      const isSame = argument?.type === expression.to || (expression.to === "int" && argument?.type === "bigint");
      return isSame ? argument : undefined;
    }
    default:
      return expression satisfies never;
  }
}

const methods: Readonly<Record<TextFunction, string>> = {
  lower: ".toLowerCase()",
  upper: ".toUpperCase()",
  btrim: '.replace(/^ +| +$/g, "")',
  ltrim: '.replace(/^ +/, "")',
  rtrim: '.replace(/ +$/, "")',
};

function emitCall(name: TextFunction, argument: Emitted | undefined): Emitted | undefined {
  if (argument === undefined || argument.type !== "string") return undefined;
  if (argument.isNull) return argument;
  const method = methods[name];
  // Repeating it changes nothing, and `email.toLowerCase().toLowerCase()` reads like a mistake.
  if (argument.isPrimary && argument.text.endsWith(method)) return argument;
  const base = argument.isPrimary ? argument.text : `(${argument.text})`;
  return {
    text: `${base}${argument.isNullable && !argument.isChain ? "?" : ""}${method}`,
    type: "string",
    isNullable: argument.isNullable,
    isPrimary: true,
    isChain: argument.isNullable,
  };
}

function emitCoalesce(items: readonly (Emitted | undefined)[]): Emitted | undefined {
  const kept: Emitted[] = [];
  for (const item of items) {
    if (item === undefined) return undefined;
    if (item.isNull) continue;
    kept.push(item);
    // Items after one that is never NULL are unreachable.
    if (!item.isNullable) break;
  }
  const [first] = kept;
  if (first === undefined) return items[0];
  if (kept.some((item) => item.type !== first.type)) return undefined;
  if (kept.length === 1) return first;
  return {
    text: kept.map((item) => operandText(item.text)).join(" ?? "),
    type: first.type,
    isNullable: kept.every((item) => item.isNullable),
    isPrimary: false,
  };
}

function emitConcat(items: readonly (Emitted | undefined)[], nulls: "propagate" | "skip"): Emitted | undefined {
  let template = "";
  /** Merges adjacent constants: `$` and `{` of two of them would start an expression. */
  let constant = "";
  const close = () => {
    template += constant
      .replaceAll(/[\\`]|\$(?=\{)/g, "\\$&")
      .replaceAll("\r", "\\r")
      .replaceAll("\n", "\\n");
    constant = "";
  };
  for (const item of items) {
    // Only text and whole numbers convert to the same text in both languages.
    if (item === undefined || !["string", "int", "bigint"].includes(item.type)) return undefined;
    if (item.isNullable && nulls === "propagate") return undefined;
    if (item.isNull) continue;
    if (item.constant !== undefined) {
      constant += item.constant;
      continue;
    }
    close();
    template += `\${${item.isNullable ? `${operandText(item.text)} ?? ""` : item.text}}`;
  }
  close();
  // `a || b` of two numbers is not a concatenation in SQL either: one of them must be text.
  if (!items.some((item) => item?.type === "string") && nulls === "propagate") return undefined;
  return { text: `\`${template}\``, type: "string", isNullable: false, isPrimary: true };
}

function sure(text: string, type: ScalarType): Emitted {
  return { text, type, isNullable: false, isPrimary: true };
}

/** Names, paths, calls on them, strings: no top-level operator. */
export function isPrimaryText(text: string): boolean {
  return (
    /^[\w$.?!]+$/.test(text) ||
    /^[\w$.?!]+\([^()]*\)(?:\.\w+\([^()]*\))*$/.test(text) ||
    /^(["'`])[^"'`]*\1$/.test(text)
  );
}

/** An operand of `??`: `a ? b : c ?? d` would be `a ? b : (c ?? d)`, and the compiler rejects `||` and `&&` beside `??`. */
export function operandText(text: string): string {
  if (isPrimaryText(text)) return text;
  const [statement] = ts.createSourceFile("value.ts", `(${text})`, ts.ScriptTarget.Latest).statements;
  const whole = statement !== undefined && ts.isExpressionStatement(statement) ? statement.expression : undefined;
  const inner = whole !== undefined && ts.isParenthesizedExpression(whole) ? whole.expression : undefined;
  return inner === undefined || bindsLess(inner) ? `(${text})` : text;
}

function bindsLess(node: ts.Expression): boolean {
  if (ts.isConditionalExpression(node) || ts.isArrowFunction(node) || ts.isYieldExpression(node)) return true;
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return (
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.CommaToken ||
    (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment)
  );
}

/** The right side of `??` needs parentheses unless it is a value, a call, or another `??` chain. */
export function groupedFallback(text: string): string {
  return text.split(" ?? ").every(isPrimaryText) ? text : `(${text})`;
}
