// Syntax trees of TypeScript: the compiler, and none of what edits code with it.
export { ts } from "./codemods/ast/compiler.js";
export { nameOf, pathOf, unwrap } from "./codemods/ast/expressions.js";
