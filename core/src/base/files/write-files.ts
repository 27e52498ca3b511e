import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, posix } from "node:path";
import type { FileChange } from "../../model/index.js";
import { LockstepError } from "../errors.js";
import { gitOrNothing } from "./git.js";
import { journalFile } from "./journal-file.js";
import { commandHere } from "./project-lock.js";
import { realPath, refuseForeignFiles } from "./writable.js";

/** The result of an interrupted write. `command`: the interrupted command, as typed; `files`: what was not written yet, may be empty. */
export type Recovery =
  | { readonly kind: "none" }
  | { readonly kind: "finished"; readonly command?: string; readonly files: readonly string[] };

interface Journal {
  readonly command?: string;
  /** The branch that was checked out; absent: none, or no repository. */
  readonly branch?: string;
  readonly changes: readonly FileChange[];
}

/**
 * Writes several files as one: first the journal, then every file (each by rename), then it deletes the journal. If a kill interrupts it,
 * `recoverFiles` finishes the write.
 *
 * @param leaveTo files that another process writes right after this: see `settleFiles`
 * @throws LS4005 a file was changed since it was read · LS3011 a file that no plan writes; nothing is written then
 */
export function writeFiles(
  root: string,
  changes: readonly FileChange[],
  leaveTo?: { readonly others: readonly string[] },
): void {
  const real = changes.filter((change) => change.before !== change.after);
  if (real.length === 0) return;
  const files = real.map(({ file }) => file);
  // A file beside the root is in a folder of `code.roots`: that is where it was found.
  const beside = files.filter((file) => file.startsWith("../")).map((file) => posix.dirname(file));
  refuseForeignFiles(root, files, beside);
  const meanwhile = real.filter(({ file, before, after }) => {
    const now = leaveTo?.others.includes(file) ? before : current(root, file);
    return now !== before && now !== after;
  });
  if (meanwhile.length > 0)
    throw new LockstepError(
      "LS4005",
      `These files changed while the command ran: ${meanwhile.map(({ file }) => file).join(", ")}.`,
    );
  const journal: Journal = { ...commandPart(commandHere(root)), ...branchPart(branchOf(root)), changes: real };
  holdSignals();
  replaceFile(join(root, journalFile), JSON.stringify(journal));
  for (const change of real) if (!leaveTo?.others.includes(change.file)) put(root, change.file, change.after);
  if (leaveTo === undefined) put(root, journalFile, undefined);
}

/** Until the current synchronous work has ended: Ctrl-C in the middle would leave the rest to the next command. */
function holdSignals(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    if (process.listenerCount(signal) > 0) continue;
    const end = () => process.exit(code);
    process.on(signal, end);
    // After the turn in which Node.js delivers a signal that has arrived.
    setImmediate(() => setImmediate(() => process.off(signal, end)));
  }
}

/**
 * Ends a write that left files to others (the ORM's CLI writes its own migration), once they exist. Until then the journal stays, and the
 * next command finishes the write.
 */
export function settleFiles(root: string): void {
  if (readJournal(root)?.changes.every(({ file, after }) => current(root, file) === after))
    put(root, journalFile, undefined);
}

/** What an interrupted write left, without finishing it. */
export interface UnfinishedWrite {
  /** Files that it would still write. */
  readonly unfinished: readonly string[];
  readonly written: readonly string[];
  /** Changed by others since: finishing would overwrite their work. */
  readonly foreign: readonly string[];
}

/** Searches for an interrupted write. Changes nothing. @returns undefined when there is none */
export function findUnfinished(root: string): UnfinishedWrite | undefined {
  const changes = readJournal(root)?.changes;
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
 * Finishes an interrupted write: its journal has everything that it writes.
 *
 * @param roots folders beside the root that may be written, too: those of `code.roots`, else packages of the workspace
 * @throws LS3009 a file has neither content, so that finishing would overwrite somebody's work · LS3016 on another branch · LS3011 a
 *   journal that no plan has written
 */
export function recoverFiles(root: string, roots: readonly string[] = []): Recovery {
  const { command, branch, changes } = readJournal(root) ?? {};
  const now = branch === undefined ? undefined : branchOf(root);
  if (branch !== now)
    throw new LockstepError(
      "LS3016",
      `A write was interrupted on the branch ${branch}, but the current branch is ${now ?? "none"}.`,
      {
        hint: `git checkout ${branch}, then npx lockstep repair. To discard the write, delete ${journalFile} and restore the files that it wrote`,
      },
    );
  const files = changes?.map(({ file }) => file) ?? [];
  refuseForeignFiles(root, files, roots);
  const left = findUnfinished(root);
  if (changes === undefined || left === undefined) return { kind: "none" };
  const { unfinished, foreign } = left;
  if (foreign.length > 0) throw foreignWork(left);
  for (const { file, after } of changes) if (unfinished.includes(file)) put(root, file, after);
  put(root, journalFile, undefined);
  return { kind: "finished", ...commandPart(command), files: unfinished };
}

/** A write cannot be finished over other people's changes. */
export function foreignWork({ foreign, written }: UnfinishedWrite): LockstepError {
  return new LockstepError(
    "LS3009",
    `A write was interrupted, and these files changed since: ${foreign.join(", ")}. Written before the interruption: ${written.join(", ") || "nothing"}.`,
  );
}

/** By git, which supports work trees. */
function branchOf(root: string): string | undefined {
  return gitOrNothing(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
}

const branchPart = (branch: string | undefined) => (branch === undefined ? {} : { branch });
const commandPart = (command: string | undefined) => (command === undefined ? {} : { command });

function readJournal(root: string): Journal | undefined {
  const text = current(root, journalFile);
  if (text === undefined) return undefined;
  let journal: unknown;
  try {
    journal = JSON.parse(text);
  } catch (error) {
    throw new LockstepError("LS3009", `${journalFile} cannot be read.`, { cause: error });
  }
  // Only the files, as earlier versions stored them.
  const found = (Array.isArray(journal) ? { changes: journal } : (journal ?? {})) as Partial<Journal>;
  const { command, branch, changes } = found;
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  if (!Array.isArray(changes) || !changes.every(isChange) || !isText(command) || !isText(branch))
    throw new LockstepError("LS3009", `${journalFile} is not a journal of Lockstep.`);
  return { ...commandPart(command), ...branchPart(branch), changes };
}

/** Without a schema library: a change that passes reads no plan, and does not load the libraries for that. */
function isChange(value: unknown): value is FileChange {
  const { file, before, after } = (value ?? {}) as Record<string, unknown>;
  return typeof file === "string" && [before, after].every((text) => text === undefined || typeof text === "string");
}

function current(root: string, file: string): string | undefined {
  const path = join(root, file);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "utf8") : undefined;
}

function put(root: string, file: string, text: string | undefined): void {
  const path = join(root, file);
  if (text !== undefined) {
    replaceFile(path, text);
    return;
  }
  rmSync(path, { force: true });
  // An empty `held/` or `lockstep/` has no meaning.
  for (let folder = dirname(file); folder !== "." && isEmpty(join(root, folder)); folder = dirname(folder))
    rmdirSync(join(root, folder));
}

function isEmpty(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length === 0;
}

/** Readers never see a partial file: written beside it, synced, then renamed over it. @param given its path; missing folders are created */
export function replaceFile(given: string, text: string): void {
  mkdirSync(dirname(given), { recursive: true });
  // A symbolic link is kept: its target is written.
  const path = realPath(given);
  const temporary = `${path}.lockstep-tmp`;
  // A killed process may have left a file. Anything else at this path is not written through.
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, "wx", existsSync(path) ? statSync(path).mode : 0o666);
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
