import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { applyPatch, createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { expect } from "vitest";
import type { Place } from "../../core/src/model/index.js";

type Files = readonly { readonly file: string; readonly text: string }[];

/** What is done to files, and the name that it has in the golden file. */
export interface Step {
  readonly name: string;
  readonly before: Files;
  readonly after: Files;
  /** What there is to say about it, in lines. */
  readonly notes?: readonly string[];
}

/** One input (`before.ts`), run with one column. */
export interface GoldenCase {
  /** Key of the column: `folder`, or `folder/variant`. */
  readonly name: string;
  readonly folder: string;
  /** The golden file in the folder. */
  readonly golden: string;
  /** Every golden file in the folder. */
  readonly goldens: readonly string[];
}

const goldenFile = "phases.diff";
/**
 * Lists the cases in a folder. A key `name/variant` in `columns` adds a variant: it shares the input of `name` and has its own golden
 * file, `variant.diff`. The input also runs without a variant if it has none, or if `columns` has the plain name as well.
 *
 * @param parent ends with a slash
 */
export function goldenCases(parent: string, columns: Readonly<Record<string, unknown>>): GoldenCase[] {
  return readdirSync(parent).flatMap((of) => {
    const variants = Object.keys(columns).filter((name) => name.startsWith(`${of}/`));
    const names = variants.length === 0 || of in columns ? [of, ...variants] : variants;
    const goldenOf = (name: string) => (name === of ? goldenFile : `${name.slice(of.length + 1)}.diff`);
    const goldens = names.map(goldenOf);
    return names.map((name) => ({ name, folder: parent + of, golden: goldenOf(name), goldens }));
  });
}

/** What a person writes: all else in the folder of a case comes from here. */
const given = /^(?:before(?:\.\w+)?|input|case\.json|edits\.txt)$/;

/**
 * Compares steps with the golden file of a case (`phases.diff` in a folder of one case): of each what it says, and what it does to the
 * files, byte for byte. `npm run goldens` writes what is done now.
 */
export async function expectGolden(about: string | GoldenCase, steps: readonly Step[]): Promise<void> {
  const alone = { golden: goldenFile, goldens: [goldenFile] };
  const { folder, golden, goldens } = typeof about === "string" ? { folder: about, ...alone } : about;
  const { snapshotUpdateState } = expect.getState().snapshotState;
  const strange = readdirSync(folder).filter((name) => !goldens.includes(name) && !given.test(name));
  if (snapshotUpdateState === "all") for (const name of strange) rmSync(join(folder, name), { recursive: true });
  else expect(strange, `in ${folder}: npm run goldens deletes them`).toEqual([]);
  await expect(goldenText(steps)).toMatchFileSnapshot(join(folder, golden));
}

/** What is left to a person, and of how many places nothing is said. */
export function placeNotes({
  places,
  silent,
}: {
  readonly places: readonly Place[];
  readonly silent: number;
}): string[] {
  return [
    ...places.map(
      ({ file, line, kind, mayLeaveOut, what, reason }) =>
        `${kind}${mayLeaveOut ? ", asked" : ""} ${file}:${line} · ${what} · ${reason}`,
    ),
    ...(silent > 0 ? [`${silent} silent`] : []),
  ];
}

/** What stands in a golden file; no two outcomes have the same text. */
export function goldenText(steps: readonly Step[]): string {
  return steps.map(textOf).join("\n");
}

function textOf({ name, before, after, notes = [] }: Step): string {
  const [former, latter] = [before, after].map((files) => new Map(files.map(({ file, text }) => [file, text])));
  const names = new Set([...(former?.keys() ?? []), ...(latter?.keys() ?? [])]);
  const patches = [...names].map((file) => patchOf(file, former?.get(file), latter?.get(file)));
  return [`== ${name}\n`, ...notes.map((note) => `${note}\n`), ...patches].join("");
}

/** The difference as a patch, with carriage returns that are seen; empty where there is none. */
function patchOf(file: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const [from, to] = [before, after].map((text) => (text === undefined ? "/dev/null" : file));
  const options = { context: 2, headerOptions: FILE_HEADERS_ONLY };
  const patch = createTwoFilesPatch(from ?? "", to ?? "", before ?? "", after ?? "", undefined, undefined, options);
  const shown = patch.replaceAll("\r", "␍");
  // The text that is compared leaves no byte out.
  const applied = applyPatch(before ?? "", shown.replaceAll("␍", "\r"), { autoConvertLineEndings: false });
  expect(applied, `${file}, made from its patch`).toBe(after ?? "");
  return shown;
}
