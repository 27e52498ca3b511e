import { GitHistory } from "../../base/files/git-history.js";
import type { ColumnHistory } from "../contract/column-history.js";
import { type Addition, columnAdditions, type ModelPast } from "./column-additions.js";

export interface HistoryRequest extends ModelPast {
  /** The files that may get the new column, from the project root: `existed` supports these. Ordered by importance. */
  readonly candidateFiles: readonly string[];
}

export interface HistoryLimits {
  /** Wall time for everything. Default: 1500. */
  readonly limitMs?: number;
  /** Includes additions of the three years before it. Default: now. */
  readonly now?: Date;
  /** Called when the time limit is reached. The result is then undefined, as it also is for other reasons that need no message. */
  tooLong?(): void;
}

const threeYearsMs = 3 * 365.25 * 24 * 60 * 60 * 1000;
const mostTexts = 400;
const mostBytes = 20 * 1024 * 1024;
/** The maximum number of blob look-ups, before any text is read. */
const mostPlaces = 4000;

/**
 * Reads from git how a model grew: the commits that added its columns, the other files that they changed, and the candidates' files at that
 * time. Optional evidence: whatever git lacks (no repository, a shallow or a partial clone) is left out without an error.
 *
 * @param root of the project, which may be a folder of a larger repository
 * @param signal ends it early: the result is undefined then
 * @returns undefined if there is no readable history, or the time limit is reached
 * @example
 * const history = await readColumnHistory(root, { modelFiles, model: "User", columns, fieldsIn, candidateFiles }, signal);
 * history?.added[0] // { field: "nickname", commit: "4f3a…", files: Set { "prisma/schema.prisma", "src/user.dto.ts" } }
 */
export async function readColumnHistory(
  root: string,
  request: HistoryRequest,
  signal: AbortSignal,
  { limitMs = 1500, now = new Date(), tooLong }: HistoryLimits = {},
): Promise<ColumnHistory | undefined> {
  const time = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any([signal, time]);
  try {
    if (request.modelFiles.length === 0) return undefined;
    const git = await GitHistory.open(root, either);
    const added = git && (await columnAdditions(git, request, new Date(now.getTime() - threeYearsMs)));
    return added && columnHistory(added, await earlierTexts(git, added, request.candidateFiles));
  } catch (error) {
    if (!either.aborted) throw error;
    if (!signal.aborted) tooLong?.();
    return undefined;
  }
}

/** By commit and file. */
type Texts = ReadonlyMap<string, string>;

function columnHistory(added: readonly Addition[], texts: Texts): ColumnHistory {
  const answers = new Map<string, boolean>();
  return {
    added: added.map(({ field, commit, at, files }) => ({ field, commit, at, files })),
    existed(file, name, commit) {
      const text = texts.get(placeKey(file, commit));
      if (text === undefined) return undefined;
      const question = JSON.stringify([file, name, commit]);
      const known = answers.get(question) ?? hasWord(text, name);
      answers.set(question, known);
      return known;
    },
  };
}

/** The candidates' files before each commit: the newest commits first, up to the limits. */
async function earlierTexts(git: GitHistory, added: readonly Addition[], files: readonly string[]): Promise<Texts> {
  const commits = new Map(added.map(({ commit, parent }) => [commit, parent]));
  const places = [...commits]
    .flatMap(([commit, parent]) => [...new Set(files)].map((file) => ({ commit, parent, file })))
    .slice(0, mostPlaces);
  const blobs = await git.blobsAt(places.map(({ parent, file }) => ({ commit: parent, file })));
  const wanted = new Set<string>();
  let bytes = 0;
  for (const blob of blobs) {
    if (blob === undefined || wanted.has(blob.id) || wanted.size === mostTexts) continue;
    if (bytes + blob.bytes > mostBytes) continue;
    bytes += blob.bytes;
    wanted.add(blob.id);
  }
  // Git prints a header line before each text.
  const texts = await git.texts([...wanted], mostBytes + mostTexts * 100);
  return new Map(
    places.flatMap(({ commit, file }, index) => {
      const id = blobs[index]?.id;
      const text = id === undefined ? undefined : texts.get(id);
      return text === undefined ? [] : [[placeKey(file, commit), text] as const];
    }),
  );
}

function placeKey(file: string, commit: string): string {
  return `${commit}:${file}`;
}

/** Whether the name occurs as a whole word: `User` is not in `UserAgent`. */
function hasWord(text: string, name: string): boolean {
  if (name === "") return false;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1))
    if (!isPart(text[at - 1]) && !isPart(text[at + name.length])) return true;
  return false;
}

function isPart(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
}
