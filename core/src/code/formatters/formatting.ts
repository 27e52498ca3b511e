import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { doing } from "../../base/at-work.js";
import { foldersUp } from "../../base/files/folders-up.js";
import type { FileChange } from "../../model/index.js";
import type { ProjectFormatter } from "./formatter.js";

/** A formatter that should have formatted files and did not. */
export interface Unformatted {
  readonly formatter: string;
  readonly why: string;
}

/** A formatter that packages share and that is resolved once. */
interface FoundFormatter {
  readonly name: string;
  readonly tool: ProjectFormatter;
}

/** SQL must run byte by byte as it was reviewed. */
const isLeft = /\.sql$|(?:^|\/)original\.[^/]*$/;

/**
 * Formats changed files with the formatters of their packages. A file that was formatted before stays formatted. Of other files it formats
 * only the edited lines, if they can be identified. It never fails: an unformatted file stays as written, and is reported.
 *
 * @example
 * const formatting = new Formatting(root, "auto");
 * const changes = await formatting.apply(planned);
 * formatting.close();
 */
export class Formatting {
  #unformatted: Unformatted | undefined;
  readonly #found = new Map<string, FoundFormatter>();
  readonly #packages = new Map<string, Promise<readonly FoundFormatter[]>>();
  readonly #failed = new Set<FoundFormatter>();
  #isClosed = false;
  #isNeeded = false;
  #leftMs: number;

  /** @param limitMs for all formatters together */
  constructor(
    readonly root: string,
    readonly setting: "auto" | "off" = "auto",
    readonly limitMs = 20_000,
  ) {
    this.#leftMs = limitMs;
  }

  /** The formatter that did not run; undefined if all ran that should, or if there was nothing to format. */
  get unformatted(): Unformatted | undefined {
    return this.#isNeeded ? this.#unformatted : undefined;
  }

  /**
   * Loads formatters in the background: otherwise the first text takes most of a second. A failure is reported when the formatter is
   * needed.
   *
   * @returns once loading has started; never rejects
   */
  async warmUp(): Promise<void> {
    if (this.setting === "off") return;
    const found = await this.#formattersOf(this.root);
    if (this.#isClosed) return;
    for (const { tool } of found) tool.warmUp?.();
  }

  /** The same changes, in the same order, with formatted texts. */
  async apply(changes: readonly FileChange[]): Promise<readonly FileChange[]> {
    const drafts = changes.flatMap(({ file, before, after }) =>
      after === undefined || after === before || isLeft.test(file)
        ? []
        : [new Draft(file, join(this.root, file), before, after)],
    );
    if (this.setting === "off" || drafts.length === 0) return changes;
    this.#isNeeded = true;
    for (const draft of drafts) draft.formatters = await this.#formattersOf(this.#packageOf(draft.path));
    const all = new Set(drafts.flatMap(({ formatters }) => formatters));
    // Runs on the old text first: a formatter that leaves it unchanged also formats the new one.
    for (const each of all) {
      const known = drafts.flatMap(({ path, before, formatters }) =>
        before === undefined || !formatters.includes(each) ? [] : [{ path, text: before }],
      );
      const texts = await this.#run(each, known);
      const laidOut = new Map(known.map(({ path }, index) => [path, texts?.[index]]));
      for (const draft of drafts) draft.note(each.name, laidOut.get(draft.path));
    }
    for (const each of all) {
      const own = drafts.filter((draft) => draft.formatters.includes(each) && draft.isFor(each.name));
      const texts = await this.#run(each, own);
      for (const [index, draft] of own.entries()) await draft.take(each.name, texts?.[index]);
    }
    for (const draft of drafts) await draft.finish();
    const texts = new Map(drafts.map(({ file, text }) => [file, text]));
    return changes.map((change) => (texts.has(change.file) ? { ...change, after: texts.get(change.file) } : change));
  }

  close(): void {
    this.#isClosed = true;
    for (const { tool } of this.#found.values()) tool.close?.();
  }

  /** The folder whose manifest declares the formatter of a file. */
  #packageOf(path: string): string {
    const isPackage = (folder: string) => folder === this.root || existsSync(join(folder, "package.json"));
    return foldersUp(dirname(path)).find(isPackage) ?? this.root;
  }

  #formattersOf(folder: string): Promise<readonly FoundFormatter[]> {
    const found = this.#packages.get(folder) ?? this.#find(folder);
    this.#packages.set(folder, found);
    return found;
  }

