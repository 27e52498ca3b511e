import type { ts as compiler } from "@ts-morph/common";
import type { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";

/** The compiler's own. */
export type Type = compiler.Type;
/** The compiler's own. */
export type TypeSymbol = compiler.Symbol;

/** What the compiler knows of a snapshot of the files. Nodes are those of the snapshot's own trees. */
export interface Types {
  readonly checker: compiler.TypeChecker;
  /** The type of an expression without null and undefined, of a promise what it brings; undefined where the compiler knows none. */
  of(expression: ts.Node): Type | undefined;
  /** Whether an expression may be null or undefined where it stands; false where the compiler does not say so. */
  mayBeMissing(expression: ts.Expression): boolean;
  /** The type that is expected where an expression stands. */
  expectedOf(expression: ts.Expression): Type | undefined;
  /** A type without null and undefined, of a promise what it brings. */
  awaitedNonNullable(type: Type): Type;
  /** The signature that a call calls; undefined where the compiler knows none. */
  calledBy(
    call: ts.CallExpression | ts.NewExpression,
  ): compiler.SignatureDeclaration | compiler.JSDocSignature | undefined;
  /** The method or function that a call calls, and the package that declares it; no package for code of the repository. */
  methodOf(call: ts.CallExpression): { readonly name: string; readonly packageName: string | undefined } | undefined;
  /** The candidate that a declaration stands in. */
  fileOf(node: ts.Node): SourceFile | undefined;
  /** The file that a declaration stands in, with `/`: from the root of the project where it is in there. */
  pathOf(node: ts.Node): string;
}
