export * from "./code.js";
export * from "./fill.js";
export * from "./hazard.js";
export * from "./names.js";
export * from "./operation.js";
export * from "./plan.js";
export * from "./source.js";
export * from "./words.js";
