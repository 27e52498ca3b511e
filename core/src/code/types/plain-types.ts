import type { ScalarType } from "../../model/index.js";

/** Types whose JSON is the value itself, as TypeScript writes them. Dates and decimals are converted, each app in its own way. */
export const plainTypes: Partial<Record<ScalarType, string>> = {
  string: "string",
  int: "number",
  float: "number",
  boolean: "boolean",
};
