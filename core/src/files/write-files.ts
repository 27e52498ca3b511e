import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { LockstepError } from "../errors.js";
import type { FileChange } from "../model/index.js";

/** Where the journal of an unfinished write stands, from the project root. */
export const journalFile = "lockstep/.journal.json";

/** What became of an interrupted write. */
export type Recovery = { readonly kind: "none" } | { readonly kind: "finished"; readonly files: readonly string[] };

/**
 * Writes several files as one: the journal first, then every file (each by rename), then the journal goes. Whatever is killed in
 * between, `recoverFiles` finishes it.
 *
 * @param leaveTo files that somebody else writes right after this: see `settleFiles`
 * @throws LS4005 a file is not as it was read; nothing is written then
 */
export function writeFiles(
  root: string,
  changes: readonly FileChange[],
  leaveTo?: { readonly others: readonly string[] },
): void {
  const real = changes.filter((change) => change.before !== change.after);
  if (real.length === 0) return;
  const meanwhile = real.filter(({ file, before, after }) => {
    const now = leaveTo?.others.includes(file) ? before : current(root, file);
    return now !== before && now !== after;
  });
  if (meanwhile.length > 0)
    throw new LockstepError(
      "LS4005",
      `Somebody wrote these files meanwhile: ${meanwhile.map(({ file }) => file).join(", ")}.`,
    );
  replaceFile(join(root, journalFile), JSON.stringify(real));
  for (const change of real) if (!leaveTo?.others.includes(change.file)) put(root, change.file, change.after);
  if (leaveTo === undefined) put(root, journalFile, undefined);
}

/**
 * Ends a write that left files to others (the ORM's CLI writes its own migration), once they are there. Until then the journal
 * stays, and the next command finishes the write.
 */
export function settleFiles(root: string): void {
  const changes = readJournal(root);
  if (changes?.every(({ file, after }) => current(root, file) === after)) put(root, journalFile, undefined);
}

/** What an interrupted write has left, without finishing it. */
export interface UnfinishedWrite {
  /** Files that it would still write. */
  readonly unfinished: readonly string[];
  readonly written: readonly string[];
  /** Changed since by somebody else: finishing would overwrite their work. */
  readonly foreign: readonly string[];
}

/** Looks for an interrupted write. Changes nothing. @returns undefined when there is none */
export function findUnfinished(root: string): UnfinishedWrite | undefined {
  const changes = readJournal(root);
  if (changes === undefined) return undefined;
  const files = (keep: (change: FileChange, text: string | undefined) => boolean) =>
    changes.filter((change) => keep(change, current(root, change.file))).map(({ file }) => file);
  return {
    unfinished: files(({ before, after }, text) => text === before && text !== after),
    written: files(({ after }, text) => text === after),
    foreign: files(({ before, after }, text) => text !== before && text !== after),
  };
}

/**
 * Finishes an interrupted write: everything that it writes was known when it began.
 *
 * @throws LS3009 when a file is neither, so that finishing would overwrite somebody's work
 */
export function recoverFiles(root: string): Recovery {
  const left = findUnfinished(root);
  if (left === undefined) return { kind: "none" };
  const { unfinished, written, foreign } = left;
  if (foreign.length > 0)
    throw new LockstepError(
      "LS3009",
      `A write was interrupted, and since then these files were changed: ${foreign.join(", ")}. Written before the interruption: ${written.join(", ") || "nothing"}.`,
    );
  for (const { file, after } of readJournal(root) ?? []) if (unfinished.includes(file)) put(root, file, after);
  put(root, journalFile, undefined);
  return unfinished.length === 0 ? { kind: "none" } : { kind: "finished", files: unfinished };
}

function readJournal(root: string): FileChange[] | undefined {
  const text = current(root, journalFile);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as FileChange[];
  } catch (error) {
    throw new LockstepError("LS3009", `${journalFile} cannot be read.`, { cause: error });
  }
}

function current(root: string, file: string): string | undefined {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : undefined;
}

function put(root: string, file: string, text: string | undefined): void {
  const path = join(root, file);
  if (text !== undefined) {
    replaceFile(path, text);
    return;
  }
  rmSync(path, { force: true });
  // An empty `held/` or `lockstep/` says nothing.
  if (existsSync(dirname(path)) && readdirSync(dirname(path)).length === 0) rmdirSync(dirname(path));
}

/** Nobody ever sees half a file: written beside it, synced, then renamed over it. */
function replaceFile(given: string, text: string): void {
  mkdirSync(dirname(given), { recursive: true });
  // A link stays one: what it leads to is written.
  const path = existsSync(given) ? realpathSync(given) : given;
  const temporary = `${path}.lockstep-tmp`;
  const descriptor = openSync(temporary, "w", existsSync(path) ? statSync(path).mode : 0o666);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
