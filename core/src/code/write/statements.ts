import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { endOfComments, indentAt, leadOf } from "./comma-list.js";

/** Adds a statement after another one: on a new line and with a semicolon if the adjacent ones have them. */
export function insertStatement(
  after: ts.Statement,
  text: string,
  file: SourceFile,
): { readonly splices: readonly Splice[]; readonly text: string } {
  const isEnded = file.text[after.end - 1] === ";";
  const written = isEnded ? `${text};` : text;
  const start = after.getStart(file.ast);
  const { brk, space } = leadOf(file.text, start);
  const isFirstOfLine = brk !== undefined || space === 0;
  // On the same line, it must not become part of the previous statement or of a comment.
  const tail = isFirstOfLine ? endOfComments(file.text, after.end) : after.end;
  const lead = isFirstOfLine ? `${file.style.eol}${indentAt(file.text, start)}` : isEnded ? " " : "; ";
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
