import { extname, posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { BlobChange, Commit, CommitRange, GitHistory } from "../../base/files/git-history.js";
import type { AddedColumn, FieldsIn } from "../contract/column-history.js";
import { fieldChanges } from "./field-changes.js";

/** The model whose history is read. */
export interface ModelPast {
  /** The files that declare it, from the project root. */
  readonly modelFiles: readonly string[];
  readonly model: string;
  /** The columns to find, under their current names. Does not include columns of the current plan. */
  readonly columns: readonly string[];
  /** The ORM's reader: `await plugin.fieldsIn()`. */
  readonly fieldsIn: FieldsIn;
}

/** A column, and the commit before it was added. */
export interface Addition extends AddedColumn {
  readonly parent: string;
}

const most = 20;
const mostCommits = 400;
const commitsAtOnce = 64;
/** For all versions: 180 of a schema with 300 models, in half a second. */
const mostBytes = 40 * 1024 * 1024;
/** Larger commits are imports, reformattings or releases, and no evidence for places that go with a column. */
const mostFiles = 200;
/** The number of files that are searched for a move. */
const mostFormer = 60;
const mostTurns = 3;

/**
 * Finds the commits that added the columns of a model, the newest first: at most 20 columns. A renamed field counts under its current name,
 * one that was removed and added again by its last addition. The file may have moved, and the model from one file to another. A merge
 * counts as one commit, unless it is larger than the limit: then its commits are read.
 *
 * @param since ignores older commits
 */
export async function columnAdditions(git: GitHistory, past: ModelPast, since: Date): Promise<readonly Addition[]> {
  const names = new Map(past.columns.map((name) => [name, name]));
  const found = await new Walk(git, past, since).along({ from: "HEAD" }, past.modelFiles, names, 0);
  return found.slice(0, most);
}

/** A commit that added columns. */
interface Growth {
  readonly commit: Commit;
  /** Their names then, and their current names. */
  readonly added: readonly (readonly [then: string, now: string])[];
}

class Walk {
  readonly #fields = new Map<string, readonly string[]>();
  #bytesLeft = mostBytes;

  constructor(
    private readonly git: GitHistory,
    private readonly past: ModelPast,
    private readonly since: Date,
  ) {}

  /**
   * @param names the columns still to be found: their names at the newest commit, and their current names
   * @param turns how often the walk has left the first parents, or the files
   */
  async along(
    range: Pick<CommitRange, "from" | "without">,
    files: readonly string[],
    names: Map<string, string>,
    turns: number,
  ): Promise<readonly Addition[]> {
    const { git, since } = this;
    const commits = await git.commits(files, { ...range, since, atMost: mostCommits });
    const found: Addition[] = [];
    for (let at = 0; at < commits.length && found.length < most && names.size > 0; at += commitsAtOnce) {
      const { grown, birth, isCut } = await this.#read(commits.slice(at, at + commitsAtOnce), names);
      // The model of the root commit was nowhere before.
      const ids = [...grown.map(({ commit }) => commit.id), ...(birth?.parents.length ? [birth.id] : [])];
      const whole = new Map((await git.whole(ids)).map((commit) => [commit.id, commit]));
      for (const growth of grown) found.push(...(await this.#judge(growth, whole.get(growth.commit.id), files, turns)));
      const born = birth && whole.get(birth.id);
      if (born !== undefined && turns < mostTurns) found.push(...(await this.#before(born, files, names, turns)));
      if (birth !== undefined || isCut) break;
    }
    return found;
  }

  /** The changes to the model in a sequence of commits, back to the commit that created it. */
  async #read(commits: readonly Commit[], names: Map<string, string>) {
    await this.#load(commits.flatMap(({ changes }) => changes));
    const grown: Growth[] = [];
    for (const commit of commits) {
      if (names.size === 0) break;
      const before = this.#union(commit.changes, "before");
      const after = this.#union(commit.changes, "after");
      // Not in this clone, or too much to read: older commits cannot be read.
      if (before === undefined || after === undefined) return { grown, birth: undefined, isCut: true };
      if (after.length === 0) continue;
      if (before.length === 0) return { grown, birth: commit, isCut: true };
      const added = follow(names, before, after);
      if (added.length > 0) grown.push({ commit, added });
    }
    return { grown, birth: undefined, isCut: false };
  }

  /** A commit of the usual size counts as is, a larger merge by its commits. */
  async #judge(
    { commit, added }: Growth,
    whole: Commit | undefined,
    files: readonly string[],
    turns: number,
  ): Promise<readonly Addition[]> {
    const [parent, ...merged] = commit.parents;
    if (whole === undefined || parent === undefined) return [];
    if (whole.changes.length > mostFiles) return this.#brought(parent, merged, files, new Map(added), turns);
    const changed = new Set(whole.changes.map(({ file }) => file));
    return added.map(([, field]) => ({ field, commit: commit.id, at: commit.at, parent, files: changed })).reverse();
  }

  async #brought(
    parent: string,
    merged: readonly string[],
    files: readonly string[],
    names: Map<string, string>,
    turns: number,
  ): Promise<readonly Addition[]> {
    const [from] = merged;
    if (from === undefined || turns >= mostTurns) return [];
    return this.along({ from, without: [parent] }, files, names, turns + 1);
  }

  /** Continues where the model was before a commit moved it into these files, if there is such a place. */
  async #before(
    born: Commit,
    files: readonly string[],
    names: Map<string, string>,
    turns: number,
  ): Promise<readonly Addition[]> {
    const [parent, ...merged] = born.parents;
    if (parent === undefined) return [];
    const former = await this.#leftBy(born, files);
    if (former.length === 0)
      return born.changes.length > mostFiles ? this.#brought(parent, merged, files, names, turns) : [];
    // The move itself may have changed the model.
    const own = new Set([...files, ...former]);
    const changes = born.changes.filter(({ file }) => own.has(file));
    const [was, is] = [this.#union(changes, "before"), this.#union(changes, "after")];
    const added = was === undefined || is === undefined ? [] : follow(names, was, is);
    const here = added.length === 0 ? [] : await this.#judge({ commit: born, added }, born, former, mostTurns);
    return [...here, ...(await this.along({ from: parent }, former, names, turns + 1))];
  }

  /** The files that declared the model until this commit. */
  async #leftBy({ changes }: Commit, files: readonly string[]): Promise<readonly string[]> {
    const extensions = new Set(files.map((file) => extname(file)));
    const names = new Set(files.map((file) => posix.basename(file)));
    const rank = ({ file, after }: BlobChange) => (names.has(posix.basename(file)) ? 0 : after === undefined ? 1 : 2);
    const former = changes
      .filter(({ file, before }) => before !== undefined && extensions.has(extname(file)))
      .sort((one, other) => rank(one) - rank(other))
      .slice(0, mostFormer);
    await this.#load([...former, ...changes.filter(({ file }) => files.includes(file))]);
    return former
      .filter((change) => this.#union([change], "before")?.length && this.#union([change], "after")?.length === 0)
      .map(({ file }) => file);
  }

  /** The fields of the model over several files; usually one file has them all. Undefined if a text is missing. */
  #union(changes: readonly BlobChange[], side: "before" | "after"): readonly string[] | undefined {
    const fields = new Set<string>();
    for (const { [side]: blob } of changes) {
      if (blob === undefined) continue;
      const known = this.#fields.get(blob);
      if (known === undefined) return undefined;
      for (const name of known) fields.add(name);
    }
    return [...fields];
  }

  async #load(changes: readonly BlobChange[]): Promise<void> {
    const ids = new Set(changes.flatMap(({ before, after }) => [after, before].filter((id) => id !== undefined)));
    const texts = await this.git.texts(
      [...ids].filter((id) => !this.#fields.has(id)),
      this.#bytesLeft,
    );
    for (const [id, text] of texts) {
      this.#bytesLeft -= text.length;
      this.#fields.set(id, this.past.fieldsIn(text, this.past.model));
      // Yields to other tasks in this process, and checks the time limit.
      await setImmediate();
      this.git.signal.throwIfAborted();
    }
  }
}

/** Removes the columns that a commit added from the wanted names, and gives renamed ones their former name. */
function follow(names: Map<string, string>, before: readonly string[], after: readonly string[]): Growth["added"] {
  const { added, renamed } = fieldChanges(before, after);
  const found = added.flatMap((then) => {
    const now = names.get(then);
    return now === undefined ? [] : [[then, now] as const];
  });
  const former = [...renamed].flatMap(([name, was]) => {
    const now = names.get(name);
    return now === undefined ? [] : [[was, now] as const];
  });
  // An older column under a name that this commit introduced was another one.
  for (const name of after) if (!before.includes(name)) names.delete(name);
  for (const [was, now] of former) names.set(was, now);
  return found;
}
