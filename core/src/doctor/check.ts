// Dialects bring checks of their own, so what one is stands above them.
export * from "../dialects/check.js";
