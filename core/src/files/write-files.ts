import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { LockstepError } from "../errors.js";
import type { FileChange } from "../model/index.js";

/** Where the journal of an unfinished write stands, from the project root. */
export const journalFile = "lockstep/.journal.json";

/** What became of an interrupted write. */
export type Recovery = { readonly kind: "none" } | { readonly kind: "finished"; readonly files: readonly string[] };

/**
 * Writes several files as one: the journal first, then every file (each by rename), then the journal goes. Whatever is killed in
 * between, `recoverFiles` finishes it or takes it back.
 */
export function writeFiles(root: string, changes: readonly FileChange[]): void {
  const real = changes.filter((change) => change.before !== change.after);
  if (real.length === 0) return;
  replaceFile(join(root, journalFile), JSON.stringify(real));
  for (const change of real) put(root, change.file, change.after);
  rmSync(join(root, journalFile));
}

/**
 * Finishes an interrupted write where every file is still as it was before or after it; otherwise takes back what was written.
 *
 * @throws LS3009 when a file is neither, so that finishing would overwrite somebody's work
 */
export function recoverFiles(root: string): Recovery {
  const journal = join(root, journalFile);
  if (!existsSync(journal)) return { kind: "none" };
  let changes: FileChange[];
  try {
    changes = JSON.parse(readFileSync(journal, "utf8")) as FileChange[];
  } catch (error) {
    throw new LockstepError("LS3009", `${journalFile} cannot be read.`, { cause: error });
  }
  const files = changes.map((change) => change.file);
  const current = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : undefined);
  const foreign = changes.filter(({ file, before, after }) => {
    const text = current(file);
    return text !== before && text !== after;
  });
  if (foreign.length > 0) {
    const written = changes.filter((change) => !foreign.includes(change) && current(change.file) === change.after);
    throw new LockstepError(
      "LS3009",
      `A write was interrupted, and since then these files were changed: ${foreign.map((change) => change.file).join(", ")}. Written before the interruption: ${written.map((change) => change.file).join(", ") || "nothing"}.`,
    );
  }
  for (const change of changes) put(root, change.file, change.after);
  rmSync(journal);
  return { kind: "finished", files };
}

function put(root: string, file: string, text: string | undefined): void {
  if (text === undefined) rmSync(join(root, file), { force: true });
  else replaceFile(join(root, file), text);
}

/** Nobody ever sees half a file: written beside it, synced, then renamed over it. */
function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.lockstep-tmp`;
  const descriptor = openSync(temporary, "w");
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path);
}
