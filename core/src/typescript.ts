// Syntax trees of TypeScript: the compiler, without the codemods.
export { ts } from "./code/ast/compiler.js";
export { nameOf, pathOf, unwrap } from "./code/ast/expressions.js";