  async #find(folder: string): Promise<readonly FoundFormatter[]> {
    const all: FoundFormatter[] = [];
    for (const { name, find } of (await import("./index.js")).formatters) {
      try {
        const tool = find(folder);
        if (tool === undefined) continue;
        const key = `${name}\0${tool.key}`;
        const found = this.#found.get(key) ?? { name, tool };
        this.#found.set(key, found);
        all.push(found);
      } catch (error) {
        this.#tell(name, error);
      }
    }
    return all;
  }

  /** The texts formatted by one formatter. A formatter that failed is not run again. */
  async #run(found: FoundFormatter, files: readonly { readonly path: string; readonly text: string }[]) {
    if (this.#failed.has(found) || files.length === 0) return undefined;
    const { name, tool } = found;
    doing(`formatting by ${name}`);
    const startedAt = performance.now();
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), Math.max(this.#leftMs, 1));
    try {
      const texts = files.map(({ path, text }) => ({ path, text }));
      return (await tool.format(texts, ending.signal)).map((text) => {
        if (text instanceof Error) this.#tell(name, text);
        return text instanceof Error ? undefined : text;
      });
    } catch (error) {
      this.#tell(name, ending.signal.aborted ? new Error(`it took longer than ${this.limitMs / 1000} s`) : error);
      this.#failed.add(found);
      tool.close?.();
      return undefined;
    } finally {
      clearTimeout(timer);
      this.#leftMs -= performance.now() - startedAt;
    }
  }

  #tell(formatter: string, error: unknown): void {
    this.#unformatted ??= { formatter, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Formats files without further writes: see `Formatting`. */
export async function formatOnce(
  root: string,
  setting: "auto" | "off" | undefined,
  changes: readonly FileChange[],
): Promise<{ readonly changes: readonly FileChange[]; readonly unformatted: Unformatted | undefined }> {
  const formatting = new Formatting(root, setting);
  try {
    return { changes: await formatting.apply(changes), unformatted: formatting.unformatted };
  } finally {
    formatting.close();
  }
}

/** A file that is being formatted. */
class Draft {
  text: string;
  /** The formatters of its package. */
  formatters: readonly FoundFormatter[] = [];
  /** Formatters that support the old file, and those of them that leave it unchanged. */
  readonly #knowing = new Set<string>();
  readonly #keeping = new Set<string>();

  constructor(
    readonly file: string,
    readonly path: string,
    readonly before: string | undefined,
    readonly after: string,
  ) {
    this.text = after;
  }

  note(formatter: string, laidOut: string | undefined): void {
    if (laidOut === undefined) return;
    this.#knowing.add(formatter);
    if (laidOut === this.before) this.#keeping.add(formatter);
  }

  /**
   * All formatters apply to a new file. An existing file uses the formatters that leave it unchanged, or else the first that supports it.
   */
  isFor(formatter: string): boolean {
    if (this.before === undefined || this.#keeping.has(formatter)) return true;
    const [first] = this.#knowing;
    return this.#keeping.size === 0 && first === formatter;
  }

  async take(formatter: string, laidOut: string | undefined): Promise<void> {
    if (laidOut === undefined) return;
    if (this.before === undefined || this.#keeping.has(formatter)) {
      this.#keeping.add(formatter);
      this.text = laidOut;
      return;
    }
    const { formatTouched } = await import("./touched-lines.js");
    this.text = formatTouched(this.file, this.before, this.after, laidOut);
  }

  /** If no formatter keeps the file formatted, breaks lines that the edits made too long. */
  async finish(): Promise<void> {
    if (this.before === undefined || this.#keeping.size > 0 || !/^.{121}/m.test(this.text)) return;
    const { breakLongLines } = await import("./long-lines.js");
    this.text = breakLongLines(this.file, this.before, this.text);
  }
}
