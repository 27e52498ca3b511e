import { attempt, isSyntaxError } from "@lockstep/core/text";

/** One file of a Prisma schema, as text. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** UTF-16 offsets in the file's content; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `@default(now())`, `@@map("users")`, `@db.VarChar(64)`. */
export interface PrismaAttribute {
  /** Without the at signs: `default`, `map`, `db.VarChar`. */
  readonly name: string;
  /** The text between its parentheses, as written. Undefined without parentheses. */
  readonly args: string | undefined;
  readonly span: Span;
  /** 1-based. */
  readonly line: number;
}

/** One line of documentation: its text without the marks, and its comment. */
export interface DocLine {
  readonly text: string;
  /** The whole comment: lines of one block comment share it. */
  readonly span: Span;
  readonly line: number;
}

/** A field of a model. It is always one line: Prisma's grammar allows no break in it. */
export interface PrismaField {
  readonly name: string;
  readonly nameSpan: Span;
  /** Without its marks: `String`, `User`, `Unsupported("point")`. */
  readonly type: string;
  readonly typeSpan: Span;
  /** From the end of the type over `[]` and `?`; empty when there are none. */
  readonly markSpan: Span;
  readonly isOptional: boolean;
  readonly isList: boolean;
  readonly attributes: readonly PrismaAttribute[];
  /** Name to last attribute or trailing comment. */
  readonly span: Span;
  readonly line: number;
  /** The comment above, then the trailing one, joined as DMMF joins them; decorative stars of a block comment are removed. */
  readonly documentation: string;
  readonly documentationLines: readonly DocLine[];
}

export interface PrismaModel {
  readonly kind: "model" | "view" | "type";
  readonly name: string;
  /** Path of its file. */
  readonly file: string;
  /** Keyword to closing brace. */
  readonly span: Span;
  /** The closing brace. */
  readonly closeSpan: Span;
  readonly line: number;
  readonly fields: readonly PrismaField[];
  /** `@@map`, `@@index` … */
  readonly attributes: readonly PrismaAttribute[];
  readonly documentation: string;
  readonly documentationLines: readonly DocLine[];
}

export interface PrismaEnum {
  readonly name: string;
  readonly file: string;
  readonly span: Span;
  readonly line: number;
  readonly values: readonly { readonly name: string; readonly attributes: readonly PrismaAttribute[] }[];
  readonly attributes: readonly PrismaAttribute[];
}

export interface PrismaSchema {
  readonly files: readonly SchemaFile[];
  readonly models: readonly PrismaModel[];
  readonly enums: readonly PrismaEnum[];
}

/** The text of a string literal (`"a\"b"` → `a"b`). Undefined when the value is something else. */
export function stringValue(literal: string | undefined): string | undefined {
  if (literal === undefined || !/^"(?:\\.|[^"\\])*"$/.test(literal.trim())) return undefined;
  return attempt(() => JSON.parse(literal) as string, isSyntaxError);
}

/** The database's name for a model, field, enum or value: its `map` attribute, else its own name. */
export function databaseName(item: { readonly name: string; readonly attributes: readonly PrismaAttribute[] }): string {
  const map = item.attributes.find((attribute) => attribute.name === "map");
  return stringValue(map && argumentOf(map, "name")) ?? item.name;
}

/** Strings as one, then text that is neither a bracket nor a comma. */
const token = /"(?:\\.|[^"\\])*"|[()[\]]|,|[^"()[\],]+|"/g;

/** Parts between commas outside brackets. */
function listed(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const [next] of text.matchAll(token)) {
    if (next === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${next}`);
    depth += /^[([]$/.test(next) ? 1 : /^[)\]]$/.test(next) ? -1 : 0;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/**
 * An argument by its name, or the unnamed one, at any position.
 *
 * @example argumentOf({ name: "unique", args: 'map: "x", [a, b]' }, "fields") // "[a, b]"
 */
export function argumentOf({ args = "" }: Pick<PrismaAttribute, "args">, name: string): string | undefined {
  const all = listed(args).map((text) => /^([A-Za-z]\w*)\s*:\s*(.*)$/.exec(text) ?? [text, undefined, text]);
  return (all.find(([, own]) => own === name) ?? all.find(([, own]) => own === undefined))?.[2];
}

/** The fields in `fields: [a, b]`, `fields: a`, or in the unnamed argument of an attribute: `@@index([a, b(sort: Desc)])`, `@@id(a)`. */
export function fieldsOf(attribute: PrismaAttribute): string[] {
  const value = argumentOf(attribute, "fields") ?? "";
  // The unnamed argument of a relation is its name.
  if (value.startsWith('"')) return [];
  return listed(value.startsWith("[") ? value.slice(1, -1) : value).map((name) => name.replace(/\s*\(.*$/, ""));
}

/** The declaration of a model that exactly these fields are unique in all rows: a partial index (`where:`) does not count. */
export function declarationOf(
  model: PrismaModel,
  fields: readonly string[],
): { readonly attribute: PrismaAttribute; readonly field?: PrismaField } | undefined {
  const isUnique = ({ name, args = "" }: PrismaAttribute) =>
    name === "unique" && !listed(args).some((argument) => /^where\s*:/.test(argument));
  const attribute = model.attributes.find((item) => isUnique(item) && fieldsOf(item).join() === fields.join());
  if (attribute !== undefined) return { attribute };
  const field = fields.length === 1 ? model.fields.find((item) => item.name === fields[0]) : undefined;
  const own = field?.attributes.find(isUnique);
  return field === undefined || own === undefined ? undefined : { attribute: own, field };
}
