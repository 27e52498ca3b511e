import { ts } from "../ast/compiler.js";
import { lineChanges } from "./line-changes.js";
import { isCode, parses } from "./touched-lines.js";

/** The maximum line length if the project does not define one. */
const longest = 120;

/**
 * Breaks one-line literals, patterns and imports that an edit made too long into one member per line, for projects without a formatter.
 * Lines that were too long before stay.
 */
export function breakLongLines(file: string, before: string, after: string): string {
  if (!isCode(file)) return after;
  let text = after;
  for (const { at, lines, after: former } of lineChanges(after, before)) {
    if (former.split("\n").some(isLong)) continue;
    // Each broken line may leave another one that is too long.
    const isOfEdit = (line: number) =>
      line >= at && line < at + lines + text.split("\n").length - after.split("\n").length;
    for (let tries = 0; tries < 20; tries++) {
      const broken = breakOne(file, text, isOfEdit);
      if (broken === undefined) break;
      text = broken;
    }
  }
  return text === after || parses(file, text) ? text : after;
}

function isLong(line: string): boolean {
  return line.trimEnd().length > longest;
}

/** Breaks the outermost list of a line that is too long. */
function breakOne(file: string, text: string, isAsked: (line: number) => boolean): string | undefined {
  const ast = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (offset: number) => ast.getLineAndCharacterOfPosition(offset).line;
  const lines = text.split("\n");
  const isIn = (node: ts.Node) => {
    const line = lineOf(node.getStart());
    return line === lineOf(node.end) && isAsked(line) && isLong(lines[line] ?? "");
  };
  const find = (node: ts.Node): ts.Node | undefined =>
    isList(node) && isIn(node) && partsOf(node, text) !== undefined ? node : ts.forEachChild(node, find);
  const found = find(ast);
  const parts = found && partsOf(found, text);
  if (found === undefined || parts === undefined) return undefined;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = /^\s*/.exec(lines[lineOf(found.getStart())] ?? "")?.[0] ?? "";
  const unit = /^(\t| {2,8})\S/m.exec(text)?.[1] ?? "  ";
  // A trailing comma if the file's other lists have one; never after a rest element.
  const last =
    /,\s*\n\s*[}\])]/.test(text) && !ts.isTypeLiteralNode(found) && !/^\.\.\./.test(parts.at(-1) ?? "") ? "," : "";
  const between = ts.isTypeLiteralNode(found) ? "" : ",";
  const inside = parts.join(`${between}${end}${indent}${unit}`);
  return `${text.slice(0, found.getStart())}{${end}${indent}${unit}${inside}${last}${end}${indent}}${text.slice(found.end)}`;
}

function isList(node: ts.Node): boolean {
  return (
    ts.isObjectLiteralExpression(node) ||
    ts.isObjectBindingPattern(node) ||
    ts.isNamedImports(node) ||
    ts.isTypeLiteralNode(node)
  );
}

/** The texts of the members; undefined if there is more than commas between them, which would be lost. */
function partsOf(node: ts.Node, text: string): readonly string[] | undefined {
  const members: ts.Node[] = [];
  ts.forEachChild(node, (child) => void members.push(child));
  if (members.length < 2) return undefined;
  const gaps = members.map((member, index) =>
    text.slice(members[index - 1]?.end ?? node.getStart() + 1, member.getStart()),
  );
  const isPlain =
    gaps.every((gap) => /^[\s,]*$/.test(gap)) && /^[\s,]*\}$/.test(text.slice(members.at(-1)?.end, node.end));
  return isPlain ? members.map((member) => member.getText()) : undefined;
}
