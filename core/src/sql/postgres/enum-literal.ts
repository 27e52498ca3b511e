import { quoteLiteral } from "./quote.js";

/**
 * Whether SQL has a value of an enum in it, alone or as an element of an array's literal.
 *
 * @example hasEnumValue(`'guest'`, "guest") && hasEnumValue(`'{member,guest}'`, "guest")
 */
export function hasEnumValue(sql: string, value: string): boolean {
  if (sql.includes(quoteLiteral(value))) return true;
  const elements = /'\{(.*)\}'/s.exec(sql)?.[1]?.split(",") ?? [];
  return elements.some((element) => element.replace(/^"|"$/g, "") === value.replaceAll("'", "''"));
}
