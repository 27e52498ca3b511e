import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { endOfComments, indentAt, leadOf } from "./comma-list.js";

type Members = ts.InterfaceDeclaration | ts.TypeLiteralNode;

/** Adds a member to an interface or type literal, with the separator of the others. */
export function insertMember(
  node: Members,
  text: string,
  file: SourceFile,
): { splices: Splice[]; text: string } | undefined {
  const { members } = node;
  const last = members[members.length - 1];
  if (last === undefined) return undefined;
  const separator = separatorOf(last, file);
  const written = `${isReadonly(members) ? "readonly " : ""}${text}`;
  const tail = endOfComments(file.text, last.end);
  const gap = file.text.slice(tail, node.end - 1);
  if (gap.includes("\n")) {
    const eol = gap.includes("\r\n") ? "\r\n" : "\n";
    const line = `${eol}${indentAt(file.text, last.getStart(file.ast))}${written}${separator}`;
    return { splices: [{ start: tail, end: tail, text: line }], text: `${written}${separator}` };
  }
  // `{ a: string; b: number }`: the last one has no separator, the others do.
  const [first] = members;
  const between = (first !== undefined && first !== last && separatorOf(first, file)) || ";";
  const inline = separator === "" ? `${between} ${written}` : ` ${written}${separator}`;
  return { splices: [{ start: tail, end: tail, text: inline }], text: `${written}${separator}` };
}

/** Removes a member: the exact reverse of `insertMember`. */
export function removeMember(node: Members, member: ts.TypeElement, file: SourceFile): Splice[] {
  const start = member.getStart(file.ast);
  const lead = leadOf(file.text, start);
  const cut = { start: lead.brk ?? lead.space, end: member.end, text: "" };
  const before = node.members[node.members.indexOf(member) - 1];
  const needsSeparator = separatorOf(member, file) !== "" || lead.brk !== undefined || before === undefined;
  if (needsSeparator) return [cut];
  // The separator of the previous member was written together with it.
  return [{ start: before.end - separatorOf(before, file).length, end: member.end, text: "" }];
}

function separatorOf(member: ts.TypeElement, file: SourceFile): string {
  const last = file.text[member.end - 1];
  return last === ";" || last === "," ? last : "";
}

function isReadonly(members: ts.NodeArray<ts.TypeElement>): boolean {
  return members.every(
    (member) =>
      ts.isPropertySignature(member) && member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword),
  );
}
