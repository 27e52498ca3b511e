// Syntax trees of TypeScript: the compiler, and none of what edits code with it.
export { ts } from "./code/ast/compiler.js";
export { nameOf, pathOf, unwrap } from "./code/ast/expressions.js";
