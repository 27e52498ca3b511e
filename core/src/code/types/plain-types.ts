import type { ScalarType } from "../../model/index.js";

/** Types whose JSON is the value itself, in TypeScript. Dates and decimals are converted differently in each app. */
export const plainTypes: Partial<Record<ScalarType, string>> = {
  string: "string",
  int: "number",
  float: "number",
  boolean: "boolean",
};
