import type { Quote } from "../dialect/quote.js";

/**
 * Whether SQL has a value of an enum in it, alone or as an element of an array's literal.
 *
 * @param literal how the server's SQL has a text
 * @example hasEnumValue(`'guest'`, "guest", quote.literal) && hasEnumValue(`'{member,guest}'`, "guest", quote.literal)
 */
export function hasEnumValue(sql: string, value: string, literal: Quote["literal"]): boolean {
  if (sql.includes(literal(value))) return true;
  const elements = /'\{(.*)\}'/s.exec(sql)?.[1]?.split(",") ?? [];
  return elements.some((element) => element.replace(/^"|"$/g, "") === value.replaceAll("'", "''"));
}
