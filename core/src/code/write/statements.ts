import { assignmentOf } from "../ast/assignments.js";
import { ts } from "../ast/compiler.js";
import { describe } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { memoizedBy } from "../contract/memoized.js";
import type { Finding, TransformContext } from "../contract/transform.js";
import { endOfComments, indentAt, leadOf } from "./comma-list.js";
import { findWritten } from "./find-written.js";

/** Adds a statement after another one: on a new line and with a semicolon if the adjacent ones have them. */
export function insertStatement(
  after: ts.Statement,
  text: string,
  file: SourceFile,
): { readonly splices: readonly Splice[]; readonly text: string } {
  // The last statement in the block of an `if` shows whether semicolons are written.
  const isBlock = ts.isIfStatement(after) && file.text[after.end - 1] === "}";
  const isEnded = isBlock ? /;\s*\}$/.test(textOf(after, file)) : file.text[after.end - 1] === ";";
  const written = isEnded ? `${text};` : text;
  const start = after.getStart(file.ast);
  const { brk, space } = leadOf(file.text, start);
  const isFirstOfLine = brk !== undefined || space === 0;
  // On the same line, it must not become part of the previous statement or of a comment.
  const tail = isFirstOfLine ? endOfComments(file.text, after.end) : after.end;
  const lead = isFirstOfLine ? `${file.style.eol}${indentAt(file.text, start)}` : isEnded || isBlock ? " " : "; ";
  return { splices: [{ start: tail, end: tail, text: lead + written }], text: written };
}

/** Removes a statement: the exact reverse of `insertStatement`. */
export function removeStatement(statement: ts.Statement, file: SourceFile): readonly Splice[] {
  const { brk, space } = leadOf(file.text, statement.getStart(file.ast));
  // A semicolon that only one of the two has was added between them.
  const isSeparated = brk === undefined && file.text[space - 1] === ";" && file.text[statement.end - 1] !== ";";
  return [{ start: brk ?? (isSeparated ? space - 1 : space), end: statement.end, text: "" }];
}

/** Whether another statement can follow this one: not inside `if (!user) user = new User();`. */
export function isAmongStatements({ parent }: ts.Statement): boolean {
  return ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent) || ts.isModuleBlock(parent);
}

/** The display name of code that changes a row. */
export function whatOfChange(node: ts.Node, { model }: TransformContext): string {
  return describe(node, `change of ${model.name}`);
}

/** Removes the assignments to the field that a transform wrote: `user.handle = …;`, and the test before one. */
export function* removeAssignments(id: string, file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { node, what, file: its } of writtenAssignments(id, context)) {
    if (its !== file) continue;
    yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: textOf(node, file) };
  }
}

const writtenAssignments = memoizedBy((id: string, context) => {
  const assignments = context.project.files.flatMap((file) =>
    [...file.nodes(ts.SyntaxKind.ExpressionStatement), ...file.nodes(ts.SyntaxKind.IfStatement)]
      .filter((node) => assignmentOf(ts.isIfStatement(node) ? node.thenStatement : node)?.member === context.field.name)
      .map((node) => ({ node, file, what: whatOfChange(node, context) })),
  );
  return findWritten(id, assignments, context);
});
