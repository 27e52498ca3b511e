import { LockstepError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import type { RankedPlaces } from "../../code/candidates/choose.js";
import type { Candidate } from "../../code/contract/candidate.js";
import type { Place, Plan, PlannedEdit } from "../../model/index.js";
import type { MadeEdits } from "./made-edits.js";

/**
 * The places that a name in a flag or the configuration selects: by key, by `file:line` (the place that starts there, else the innermost
 * around it), by file or folder, or by a glob of files.
 */
export function placesNamed(name: string, places: readonly Candidate[]): readonly Candidate[] {
  const byKey = places.filter(({ key }) => key === name);
  if (byKey.length > 0) return byKey;
  const [, path, line] = /^(.+):(\d+)$/.exec(name) ?? [];
  if (path !== undefined) return placesAt(path, Number(line), places);
  const matches = pathMatcher(name);
  return places.filter(({ file }) => matches(file));
}

/** The places at a line of a file: those that start there, else the innermost around it. */
export function placesAt(path: string, line: number, places: readonly Candidate[]): readonly Candidate[] {
  const file = withoutDot(path);
  const around = places.filter((place) => place.file === file && place.line <= line && line <= place.lastLine);
  const here = around.filter((place) => place.line === line);
  if (here.length > 0) return here;
  const lines = Math.min(...around.map((place) => place.lastLine - place.line));
  return around.filter((place) => place.lastLine - place.line === lines);
}

/**
 * Rejects names in `--only` and `--not` that select no place.
 *
 * @param places of the phase, including those that contain the column already
 * @param listed the places listed for a person to edit
 * @throws LS4003 with the most similar place, or with the edit that the person has to make
 */
export function refuseUnknownPlaces(
  names: readonly string[],
  flag: string,
  places: readonly Candidate[],
  listed: readonly Place[] = [],
): void {
  const unknown = names.find((name) => placesNamed(name, places).length === 0);
  if (unknown === undefined) return;
  const byHand = listed.find((place) => place.key === undefined && isMeant(unknown, place));
  if (byHand !== undefined) refuseByHand(unknown, flag, byHand);
  const files = [...new Set(places.map(({ file }) => file))];
  const [, path] = /^(.+):\d+$/.exec(unknown) ?? [];
  const file = nearest(withoutDot(path ?? unknown), files);
  const inFile = path === undefined ? [] : places.filter((place) => place.file === file);
  const meant = inFile.length > 0 ? inFile.map(({ line }) => `${file}:${line}`) : [nearestKey(unknown, places) ?? file];
  const known = meant.filter((each) => each !== undefined);
  throw new LockstepError("LS4003", `${flag} ${unknown} matches no place to edit.`, {
    hint:
      known.length > 0
        ? `Did you mean ${[...new Set(known)].slice(0, 5).join(", ")}?`
        : files.length === 0
          ? "There are no places to edit."
          : `Places to edit are in: ${files.slice(0, 5).join(", ")}${files.length > 5 ? ", …" : ""}`,
    details: { name: unknown, keys: places.map(({ key }) => key) },
  });
}

/**
 * Rejects names in `--not` that only select edits which Lockstep has made.
 *
 * @param names those that select no required place
 * @throws LS4009 with the written texts, and the command that declines the edit once a person has removed them
 */
export async function refuseMade(
  names: readonly string[],
  questions: readonly RankedPlaces[],
  { id, state }: Plan,
  linkedWith: (made: readonly PlannedEdit[]) => Promise<MadeEdits>,
): Promise<void> {
  const open = questions.flatMap(({ ranked }) => ranked.map(({ candidate }) => candidate));
  const done = questions.flatMap((question) => question.done);
  for (const name of names.filter((each) => placesNamed(each, open).length === 0)) {
    const named = placesNamed(name, done);
    const holderOf = (edit: PlannedEdit) =>
      named.find(({ file, site }) => file === edit.file && site !== undefined && site === edit.site);
    const made = state.edits.filter((edit) => edit.text !== "" && (isMeant(name, edit) || holderOf(edit)));
    const [first] = made;
    if (first === undefined) continue;
    const { edits, names: known, isRequired } = await linkedWith(made);
    const [shown = first] = edits;
    const own = known.length > 0 ? known : [holderOf(first)?.key ?? placeName(first)];
    const again = `npx lockstep code ${id} --not ${own.map((each) => `'${each}'`).join(" ")}${isRequired ? ' --reason "<why>"' : ""}`;
    const others = edits.filter((edit) => edit !== shown);
    const linked = others.map((edit) => `\n  ${edit.file}:${edit.line}  ${edit.what}: ${quotedText(edit)}`).join("");
    const at = `${shown.file}:${shown.line}`;
    throw new LockstepError(
      "LS4009",
      `--not ${name}: this edit is already made: ${at}: ${shown.what}${linked && `\nIt is linked with:${linked}`}`,
      {
        hint:
          linked === ""
            ? `Remove ${quotedText(shown)} from ${at}. Then: ${again}`
            : `Remove ${quotedText(shown)} from ${at}, and the linked texts. Then run this command, which writes again what is still needed:\n${again}`,
        details: { name, edits: edits.map(({ file, line, what, text }) => ({ file, line, what, text })) },
      },
    );
  }
}

function quotedText({ text }: PlannedEdit): string {
  return `\`${text.replaceAll(/\s+/g, " ")}\``;
}

/** The name of a place without a key: it stays when lines move. */
export function placeName({ file, what }: Pick<Place, "file" | "what">): string {
  return `${file}#${what}`;
}

/** Whether a name selects a listed place: by its key or `placeName`, `file:line`, or the file's path, folder or glob. */
export function isMeant(name: string, place: Pick<Place, "file" | "line" | "key" | "what">): boolean {
  const { file, line, key } = place;
  if (name === key || name === placeName(place)) return true;
  const [, path, at] = /^(.+):(\d+)$/.exec(name) ?? [];
  return path === undefined ? pathMatcher(name)(file) : withoutDot(path) === file && Number(at) === line;
}

function refuseByHand(name: string, flag: string, { file, line, what, reason, text }: Place): never {
  throw new LockstepError("LS4003", `${flag} ${name}: edit ${file}:${line} yourself: ${what} — ${reason}`, {
    hint: text === undefined ? `Edit ${file}:${line}` : `Write there: ${text}`,
    details: { name, file, line },
  });
}

function nearestKey(name: string, places: readonly Candidate[]): string | undefined {
  const isKey = name.includes("#");
  return isKey
    ? nearest(
        name,
        places.map(({ key }) => key),
      )
    : undefined;
}

/** Whether a path is this file, is in this folder, or matches the glob: `**`, `*`, `?` and `{a,b}`. */
export function pathMatcher(glob: string): (path: string) => boolean {
  const clean = withoutDot(glob).replace(/\/$/, "");
  if (!/[*?{]/.test(clean)) return (path) => path === clean || path.startsWith(`${clean}/`);
  // Commas only separate alternatives inside complete braces.
  const pieces = clean.split(/(\{[^{}]*\})/);
  const whole = new RegExp(`^${pieces.map((piece, at) => patternOf(piece, at % 2 === 1)).join("")}$`);
  return (path) => whole.test(path);
}

function patternOf(piece: string, isChoice: boolean): string {
  if (!isChoice) return piece.replace(/\*\*\/|\*\*|[*?.+^$()|[\]\\{}]/g, (part) => inPattern[part] ?? `\\${part}`);
  const choices = piece.slice(1, -1).split(",");
  return `(?:${choices.map((choice) => patternOf(choice, false)).join("|")})`;
}

const inPattern: Readonly<Record<string, string>> = {
  "**/": "(?:[^/]+/)*",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
};

function withoutDot(path: string): string {
  return path.replaceAll("\\", "/").replace(/^\.\//, "");
}
