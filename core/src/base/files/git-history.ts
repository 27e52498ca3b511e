import { spawn } from "node:child_process";
import { posix } from "node:path";

/** A commit, and its changes against its first parent: for a merge, everything that it brought in. */
export interface Commit {
  readonly id: string;
  readonly at: Date;
  /** Empty at the beginning of the history, or of a shallow clone's part of it. */
  readonly parents: readonly string[];
  readonly changes: readonly BlobChange[];
}

/** A file before and after a commit, by the ids of its texts. */
export interface BlobChange {
  /** Path from the project root, with `../` if outside. */
  readonly file: string;
  /** Undefined if the file did not exist. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Which commits: back from one, without those reachable from others. */
export interface CommitRange {
  readonly from: string;
  readonly without?: readonly string[];
  readonly since: Date;
  readonly atMost: number;
}

/** No hooks, pagers, prompts or downloads, and no user settings that change the output. */
const environment = { GIT_NO_LAZY_FETCH: "1", GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
const settings = [
  "diff.relative=false",
  "log.diffMerges=separate",
  "log.follow=false",
  "log.showSignature=false",
].flatMap((setting) => ["-c", setting]);
const raw = ["--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-color", "-m", "--first-parent"];
const format = "--format=%x01%H %ct %P";
/** A commit that changes a thousand files takes 150 kB. */
const mostBytes = 8 * 1024 * 1024;

/** The history of a repository, read with few processes: each costs some milliseconds, however much it reads. */
export class GitHistory {
  private constructor(
    private readonly root: string,
    /** The project's folder within the repository: `apps/shop/`. */
    private readonly prefix: string,
    readonly signal: AbortSignal,
  ) {}

  /**
   * @param signal ends the running command, and every later one
   * @returns undefined outside a repository, without git, and in a partial clone that an old git would complete by downloads
   */
  static async open(root: string, signal: AbortSignal): Promise<GitHistory | undefined> {
    const [where, promised] = await Promise.all([
      git(root, ["rev-parse", "--is-inside-work-tree", "--show-prefix"], signal),
      git(root, ["config", "--get-regexp", "^(extensions\\.partialclone|remote\\..*\\.promisor)$"], signal),
    ]);
    const [isInside, prefix = ""] = where.output.toString().split("\n");
    if (where.exitCode !== 0 || isInside !== "true") return undefined;
    // Only a git with this option (2.45) certainly supports the variable.
    const isPartial = promised.output.length > 0;
    if (isPartial && (await git(root, ["--no-lazy-fetch", "version"], signal)).exitCode !== 0) return undefined;
    return new GitHistory(root, prefix, signal);
  }

  /**
   * The commits that changed one of the files, the newest first, along the first parents; only the changes of these files. Empty if git
   * does not track them, or there is no commit yet.
   */
  async commits(files: readonly string[], range: CommitRange): Promise<readonly Commit[]> {
    const { from, without = [], since, atMost } = range;
    const limits = [`--since=${since.toISOString()}`, `--max-count=${atMost}`];
    return this.#log([...limits, from, ...without.map((id) => `^${id}`), "--", ...files]);
  }

  /** The commits with all their changes; a commit is missing if it changed more files than can be listed. */
  async whole(ids: readonly string[]): Promise<readonly Commit[]> {
    const found: Commit[] = [];
    for (let at = 0; at < ids.length; ) {
      const some = await this.#log(["--no-walk=unsorted", ...ids.slice(at), "--"]);
      found.push(...some);
      at += some.length + 1;
    }
    return found;
  }

  /**
   * The texts of blobs by their ids.
   *
   * @param atMost bytes; later blobs are missing, as those that git does not have
   */
  async texts(ids: readonly string[], atMost: number): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    if (ids.length === 0 || atMost <= 0) return texts;
    const { output } = await this.#git(["cat-file", "--batch", "--buffer"], `${ids.join("\n")}\n`, atMost);
    for (let at = 0; at < output.length; ) {
      const endOfLine = output.indexOf(10, at);
      if (endOfLine === -1) break;
      const head = blobLine.exec(output.toString("latin1", at, endOfLine));
      at = endOfLine + 1;
      if (head === null) continue;
      const end = at + Number(head[2]);
      if (end > output.length) break;
      texts.set(head[1]!, output.toString("utf8", at, end));
      at = end + 1;
    }
    return texts;
  }

  /** The blobs of files in commits, in the given order: undefined if there is none. */
  async blobsAt(
    places: readonly { readonly commit: string; readonly file: string }[],
  ): Promise<readonly ({ readonly id: string; readonly bytes: number } | undefined)[]> {
    if (places.length === 0) return [];
    // A request is one line: a name with a line break cannot be requested, and a folder is no blob.
    const input = places.map(({ commit, file }) => {
      const path = /[\r\n]/.test(file) ? "" : posix.normalize(this.prefix + file);
      return `${commit}:${path}\n`;
    });
    const { output } = await this.#git(["cat-file", "--batch-check", "--buffer"], input.join(""));
    const lines = output.toString("utf8").split("\n");
    return places.map((_, index) => {
      const head = blobLine.exec(lines[index] ?? "");
      return head === null ? undefined : { id: head[1]!, bytes: Number(head[2]) };
    });
  }

  async #log(args: readonly string[]): Promise<readonly Commit[]> {
    const { exitCode, isCut, output } = await this.#git(["log", ...raw, format, ...args]);
    if (exitCode !== 0 && !isCut) return [];
    const texts = output
      .toString("utf8")
      .split("\u0001")
      .slice(1, isCut ? -1 : undefined);
    return texts.map((text) => this.#commit(text));
  }

  /** `<id> <seconds> <parents>`, then for each file `:<modes> <ids> <letter>` and its path, each terminated by NUL. */
  #commit(text: string): Commit {
    const [head = "", ...parts] = text.split("\0");
    const [id = "", seconds, ...parents] = head.trim().split(" ");
    const changes: BlobChange[] = [];
    for (let index = 0; index + 1 < parts.length; index += 2) {
      const [oldMode = "", newMode = "", before = "", after = ""] = parts[index]!.trim().slice(1).split(" ");
      if (after === "") break;
      const blob = (mode: string, given: string) => (mode.startsWith("100") ? given : undefined);
      changes.push({
        file: this.#fromRoot(parts[index + 1]!),
        before: blob(oldMode, before),
        after: blob(newMode, after),
      });
    }
    return { id, at: new Date(Number(seconds) * 1000), parents, changes };
  }

  #fromRoot(path: string): string {
    return path.startsWith(this.prefix)
      ? path.slice(this.prefix.length)
      : posix.relative(`/${this.prefix}`, `/${path}`);
  }

  #git(args: readonly string[], input = "", atMost = mostBytes): Promise<GitRun> {
    return git(this.root, args, this.signal, input, atMost);
  }
}

const blobLine = /^([0-9a-f]{40,64}) blob (\d+)$/;

interface GitRun {
  readonly exitCode: number;
  /** There was more output than wanted. */
  readonly isCut: boolean;
  readonly output: Buffer;
}

/** @throws when the signal aborts; without git it returns an exit code */
function git(
  root: string,
  args: readonly string[],
  signal: AbortSignal,
  input = "",
  atMost = mostBytes,
): Promise<GitRun> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn("git", ["--no-pager", "--literal-pathspecs", ...settings, ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
      signal,
    });
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (exitCode: number) =>
      signal.aborted
        ? reject(signal.reason)
        : resolve({ exitCode, isCut: length > atMost, output: Buffer.concat(chunks).subarray(0, atMost) });
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > atMost) child.kill();
    });
    // It may have ended before it has read everything.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", () => end(127));
    child.on("close", (exitCode) => end(exitCode ?? 1));
  });
}
