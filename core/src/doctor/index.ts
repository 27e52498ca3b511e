// The public entry for plugins that bring checks of their own.
export { isTested, type SupportedTool } from "../supported-versions.js";
export * from "./check.js";
export { duration, names, size, some } from "./words.js";
