import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { endOfComments, indentAt, leadOf } from "./comma-list.js";

/** Adds a statement behind another, on a line of its own where those around have one, and with a semicolon where they have. */
export function insertStatement(
  after: ts.Statement,
  text: string,
  file: SourceFile,
): { readonly splices: readonly Splice[]; readonly text: string } {
  const written = file.text[after.end - 1] === ";" ? `${text};` : text;
  const tail = endOfComments(file.text, after.end);
  const start = after.getStart(file.ast);
  const { brk, space } = leadOf(file.text, start);
  const isFirstOfLine = brk !== undefined || space === 0;
  const lead = isFirstOfLine ? `${file.style.eol}${indentAt(file.text, start)}` : " ";
  return { splices: [{ start: tail, end: tail, text: lead + written }], text: written };
}

/** Takes a statement out again: the exact reverse of `insertStatement`. */
export function removeStatement(statement: ts.Statement, file: SourceFile): readonly Splice[] {
  const lead = leadOf(file.text, statement.getStart(file.ast));
  return [{ start: lead.brk ?? lead.space, end: statement.end, text: "" }];
}

/** Whether a statement can stand behind it: not behind that of `if (!user) user = new User();`. */
export function isAmongStatements({ parent }: ts.Statement): boolean {
  return ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent) || ts.isModuleBlock(parent);
}
