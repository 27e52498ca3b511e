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

const goldenFile = "phases.diff";
/** What a person writes: all else in the folder of a case comes from here. */
const given = /^(?:before(?:\.\w+)?|input|case\.json|edits\.txt)$/;

/**
 * Compares steps with `phases.diff` in the folder of a case: of each what it says, and what it does to the files, byte for byte.
 * `npm run goldens` writes what is done now.
 */
export async function expectGolden(folder: string, steps: readonly Step[]): Promise<void> {
  const { snapshotUpdateState } = expect.getState().snapshotState;
  const strange = readdirSync(folder).filter((name) => name !== goldenFile && !given.test(name));
  if (snapshotUpdateState === "all") for (const name of strange) rmSync(join(folder, name), { recursive: true });
  else expect(strange, `in ${folder}: npm run goldens deletes them`).toEqual([]);
  await expect(goldenText(steps)).toMatchFileSnapshot(join(folder, goldenFile));
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
