import type { SqlExpression, TextFunction } from "../../dialect/code-sql.js";

export type Constant = string | number | boolean | bigint;

/** The value of a SQL expression over constants. NULL is `null`; a value that cannot be computed here is undefined. */
export function evaluate(
  expression: SqlExpression,
  resolve: (column: string) => Constant | null | undefined,
): Constant | null | undefined {
  switch (expression.kind) {
    case "column":
      return resolve(expression.name);
    case "constant":
      return expression.value;
    case "number":
      return Number.isSafeInteger(Number(expression.text)) || expression.text.includes(".")
        ? Number(expression.text)
        : BigInt(expression.text);
    case "call": {
      const argument = evaluate(expression.argument, resolve);
      return typeof argument === "string" ? functions[expression.name](argument) : argument === null ? null : undefined;
    }
    case "coalesce": {
      for (const item of expression.items) {
        const value = evaluate(item, resolve);
        if (value !== null) return value;
      }
      return null;
    }
    case "concat": {
      const values = expression.items.map((item) => evaluate(item, resolve));
      if (values.includes(undefined) || values.some((value) => typeof value === "boolean")) return undefined;
      if (expression.nulls === "propagate" && values.includes(null)) return null;
      return values.map((value) => (value === null ? "" : String(value))).join("");
    }
    case "member":
      // The stored value depends on the type, which only an enum field defines.
      return undefined;
    case "cast": {
      const value = evaluate(expression.argument, resolve);
      if (value === null || value === undefined) return value;
      return (typeof value === "string") === (expression.to === "string") && typeof value !== "boolean"
        ? value
        : undefined;
    }
    default:
      return expression satisfies never;
  }
}

const functions: Readonly<Record<TextFunction, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  btrim: (text) => text.replace(/^ +| +$/g, ""),
  ltrim: (text) => text.replace(/^ +/, ""),
  rtrim: (text) => text.replace(/ +$/, ""),
};
