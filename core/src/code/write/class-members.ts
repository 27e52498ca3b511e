import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { endOfComments, indentAt, leadOf } from "./comma-list.js";

/** The style of a class's fields. */
interface ClassStyle {
  readonly last: ts.PropertyDeclaration;
  /** Decorators are on separate lines. */
  readonly isStacked: boolean;
  /** An empty line separates two fields. */
  readonly isSpaced: boolean;
  readonly isInline: boolean;
  readonly separator: string;
  readonly modifiers: readonly string[];
  /** `!` of fields that no constructor sets. */
  readonly isDefinite: boolean;
}

/** The fields of a class by name. */
export function fieldsOf(node: ts.ClassLikeDeclaration): ReadonlyMap<string, ts.PropertyDeclaration> {
  return new Map(
    node.members.flatMap((member) => {
      const name = ts.isPropertyDeclaration(member) && !isStatic(member) ? nameOf(member.name) : undefined;
      return name === undefined ? [] : [[name, member as ts.PropertyDeclaration] as const];
    }),
  );
}

/** The text of a field in the style of its siblings; undefined without siblings. */
export function fieldText(
  node: ts.ClassLikeDeclaration,
  { decorators, name, isOptional, type }: FieldToWrite,
  file: SourceFile,
): string | undefined {
  const style = styleOf(node, file, name);
  if (style === undefined) return undefined;
  const { modifiers, separator, isDefinite, isStacked, last } = style;
  const mark = isOptional ? "?" : isDefinite ? "!" : "";
  const declaration = `${[...modifiers, name].join(" ")}${mark}: ${type}${separator}`;
  const brk = `${file.style.eol}${indentAt(file.text, last.getStart(file.ast))}`;
  return [...decorators, declaration].join(isStacked ? brk : " ");
}

export interface FieldToWrite {
  readonly decorators: readonly string[];
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
}

/** Adds a field after the last one. */
export function insertField(node: ts.ClassLikeDeclaration, text: string, file: SourceFile): Splice[] | undefined {
  const style = styleOf(node, file);
  if (style === undefined) return undefined;
  const { last, isInline, isSpaced, separator } = style;
  // On a single line, only the last field may lack a separator.
  if (isInline && separator === "") return [{ start: last.end, end: last.end, text: `; ${text}` }];
  const tail = endOfComments(file.text, last.end);
  const { eol } = file.style;
  const brk = `${isSpaced ? eol : ""}${eol}${indentAt(file.text, last.getStart(file.ast))}`;
  return [{ start: tail, end: tail, text: `${isInline ? " " : brk}${text}` }];
}

/** Removes a field: the exact reverse of `insertField`. */
export function removeField(node: ts.ClassLikeDeclaration, field: ts.PropertyDeclaration, file: SourceFile): Splice[] {
  const style = styleOf(node, file, nameOf(field.name));
  const { space, brk } = leadOf(file.text, field.getStart(file.ast));
  let start = brk ?? space;
  const before = file.text.slice(0, start);
  // The previous field was the last on the line, without a separator.
  if (style?.isInline && file.text[field.end - 1] !== ";" && before.endsWith(";")) start -= 1;
  if (style?.isSpaced && brk !== undefined && /\n[ \t]*$/.test(before)) {
    start -= /\r?\n[ \t]*$/.exec(before)?.[0].length ?? 0;
  }
  return [{ start, end: field.end, text: "" }];
}

function styleOf(node: ts.ClassLikeDeclaration, file: SourceFile, without?: string): ClassStyle | undefined {
  const fields = [...fieldsOf(node)].filter(([name]) => name !== without).map(([, field]) => field);
  const last = fields.at(-1);
  if (last === undefined) return undefined;
  const gap = (from: number, to: number) => file.text.slice(from, to);
  const decorated = fields.flatMap((field) => {
    const end = ts.getDecorators(field)?.at(-1)?.end;
    return end === undefined ? [] : [{ isStacked: /^[ \t]*\r?\n/.test(gap(end, field.end)) }];
  });
  const spaces = fields.slice(1).map((field, at) => {
    const previous = fields[at] as ts.PropertyDeclaration;
    return /\n[ \t]*\r?\n/.test(gap(previous.end, field.getStart(file.ast)));
  });
  const modifiers = fields.map((field) => (ts.getModifiers(field) ?? []).map((each) => each.getText(file.ast)));
  const shared = (modifiers[0] ?? []).filter((each) => modifiers.every((of) => of.includes(each)));
  const open = fields.filter((field) => field.initializer === undefined && field.questionToken === undefined);
  return {
    last,
    isStacked: decorated.filter(({ isStacked }) => isStacked).length * 2 >= decorated.length,
    isSpaced: spaces.length > 0 && spaces.every(Boolean),
    isInline: !gap(node.members.pos, last.getStart(file.ast)).includes("\n"),
    separator: file.text[last.end - 1] === ";" ? ";" : "",
    modifiers: shared,
    isDefinite: open.length > 0 && open.every((field) => field.exclamationToken !== undefined),
  };
}

function isStatic(node: ts.PropertyDeclaration): boolean {
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
}
