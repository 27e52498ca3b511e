import { annotationSpans, annotationTexts } from "@lockstep/core";
import type { Splice } from "@lockstep/core/codemods";
import { type DocLine, docLines } from "../comments.js";
import type { Entities } from "../entities.js";
import type { Member } from "../model.js";
import { type FieldRef, type Place, placeOf } from "../place.js";
import { type Change, changed } from "./changes.js";
import { withOriginal } from "./originals.js";

/**
 * Removes Lockstep's annotations from the comments of a column and of relations over it; other text stays. A comment without other text is
 * removed, with its line.
 *
 * @throws LS4002 when there is no such column
 */
export function dropAnnotations(entities: Entities, field: FieldRef): readonly Change[] {
  return membersAt(placeOf(entities, field)).map((member) => ({
    file: member.file,
    splices: withoutAnnotations(member),
  }));
}

function withoutAnnotations(member: Member): readonly Splice[] {
  const lines = docLines(member);
  const spans = annotationSpans(lines.map(({ text }) => text).join("\n"), member.file.file);
  let offset = 0;
  const cuts = lines.map((line) => {
    const from = offset;
    offset += line.text.length + 1;
    const own = spans
      .map(({ start, end }) => ({ start: Math.max(start - from, 0), end: Math.min(end - from, line.text.length) }))
      .filter((cut) => cut.start < cut.end);
    return { line, own: joined(own, line.text) };
  });
  const { text } = member.file;
  const comments = [...new Set(lines.map(({ comment }) => comment))];
  return comments.flatMap((comment): readonly Splice[] => {
    const own = cuts.filter(({ line }) => line.comment === comment);
    if (own.every((each) => each.own.length === 0)) return [];
    if (own.every((each) => remains(each.line, each.own) === "")) return [ownLine(comment, text)];
    return own.flatMap(({ line, own: parts }, index): readonly Splice[] => {
      if (parts.length === 0) return [];
      // The first line and the last have the comment's marks.
      const isInside = index > 0 && index < own.length - 1;
      if (isInside && remains(line, parts) === "") return [wholeLine(line.start, text)];
      return parts.map((cut) => shortened(line, cut, text));
    });
  });
}

interface Cut {
  readonly start: number;
  readonly end: number;
}

/** Cuts with only spaces between them as one: each would remove these spaces. */
function joined(cuts: readonly Cut[], text: string): readonly Cut[] {
  const done: Cut[] = [];
  for (const cut of cuts) {
    const last = done.at(-1);
    const isNext = last !== undefined && text.slice(last.end, cut.start).trim() === "";
    done.push(isNext ? { start: done.pop()!.start, end: cut.end } : cut);
  }
  return done;
}

/** The text of a line without the cuts. */
function remains({ text }: DocLine, cuts: readonly Cut[]): string {
  let result = "";
  let at = 0;
  for (const { start, end } of cuts) {
    result += text.slice(at, start);
    at = end;
  }
  return (result + text.slice(at)).trim();
}

/** Removes one of the spaces around a cut too. */
function shortened(line: DocLine, cut: Cut, text: string): Splice {
  const start = line.start + cut.start;
  let end = line.start + cut.end;
  const isLast = cut.end === line.text.length;
  if (isLast) {
    let from = start;
    while (cut.start > 0 && /[ \t]/.test(text[from - 1] ?? "")) from--;
    return { start: from, end, text: "" };
  }
  if (/[ \t]/.test(text[end] ?? "") && (cut.start === 0 || /[ \t]/.test(text[start - 1] ?? ""))) end++;
  return { start, end, text: "" };
}

