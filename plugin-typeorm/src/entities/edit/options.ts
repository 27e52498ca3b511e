import { LockstepError } from "@lockstep/core";
import {
  commaListOf,
  endOfComments,
  indentAt,
  insertItem,
  propertiesOf,
  removeItem,
  type SourceFile,
  type Splice,
  spreadsOf,
  textOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import type { Entities } from "../entities.js";
import type { ColumnMember, RelationMember } from "../model.js";
import { resolveValue } from "../value.js";

type Member = ColumnMember | RelationMember;

/** An option and its value as text: `["nullable", "true"]`. */
export type Option = readonly [name: string, text: string];

/**
 * Sets options of a column or relation, in the style of the file. Options with the right value stay.
 *
 * @throws LS9040 when the options cannot be read from the text
 */
export function setOptions(member: Member, wanted: readonly Option[], entities: Entities): readonly Splice[] {
  const { mark, file } = member;
  const { options } = mark;
  const texts = wanted.map(([name, text]) => `${name}: ${text}`);
  if (options === undefined) return mark.call === undefined ? [] : addArgument(mark.call, braced(texts, file), file);
  const literal = unwrap(options);
  if (!ts.isObjectLiteralExpression(literal)) {
    refuseUnreadable(member, entities);
    // The last one wins: the constant's other options stay.
    const start = options.getStart(file.ast);
    return [{ start, end: options.end, text: braced([`...${textOf(options, file)}`, ...texts], file) }];
  }
  const properties = propertiesOf(literal);
  const lastSpread = spreadsOf(literal).at(-1);
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const [name, text] of wanted) {
    const property = properties.get(name);
    if (property === undefined) added.push(`${name}: ${text}`);
    else if (lastSpread !== undefined && lastSpread.pos > property.pos) {
      // A spread after it could override it.
      splices.push(...removeProperty(literal, name, file));
      added.push(`${name}: ${text}`);
    } else splices.push(...replaceValue(property, name, text, file));
  }
  return added.length === 0 ? splices : [...splices, ...insert(literal, added, file)];
}

/** The source text of an option: `nullable: false`. Undefined if the member itself has none. */
export function optionText({ mark, file }: Member, name: string): string | undefined {
  const literal = mark.options && unwrap(mark.options);
  const property = literal && ts.isObjectLiteralExpression(literal) ? propertiesOf(literal).get(name) : undefined;
  return property && textOf(property, file);
}

/**
 * Removes an option.
 *
 * @param empty what remains after the last option is removed; undefined: nothing, a decorator needs no options
 */
export function removeOption({ mark, file }: Member, name: string, empty: string | undefined): readonly Splice[] {
  const literal = mark.options && unwrap(mark.options);
  if (mark.options === undefined || literal === undefined || !ts.isObjectLiteralExpression(literal)) return [];
  const property = propertiesOf(literal).get(name);
  if (property === undefined) return [];
  const isLast = literal.properties.length === 1;
  if (isLast && empty !== undefined) return [{ start: literal.getStart(file.ast), end: literal.end, text: empty }];
  if (isLast && mark.call !== undefined) return removeArgument(mark.call, mark.options, file);
  return removeProperty(literal, name, file);
}

/** Restores the source text of an option. */
export function restoreOption(member: Member, name: string, text: string, entities: Entities): readonly Splice[] {
  const literal = member.mark.options && unwrap(member.mark.options);
  const isObject = literal !== undefined && ts.isObjectLiteralExpression(literal);
  const property = isObject ? propertiesOf(literal).get(name) : undefined;
  if (property === undefined) return setOptions(member, [[name, text.slice(text.indexOf(":") + 1).trim()]], entities);
  return [{ start: property.getStart(member.file.ast), end: property.end, text }];
}

