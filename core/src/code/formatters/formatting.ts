import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { doing } from "../../base/at-work.js";
import { foldersUp } from "../../base/files/folders-up.js";
import type { FileChange } from "../../model/index.js";
import type { ProjectFormatter } from "./formatter.js";

/** A formatter that was to lay files out and did not. */
export interface Unformatted {
  readonly formatter: string;
  readonly why: string;
}

/** What packages that share a formatter find once. */
interface FoundFormatter {
  readonly name: string;
  readonly tool: ProjectFormatter;
}

/** SQL runs as it was reviewed, byte by byte. */
const isLeft = /\.sql$|(?:^|\/)original\.[^/]*$/;

/**
 * Lays changed files out as the formatters of their packages would: a file that was so before is so afterwards, of another one the lines
 * that were touched, where that can be told. It never fails: what could not be laid out stays as it was written, and is said.
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

  /** What did not run; undefined where all did that were to, and where there was nothing to lay out. */
  get unformatted(): Unformatted | undefined {
    return this.#isNeeded ? this.#unformatted : undefined;
  }

  /**
   * Has formatters load while the caller works: the first text takes most of a second otherwise. What fails is said when one is needed.
   *
   * @returns once they are being loaded; it never rejects
   */
  async warmUp(): Promise<void> {
    if (this.setting === "off") return;
    const found = await this.#formattersOf(this.root);
    if (this.#isClosed) return;
    for (const { tool } of found) tool.warmUp?.();
  }

  /** The same changes, in the same order, with the texts laid out. */
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
    // First with what was there: who laid it out is who lays it out again.
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

  /** The folder whose manifest declares what lays a file out. */
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

  /** What a formatter makes of texts. One that fails is not asked again. */
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

/** Lays files out that nothing is written after: see `Formatting`. */
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

/** One file on its way to its layout. */
class Draft {
  text: string;
  /** Those of its package. */
  formatters: readonly FoundFormatter[] = [];
  /** Formatters that have something to say of the file as it was, and those of them that had laid it out. */
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

  /** A new file is for all; one that somebody lays out is for them; another one for the first that can. */
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

  /** Where nobody lays the file out, lines that the edits have made too long are broken. */
  async finish(): Promise<void> {
    if (this.before === undefined || this.#keeping.size > 0 || !/^.{121}/m.test(this.text)) return;
    const { breakLongLines } = await import("./long-lines.js");
    this.text = breakLongLines(this.file, this.before, this.text);
  }
}
