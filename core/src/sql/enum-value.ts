import type { Quote } from "../dialect/quote.js";

/**
 * Whether SQL contains an enum value, alone or as an element of an array literal.
 *
 * @param literal how the server writes a text literal
 * @example hasEnumValue(`'guest'`, "guest", quote.literal) && hasEnumValue(`'{member,guest}'`, "guest", quote.literal)
 */
export function hasEnumValue(sql: string, value: string, literal: Quote["literal"]): boolean {
  if (sql.includes(literal(value))) return true;
  const elements = /'\{(.*)\}'/s.exec(sql)?.[1]?.split(",") ?? [];
  return elements.some((element) => element.replace(/^"|"$/g, "") === value.replaceAll("'", "''"));
}