function replaceValue(
  property: ts.ObjectLiteralElementLike,
  name: string,
  text: string,
  file: SourceFile,
): readonly Splice[] {
  if (!ts.isPropertyAssignment(property))
    return [{ start: property.getStart(file.ast), end: property.end, text: `${name}: ${text}` }];
  const value = property.initializer;
  if (textOf(value, file) === text) return [];
  return [{ start: value.getStart(file.ast), end: value.end, text }];
}

function insert(literal: ts.ObjectLiteralExpression, texts: readonly string[], file: SourceFile): readonly Splice[] {
  const list = commaListOf(literal, file);
  if (list === undefined) return [];
  const last = list.items.at(-1);
  if (last === undefined) {
    const inside = file.text.slice(list.open, list.close);
    if (inside === "") return [{ start: list.open, end: list.open, text: braced(texts, file).slice(1, -1) }];
    // After a comment, unless that would swallow it.
    const at = inside.includes("//") ? list.open : list.open + inside.trimEnd().length;
    return [{ start: at, end: at, text: ` ${texts.join(", ")}` }];
  }
  const tail = endOfComments(file.text, list.items.hasTrailingComma ? list.items.end : last.end);
  const gap = file.text.slice(tail, list.close);
  const isOnLines = gap.includes("\n");
  const separator = isOnLines
    ? `,${gap.includes("\r\n") ? "\r\n" : "\n"}${indentAt(file.text, last.getStart(file.ast))}`
    : ", ";
  return insertItem(list, texts.join(separator), file) ?? [];
}

function removeProperty(literal: ts.ObjectLiteralExpression, name: string, file: SourceFile): readonly Splice[] {
  const list = commaListOf(literal, file);
  const property = propertiesOf(literal).get(name);
  return list === undefined || property === undefined ? [] : removeItem(list, property, file);
}

function addArgument(call: ts.CallExpression, text: string, file: SourceFile): readonly Splice[] {
  const last = call.arguments.at(-1);
  const close = call.end - 1;
  if (last === undefined) return [{ start: close, end: close, text }];
  if (!call.arguments.hasTrailingComma) return [{ start: last.end, end: last.end, text: `, ${text}` }];
  const at = call.arguments.end;
  const gap = file.text.slice(at, close);
  const eol = gap.includes("\r\n") ? "\r\n" : "\n";
  const lead = gap.includes("\n") ? `${eol}${indentAt(file.text, last.getStart(file.ast))}` : " ";
  return [{ start: at, end: at, text: `${lead}${text},` }];
}

/** The exact reverse of `addArgument`. */
function removeArgument(call: ts.CallExpression, argument: ts.Expression, file: SourceFile): readonly Splice[] {
  const index = call.arguments.indexOf(argument);
  const before = call.arguments[index - 1];
  if (before === undefined) return [{ start: argument.getStart(file.ast), end: argument.end, text: "" }];
  const { hasTrailingComma, end } = call.arguments;
  if (hasTrailingComma === true) {
    const comma = file.text.indexOf(",", before.end) + 1;
    return [{ start: comma, end, text: "" }];
  }
  return [{ start: before.end, end: argument.end, text: "" }];
}

/** `{ a, b }`, or `{a, b}` if the file's imports are written like that. */
function braced(texts: readonly string[], file: SourceFile): string {
  const isTight = /(?:import|export)\s*(?:type\s*)?\{\S/.test(file.text);
  return isTight ? `{${texts.join(", ")}}` : `{ ${texts.join(", ")} }`;
}

/** `@Column(own)`: options or a type, as long as `own` is unresolved. */
function refuseUnreadable({ mark, file, name, node }: Member, { project }: Entities): void {
  const { options, call } = mark;
  const isAlone = call === undefined || call.arguments[0] === options;
  if (options === undefined || !isAlone) return;
  if (ts.isObjectLiteralExpression(resolveValue(options, file, project).node)) return;
  const { line } = file.ast.getLineAndCharacterOfPosition(node.getStart());
  throw new LockstepError(
    "LS9040",
    `${file.file}:${line + 1}: Lockstep cannot read \`${textOf(options, file)}\` of ${name} from the file.`,
  );
}
