import { LockstepError } from "../../base/errors.js";

/** How a server represents values as text. */
export interface TextForms {
  isJson(type: string): boolean;
  /** Undefined: the server has no list columns. */
  list(value: readonly unknown[], type: string): string | undefined;
  text(value: string, type: string): string;
  boolean(value: boolean): string;
  moment(value: Date, type: string): string;
  bytes(value: Buffer): string;
}

/**
 * Converts a function's result to text for the server; undefined for no value. Stores what the driver would store, with two exceptions:
 * dates are in UTC, as both ORMs write them, and an object is not converted to text.
 *
 * @param type of the column, as the catalog prints it
 * @throws LS5052 a value that a column of this type cannot store; the message continues after the row
 */
export function textOfValue(value: unknown, type: string, forms: TextForms): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (isThenable(value)) throw unfit("a promise", "Await it: return Promise.all(rows.map(async (row) => …))");
  if (forms.isJson(type)) return jsonText(value);
  if (Array.isArray(value)) {
    const list = forms.list(value, type);
    if (list === undefined) throw unfit("an array", `"${type}" holds one value.`);
    return list;
  }
  switch (typeof value) {
    case "string":
      return forms.text(value, type);
    case "number":
    case "bigint":
      return String(value);
    case "boolean":
      return forms.boolean(value);
    case "object":
      return objectText(value, type, forms);
    default:
      throw unfit(`a ${typeof value}`, `"${type}" needs a value.`);
  }
}

function objectText(value: object, type: string, forms: TextForms): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw unfit("an invalid Date", "Its time is NaN.");
    return forms.moment(value, type);
  }
  if (value instanceof Uint8Array) return forms.bytes(Buffer.from(value));
  // Decimals and similar objects have their own text. Any other would be stored as "[object Object]".
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

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function unfit(what: string, why: string): LockstepError {
  return new LockstepError("LS5052", what, { hint: why });
}