/** The comment with its line if nothing else is on it, otherwise with the space before it. */
function ownLine({ start, end }: { readonly start: number; readonly end: number }, text: string): Splice {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const isAlone = text.slice(lineStart, start).trim() === "";
  const after = /^[ \t]*(\r?\n|$)/.exec(text.slice(end));
  if (isAlone && after !== null) {
    const next = end + after[0].length;
    // Without this, an empty line would remain at the start of a block or beside another empty line.
    const isFirst = /(?:[{(]|\n)[ \t]*\r?\n$/.test(text.slice(0, lineStart));
    const blank = isFirst ? (/^[ \t]*\r?\n/.exec(text.slice(next))?.[0].length ?? 0) : 0;
    return { start: lineStart, end: next + blank, text: "" };
  }
  // Before the property on its line, removes the space after it; after the property, the space before.
  if (isAlone) return { start, end: end + (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0), text: "" };
  const lead = /[ \t]*$/.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  return { start: start - lead, end, text: "" };
}

function wholeLine(offset: number, text: string): Splice {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const next = text.indexOf("\n", offset);
  return { start, end: next === -1 ? text.length : next + 1, text: "" };
}

/**
 * The reverse of `dropAnnotations`: an unchanged property gets its comments back as they were. If the property or the annotations were
 * changed, the annotations are written in comments of their own above it.
 *
 * @param original the declarations as the user wrote them
 * @param annotations Default: those of `original`
 * @throws LS4002 when there is no such column
 */
export function restoreAnnotations(
  entities: Entities,
  field: FieldRef,
  original: string | undefined,
  annotations?: readonly string[],
): Entities {
  const members = membersAt(placeOf(entities, field));
  if (members.some((member) => textsAt(member).length > 0)) return entities;
  if (annotations !== undefined) return changed(entities, members.slice(0, 1).map(withComments(annotations)));
  const before = original === undefined ? undefined : withOriginal(entities, field, original);
  if (before === undefined) return entities;
  const former = membersAt(placeOf(before, field));
  const bareState = changed(before, dropAnnotations(before, field));
  const bare = membersAt(placeOf(bareState, field));
  const changes = members.flatMap((member, index): Change[] => {
    const [was, dropped] = [former[index], bare[index]];
    const texts = was === undefined ? [] : textsAt(was);
    if (was === undefined || dropped === undefined || texts.length === 0) return [];
    const isSame = regionText(member) === regionText(dropped);
    if (!isSame) return [withComments(texts)(member)];
    return [{ file: member.file, splices: [{ ...regionOf(member), text: regionText(was) }] }];
  });
  return changed(entities, changes);
}

const withComments =
  (texts: readonly string[]) =>
  ({ node, file }: Member): Change => {
    const start = node.getStart(file.ast);
    const indent = /[ \t]*$/.exec(file.text.slice(0, start))?.[0] ?? "";
    const lines = texts.map((text) => `/** ${text.replace(/\s*\n\s*/g, " ")} */${file.style.eol}${indent}`).join("");
    return { file, splices: [{ start, end: start, text: lines }] };
  };

function textsAt(member: Member): readonly string[] {
  const lines = docLines(member).map(({ text }) => text);
  return annotationTexts(lines.join("\n"), member.file.file);
}

/** A property with all of its comments, and the empty lines above them. */
function regionOf({ node, file }: Pick<Member, "node" | "file">): { readonly start: number; readonly end: number } {
  const comments = docLines({ node, file }).map(({ comment }) => comment);
  const first = Math.min(node.getStart(file.ast), ...comments.map(({ start }) => start));
  const lineStart = file.text.lastIndexOf("\n", first - 1) + 1;
  const isOnLine = file.text.slice(lineStart, first).trim() === "";
  const blank = /(?:[ \t]*\r?\n)*$/.exec(file.text.slice(0, lineStart))?.[0].length ?? 0;
  return {
    // The line above does not end with an empty line, so its break stays.
    start: isOnLine ? file.text.indexOf("\n", lineStart - blank - 1) + 1 : first,
    end: Math.max(node.end, ...comments.map(({ end }) => end)),
  };
}

function regionText(member: Member): string {
  const { start, end } = regionOf(member);
  return member.file.text.slice(start, end);
}

function membersAt({ member, relations }: Place): readonly Member[] {
  return [member, ...relations.map((relation) => relation.member).filter((relation) => relation !== member)];
}
