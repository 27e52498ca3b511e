import { LockstepError } from "../errors.js";

/**
 * A value that a function returned, as PostgreSQL reads it from text; undefined where there is none. What is stored is what the pg
 * driver would store, except where that would be surprising: dates are in UTC, as both ORMs write them, and an object is no text.
 *
 * @param type of the column, as `format_type` prints it
 * @throws LS5052 what no column of that type can mean, in words that follow the row
 */
export function postgresText(value: unknown, type: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (isThenable(value)) throw unfit("a promise", "Await it: return Promise.all(rows.map(async (row) => …))");
  if (/^jsonb?$/.test(type)) return jsonText(value);
  if (Array.isArray(value)) {
    if (!type.endsWith("[]")) throw unfit("an array", `"${type}" holds one value.`);
    return `{${value.map((element) => elementText(element, type.replace(/\[\]$/, ""))).join(",")}}`;
  }
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    case "object":
      return objectText(value, type);
    default:
      throw unfit(`a ${typeof value}`, `"${type}" needs a value.`);
  }
}

function objectText(value: object, type: string): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw unfit("an invalid Date", "Its time is NaN.");
    return value.toISOString();
  }
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  // Decimals and the like have a text of their own; anything else would be stored as "[object Object]".
  if (value.toString !== Object.prototype.toString && typeof value.toString === "function") return String(value);
  throw unfit("an object", `"${type}" is no json column.`);
}

function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw unfit("a value that is not JSON", (error as Error).message);
  }
  if (text === undefined) throw unfit(`a ${typeof value}`, "JSON has no such value.");
  return text;
}

/** Inside `{…}`: quoted always, so that neither commas nor the word NULL mean anything. */
function elementText(element: unknown, type: string): string {
  // Lists of lists have the same type as lists.
  if (Array.isArray(element) && !/^jsonb?$/.test(type))
    return `{${element.map((inner) => elementText(inner, type)).join(",")}}`;
  const text = postgresText(element, type);
  return text === undefined ? "NULL" : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function unfit(what: string, why: string): LockstepError {
  return new LockstepError("LS5052", what, { hint: why });
}
