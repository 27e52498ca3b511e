import type { ts as compiler } from "@ts-morph/common";
import type { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";

/** A type of the compiler. */
export type Type = compiler.Type;
/** A symbol of the compiler. */
export type TypeSymbol = compiler.Symbol;

/** The compiler's types for a snapshot of the files. Nodes are those of the snapshot's own trees. */
export interface Types {
  readonly checker: compiler.TypeChecker;
  /** The type of an expression without null and undefined, and for a promise its awaited type; undefined if the compiler has none. */
  of(expression: ts.Node): Type | undefined;
  /** Whether an expression may be null or undefined at this point; false if the compiler does not report it. */
  mayBeMissing(expression: ts.Expression): boolean;
  /** The type that is expected at an expression. */
  expectedOf(expression: ts.Expression): Type | undefined;
  /** A type without null and undefined, and for a promise its awaited type. */
  awaitedNonNullable(type: Type): Type;
  /** The signature of a call; undefined if the compiler has none. */
  calledBy(
    call: ts.CallExpression | ts.NewExpression,
  ): compiler.SignatureDeclaration | compiler.JSDocSignature | undefined;
  /** The called method or function, and the package that declares it; no package for code of the repository. */
  methodOf(call: ts.CallExpression): { readonly name: string; readonly packageName: string | undefined } | undefined;
  /** The candidate that contains a declaration. */
  fileOf(node: ts.Node): SourceFile | undefined;
  /** The file that contains a declaration, with `/`; relative to the project root if it is inside. */
  pathOf(node: ts.Node): string;
}
