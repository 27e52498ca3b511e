import { LockstepError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { readBalanced } from "./balanced.js";

/** The text of an annotation, and its position: `prisma/schema.prisma:14`. */
export interface Annotation {
  readonly text: string;
  readonly source: string;
}

/** The annotations of one field or property. */
export interface Annotations {
  /** SQL for existing rows: an initial value. */
  readonly backfill?: Annotation;
  /** SQL for existing rows, which the column follows until contract. */
  readonly mirror?: Annotation;
  /** A TypeScript expression for new rows. */
  readonly write?: Annotation;
  /** Why this change passes through unchanged. */
  readonly skip?: Annotation;
  /** The columns that this one behaves like: `displayName, bio`. */
  readonly like?: Annotation;
  /** Whether responses show the column, or only the server uses it. Undefined: unknown. */
  readonly visibility?: "internal" | "exposed";
}

/** The content of the parentheses. Undefined: the annotation has none. */
const content = {
  backfill: "sql",
  mirror: "sql",
  write: "ts",
  skip: "reason",
  like: "columns",
  internal: undefined,
  exposed: undefined,
} as const;
type Name = keyof typeof content;
const names = Object.keys(content) as Name[];
const exclusive: Readonly<Partial<Record<Name, Name>>> = {
  mirror: "backfill",
  backfill: "mirror",
  internal: "exposed",
  exposed: "internal",
};

// Not in code spans (`@lockstep.backfill`), mail addresses or package names (@lockstep/prisma): those are prose.
const mark = /(?<![\w`@./"'])@([A-Za-z]+)(?![\w/])([\w.:-]*)/g;

/**
 * Reads the annotations in a doc comment: `///` in schema.prisma, JSDoc on a TypeORM property. The same grammar in both. `source.line` is
 * the line of the comment's first line; `source.lines` that of each, if they are not consecutive.
 *
 * @example
 * parseAnnotations("Shown in the URL.\n@lockstep.backfill(lower(email))", { file: "prisma/schema.prisma", line: 13 })
 * // { backfill: { text: "lower(email)", source: "prisma/schema.prisma:14" } }
 */
export function parseAnnotations(
  documentation: string,
  source: { readonly file: string; readonly line: number; readonly lines?: readonly number[] },
): Annotations {
  const found: Partial<Record<Name, Annotation>> = {};
  for (const { name, text, place } of annotationsIn(documentation, source)) {
    if (found[name] !== undefined) throw wrong(place, `@lockstep.${name} is there twice`, "Keep one of the two.");
    const other = exclusive[name];
    if (other !== undefined && found[other] !== undefined) {
      throw wrong(place, `@lockstep.${other} and @lockstep.${name} exclude each other`, "Keep one of the two.");
    }
    found[name] = { text, source: place };
  }
  const { internal, exposed, ...values } = found;
  if (internal === undefined && exposed === undefined) return values;
  return { ...values, visibility: internal === undefined ? "exposed" : "internal" };
}

/**
 * The positions of the annotations in a doc comment: offsets, `end` exclusive. Contract removes them.
 *
 * @throws LS2008 as `parseAnnotations`
 */
export function annotationSpans(
  documentation: string,
  file: string,
): { readonly start: number; readonly end: number }[] {
  return [...annotationsIn(documentation, { file, line: 1 })].map(({ start, end }) => ({ start, end }));
}

/**
 * The annotations in a doc comment, as written.
 *
 * @throws LS2008 as `parseAnnotations`
 */
export function annotationTexts(documentation: string, file: string): readonly string[] {
  return annotationSpans(documentation, file).map(({ start, end }) => documentation.slice(start, end));
}

interface FoundAnnotation {
  readonly name: Name;
  readonly text: string;
  readonly place: string;
  readonly start: number;
  readonly end: number;
}

function* annotationsIn(
  documentation: string,
  source: { readonly file: string; readonly line: number; readonly lines?: readonly number[] },
): Iterable<FoundAnnotation> {
  let position = 0;
  for (const match of documentation.matchAll(mark)) {
    // Inside the parentheses of the previous one: the user's text, not an annotation.
    if (match.index < position || nearest(match[1]!, ["lockstep"]) === undefined) continue;
    const above = documentation.slice(0, match.index).split("\n").length - 1;
    const place = `${source.file}:${source.lines?.[above] ?? source.line + above}`;
    const tail = (match[2] ?? "").replace(/[.:-]+$/, "");
    const name = match[1] === "lockstep" ? names.find((known) => tail === `.${known}`) : undefined;
    if (name === undefined) throw unknown(match[0].replace(/[.:-]+$/, ""), tail, place);
    const end = match.index + "@lockstep".length + tail.length;
    const value = readValue(documentation, end, name, place);
    position = value.end;
    yield { name, text: value.text, place, start: match.index, end: value.end };
  }
}

function readValue(text: string, end: number, name: Name, place: string): { text: string; end: number } {
  const kind = content[name];
  if (kind === undefined) {
    if (text[end] === "(") throw wrong(place, `@lockstep.${name} takes no value`, `Write it alone: @lockstep.${name}`);
    return { text: "", end };
  }
  const open = /[ \t]*\(/y;
  open.lastIndex = end;
  if (!open.test(text)) {
    const line = text.slice(end - `@lockstep.${name}`.length).split("\n")[0] ?? "";
    throw wrong(place, `"${line.trim()}" has no parentheses`, `Write ${spelling(name)}.`);
  }
  const value = readBalanced(text, open.lastIndex - 1, kind === "columns" ? "reason" : kind);
  if (value === undefined) {
    throw wrong(place, `@lockstep.${name} has no closing parenthesis or quote`, `Write ${spelling(name)}.`);
  }
  if (value.text === "") throw wrong(place, `@lockstep.${name}() is empty`, `Write ${spelling(name)}.`);
  return value;
}

function unknown(written: string, tail: string, place: string): LockstepError {
  const meant = nearest(tail.replace(/[^A-Za-z]/g, ""), names) as Name | undefined;
  if (meant === undefined)
    return wrong(place, `unknown annotation "${written}"`, `Known: ${names.map(spelling).join(", ")}`);
  return wrong(place, `unknown annotation "${written}"; did you mean ${spelling(meant)}?`, `Write ${spelling(meant)}.`);
}

function spelling(name: Name): string {
  return content[name] === undefined ? `@lockstep.${name}` : `@lockstep.${name}(<${content[name]}>)`;
}

function wrong(place: string, what: string, hint: string): LockstepError {
  return new LockstepError("LS2008", `${place}: ${what}`, { hint, details: { place } });
}
