import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { libs } from "../ast/compiler-libs.js";

/** Kept until the process ends: the text of a lib never changes. */
const libSnapshots = new Map<string, compiler.IScriptSnapshot>();

/** Different for each text of a process: all checks share the parsed files. */
let versions = 0;

/**
 * The files as the compiler reads them: editable files from memory, in the version that was shown last, all others from disk, each read
 * once.
 */
export class Texts {
  readonly #before: ReadonlyMap<string, string>;
  #shown: ReadonlyMap<string, string>;
  /** A version for each text of a file, so a text that is shown again is not always parsed again. */
  readonly #versions = new Map<string, Map<string, string>>();
  readonly #shownSnapshots = new Map<string, { readonly text: string; readonly snapshot: compiler.IScriptSnapshot }>();
  readonly #disk = new Map<string, compiler.IScriptSnapshot | undefined>();
  readonly #exists = new Map<string, boolean>();

  /** @param before by absolute path, with `/` */
  constructor(before: ReadonlyMap<string, string>) {
    this.#before = before;
    this.#shown = before;
  }

  /** Shows these texts for these files, and the original texts for all others. */
  show(after: ReadonlyMap<string, string>): void {
    this.#shown = new Map([...this.#before, ...after]);
  }

  /** The original text of an editable file. */
  before(file: string): string | undefined {
    return this.#before.get(file);
  }

  /** Whether the current text of a file differs from the original. */
  isEdited(file: string): boolean {
    return this.#shown.get(file) !== this.#before.get(file);
  }

  /** The files whose current text differs from the original. */
  edited(): readonly string[] {
    return [...this.#shown.keys()].filter((file) => this.isEdited(file));
  }

  version(file: string): string {
    const text = this.#shown.get(file);
    if (text === undefined) return "disk";
    const known = this.#versions.get(file) ?? new Map<string, string>();
    this.#versions.set(file, known);
    const version = known.get(text) ?? String(versions++);
    known.set(text, version);
    return version;
  }

  snapshot(file: string): compiler.IScriptSnapshot | undefined {
    const text = this.#shown.get(file);
    if (text !== undefined) {
      const last = this.#shownSnapshots.get(file);
      if (last?.text === text) return last.snapshot;
      const snapshot = ts.ScriptSnapshot.fromString(text);
      this.#shownSnapshots.set(file, { text, snapshot });
      return snapshot;
    }
    return libs.has(file) ? libSnapshot(file) : this.#fromDisk(file);
  }

  read(file: string): string | undefined {
    const snapshot = this.snapshot(file);
    return snapshot?.getText(0, snapshot.getLength());
  }

  exists(file: string): boolean {
    if (this.#shown.has(file) || libs.has(file)) return true;
    const known = this.#exists.get(file);
    if (known !== undefined) return known;
    const exists = ts.sys.fileExists(file);
    this.#exists.set(file, exists);
    return exists;
  }

  #fromDisk(file: string): compiler.IScriptSnapshot | undefined {
    if (this.#disk.has(file)) return this.#disk.get(file);
    const text = ts.sys.readFile(file);
    const snapshot = text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    this.#disk.set(file, snapshot);
    return snapshot;
  }
}

function libSnapshot(file: string): compiler.IScriptSnapshot {
  const known = libSnapshots.get(file) ?? ts.ScriptSnapshot.fromString(libs.get(file) ?? "");
  libSnapshots.set(file, known);
  return known;
}
