import { ts } from "../ast/compiler.js";
import { parseSourceFile, type SourceFile, textOf } from "../ast/source-file.js";
import type { Scaffolding, TransformContext } from "../contract/transform.js";
import { type Removal, removalOf, removalOfIf } from "./removal.js";
import { chainOf, pathText, treeOf, withoutParentheses } from "./tree.js";

/** The parts of a text that switch wrote. */
export interface WrittenRead extends Scaffolding {
  /** The value shown for a row without one, as in `fallbackTree`. */
  readonly fallback: string | undefined;
  /** The row's name; undefined if its columns have names of their own. */
  readonly row: string | undefined;
}

/** Parses a text that shows a field: a property of a literal, or a statement. Undefined if it is only the read. */
export function readWritten(text: string, context: TransformContext): WrittenRead | undefined {
  // `handle: …` would also parse as a labeled statement.
  const file = [`({ ${text} });`, text].map((source) => parseSourceFile("written.ts", source)).find(isSound);
  const [statement] = file?.ast.statements ?? [];
  if (file === undefined || statement === undefined) return undefined;
  if (ts.isIfStatement(statement)) {
    const removal = removalOfIf(statement, file, context);
    const dropped = `if (${textOf(statement.expression, file)})`;
    return removal && { dropped, left: removal.text, fallback: undefined, row: undefined };
  }
  const value = valueIn(statement);
  const scaffold = value && withoutParentheses(value);
  const kept = scaffold && (ts.isConditionalExpression(scaffold) ? shownBy(scaffold) : chainOf(scaffold)[0]);
  if (scaffold === undefined || kept === undefined || kept === scaffold) return undefined;
  const removal = removalOf(scaffold, kept, file, context);
  if (removal === undefined) return undefined;
  const [read, ...fallbacks] = chainOf(ts.isConditionalExpression(scaffold) ? scaffold.whenTrue : scaffold);
  const row = read && rowOf(read);
  const off =
    ts.isConditionalExpression(scaffold) && !ts.isSpreadAssignment(removal.node) ? scaffold.whenFalse : undefined;
  const behind = fallbacks.length > 0 ? fallbacks : off && chainOf(off);
  const columns = new Set(row === undefined ? context.model.fields.map(({ name }) => name) : []);
  const columnOf = (name: ts.Identifier) => (columns.has(name.text) ? name.text : undefined);
  const fallback = behind?.map((each) => treeOf(each, row, columnOf)).join(" ?? ");
  return { dropped: droppedFrom(scaffold, kept, removal, file), left: removal.text, fallback, row };
}

/** The value that is shown while a flag is on, without the fallback if that equals the value shown while the flag is off. */
export function shownBy({ whenTrue, whenFalse }: ts.ConditionalExpression): ts.Expression {
  const shown = withoutParentheses(whenTrue);
  const [read, ...fallbacks] = chainOf(shown);
  if (read === undefined || fallbacks.length === 0) return shown;
  return fallbackTree(fallbacks, rowOf(read)) === fallbackTree(chainOf(whenFalse), rowOf(read)) ? read : shown;
}

export function fallbackTree(chain: readonly ts.Expression[], row: string | undefined): string {
  return chain.map((each) => treeOf(each, row)).join(" ?? ");
}

/** `user` of `user.handle` */
export function rowOf(read: ts.Expression): string | undefined {
  return ts.isPropertyAccessExpression(read) ? pathText(read.expression) : undefined;
}

function valueIn(statement: ts.Statement): ts.Expression | undefined {
  if (!ts.isExpressionStatement(statement)) return undefined;
  const whole = withoutParentheses(statement.expression);
  if (ts.isBinaryExpression(whole)) return whole.right;
  const [property] = ts.isObjectLiteralExpression(whole) ? whole.properties : [];
  if (property === undefined) return undefined;
  if (ts.isSpreadAssignment(property)) return property.expression;
  return ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

/** A description of the removed code: `?? user.email`, `flags.isOn("…") ? … : user.email`. */
function droppedFrom(scaffold: ts.Expression, kept: ts.Expression, { node }: Removal, file: SourceFile): string {
  if (!ts.isConditionalExpression(scaffold)) return file.text.slice(kept.end, scaffold.end).trim();
  const toggle = `${textOf(scaffold.condition, file)} ? … : ${textOf(scaffold.whenFalse, file)}`;
  return ts.isSpreadAssignment(node) ? `...(${toggle})` : toggle;
}

function isSound({ ast }: SourceFile): boolean {
  return (ast as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
}
