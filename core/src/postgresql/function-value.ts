import { type TextForms, textOfValue } from "../target/facts/function-value.js";

/** A value as PostgreSQL reads it from text, and as the pg driver would store it. @throws LS5052 */
export function postgresText(value: unknown, type: string): string | undefined {
  return textOfValue(value, type, forms);
}

const forms: TextForms = {
  isJson: (type) => /^jsonb?$/.test(type),
  list: (value, type) =>
    type.endsWith("[]")
      ? `{${value.map((element) => elementText(element, type.replace(/\[\]$/, ""))).join(",")}}`
      : undefined,
  text: (value) => value,
  boolean: String,
  moment: (value) => value.toISOString(),
  bytes: (value) => `\\x${value.toString("hex")}`,
};

/** Inside `{…}`: quoted always, so that neither commas nor the word NULL mean anything. */
function elementText(element: unknown, type: string): string {
  // Lists of lists have the same type as lists.
  if (Array.isArray(element) && !/^jsonb?$/.test(type))
    return `{${element.map((inner) => elementText(inner, type)).join(",")}}`;
  const text = postgresText(element, type);
  return text === undefined ? "NULL" : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
