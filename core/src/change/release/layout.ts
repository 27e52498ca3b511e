import { applyPatch, createTwoFilesPatch } from "diff";
import type { Formatting } from "../../code/formatters/formatting.js";
import { type LineChange, lineChanges, withChanges } from "../../code/formatters/line-changes.js";
import type { DeployedPhase, FileChange, FormattedFile, PlanState } from "../../model/index.js";
import { isSameButLayout } from "../../plan/hash.js";
import { mergeCodeFiles } from "./code-files.js";
import type { CodeResult } from "./code-request.js";

/** The edits of a phase after formatting by the project's formatter. */
export interface LaidOut {
  readonly changes: readonly FileChange[];
  readonly code: Pick<CodeResult, "made" | "places" | "failing" | "state">;
  readonly formatted: readonly FormattedFile[];
}

/** The former layout of a plan's files. */
export interface LayoutBefore {
  /** Texts of files that are already formatted, and so are not formatted again. */
  readonly known?: ReadonlyMap<string, string>;
  /** The changes of earlier phases, or of those that an undo reverts. */
  readonly earlier?: readonly FormattedFile[];
}

/**
 * Formats the edits of a phase, and returns their lines afterwards.
 *
 * @param changes of models and code
 */
export async function layOut(
  formatting: Formatting,
  phase: DeployedPhase,
  changes: readonly FileChange[],
  code: Pick<CodeResult, "changes" | "made" | "places" | "failing" | "state">,
  { known = new Map(), earlier = [] }: LayoutBefore = {},
): Promise<LaidOut> {
  const others = await formatting.apply(changes.filter(({ file }) => !known.has(file)));
  const after = changes.map((change) => {
    const text = known.get(change.file) ?? others.find(({ file }) => file === change.file)?.after;
    return { ...change, after: text === undefined ? text : withFormerLayout({ ...change, after: text }, earlier) };
  });
  const moved = new Map<string, { readonly planned: string; readonly written: string }>();
  const formatted: FormattedFile[] = [];
  for (const [index, { file, before, after: written }] of after.entries()) {
    const planned = changes[index]?.after;
    if (planned === undefined || written === undefined) continue;
    // Code also without formatting: a later change may format the same lines, and the way back leads through both.
    const isOfCode = code.changes.some((change) => change.file === file);
    if (before !== undefined && before !== written && (planned !== written || isOfCode))
      formatted.push({ phase, file, back: backFrom(written, before) });
    if (planned !== written) moved.set(file, { planned, written });
  }
  if (moved.size === 0) return { changes: after, code, formatted };
  const at = <T extends { readonly file: string; readonly line: number; readonly text?: string }>(place: T): T => {
    const texts = moved.get(place.file);
    return texts === undefined ? place : { ...place, line: lineAfter(texts.planned, texts.written, place) };
  };
  const made = code.made.map(at);
  const edits = code.state.edits.map((edit) => made[code.made.indexOf(edit)] ?? edit);
  const places = code.places.map(at);
  const own = after.filter(({ file }) => code.changes.some((change) => change.file === file));
  const codeFiles = mergeCodeFiles(code.state.codeFiles, own);
  const failing = code.failing && {
    prepared: code.failing.prepared.map(at),
    wholeRows: code.failing.wholeRows.map(at),
  };
  const state = { ...code.state, edits, places, codeFiles };
  return { changes: after, code: { made, places, ...(failing && { failing }), state }, formatted };
}

/** A plan's state with the formatted files. */
export function withFormatted(state: PlanState, more: readonly FormattedFile[]): PlanState {
  const { formatted: earlier = [], ...rest } = state;
  const formatted = [...earlier, ...more];
  return { ...rest, ...(formatted.length === 0 ? {} : { formatted }) };
}

/**
 * The original bytes of files that phases changed, if those lines have not changed since and the undo only removes these phases' edits:
 * `undone` contains the undo.
 */
export function textsBefore(
  formatted: readonly FormattedFile[],
  phases: readonly DeployedPhase[],
  undone: readonly FileChange[],
): ReadonlyMap<string, string> {
  const texts = undone.flatMap(({ file, before, after }): [string, string][] => {
    const own = formatted.filter((each) => each.file === file && phases.includes(each.phase));
    if (before === undefined || after === undefined || own.length === 0) return [];
    const text = takenBack(before, own);
    return text !== undefined && isSameButLayout(file, text, after) ? [[file, text]] : [];
  });
  return new Map(texts);
}

/**
 * Restores the former layout of lines that otherwise match those before the plan: formatters keep an object on several lines after its new
 * member is removed.
 */
function withFormerLayout(
  { file, before, after }: FileChange & { readonly after: string },
  earlier: readonly FormattedFile[],
): string {
  const own = earlier.filter((each) => each.file === file);
  if (before === undefined || own.length === 0) return after;
  const former = takenBack(before, own);
  if (former === undefined) return after;
  const restored = (change: LineChange) => withChanges(after, [change]);
  const isLayout = (change: LineChange) => isSameButLayout(file, after, restored(change));
  return withChanges(after, lineChanges(after, former).filter(isLayout));
}

/** A file's text before changes of phases, the last one reverted first; undefined if those lines have changed. */
function takenBack(text: string, formatted: readonly FormattedFile[]): string | undefined {
  const former = formatted.reduceRight<string | false>(
    (current, { back }) => current !== false && applyPatch(current, back),
    text,
  );
  return former === false ? undefined : former;
}

/** Without the header, which is longer than most changes. */
function backFrom(written: string, before: string): string {
  const patch = createTwoFilesPatch("", "", written, before, "", "", { context: 2 });
  return patch.slice(patch.indexOf("@@"));
}

/** The line after formatting. */
function lineAfter(
  planned: string,
  written: string,
  { line, text }: { readonly line: number; readonly text?: string },
) {
  let moved = line;
  for (const { at, lines, after } of lineChanges(planned, written)) {
    const first = at + 1 + (moved - line);
    const now = after.split("\n");
    if (line > at + lines) {
      moved += now.length - 1 - lines;
      continue;
    }
    if (line <= at) break;
    const [word] = /\w+/.exec(text ?? "") ?? [];
    const found = word === undefined ? -1 : now.findIndex((each) => new RegExp(`\\b${word}\\b`).test(each));
    return first + Math.max(found, 0);
  }
  return moved;
}
