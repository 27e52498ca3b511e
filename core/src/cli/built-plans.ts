import { LockstepError } from "../base/errors.js";
import { attempt, isCommandFailure } from "../base/expected-errors.js";
import { dirtyFiles, git, gitOrNothing, whyNotRead } from "../base/files/git.js";
import { shortBuild } from "../gates/service-words.js";
import type { Plan } from "../model/index.js";
import { readPlan } from "../plan/plan-file.js";
import { planIds } from "../plan/plan-ids.js";
import { listPlans } from "../plan/store.js";
import { listed } from "../review/listed.js";

export interface BuiltPlans {
  readonly plans: readonly Plan[];
  /** The commit they were read from. Absent: the files of the project's folder. */
  readonly commit?: string;
}

/**
 * Returns the plans that a build contains, read from the commit that the build's name is or ends with (a hash), or from its tag.
 *
 * @param isFromCheckout the caller states that the build was made from the files here. Used only if the name identifies no other commit.
 * @throws LS7031 cannot determine which plans the build contains · LS4006 git refuses to read the repository · errors of readPlan
 */
export function builtPlans(root: string, build: string, isFromCheckout: boolean): BuiltPlans {
  const head = gitOrNothing(root, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (head === undefined) {
    if (isFromCheckout) return { plans: listPlans(root) };
    const refusal = whyNotRead(root);
    throw new LockstepError(
      "LS7031",
      `git finds no commit here${refusal === undefined ? "" : ` (${refusal})`}, so Lockstep cannot check that build ${build} was made from these files.`,
      { hint: `Run the command in a clone of the repository. ${statement}` },
    );
  }
  const hash = hashIn(build);
  // A full hash that git does not have is a different commit from HEAD, even with `--from-checkout`.
  const commit = namedCommit(root, build, hash) ?? (isFromCheckout && hash?.length !== 40 ? head : undefined);
  if (commit === undefined) throw unknownCommit(build, hash);
  const files = attempt(() => planFiles(root, commit), isCommandFailure);
  if (files === undefined) throw unreadable(build, commit);
  if (commit === head) requireCommitted(root, build, files);
  return {
    commit,
    plans: files.map((file) => readPlan(textAt(root, build, commit, file), `${shortBuild(commit)}:${file}`)),
  };
}

const statement = "If the build was made from these files, state it: --from-checkout";

/** The hash that a build's name is or ends with, at least 7 characters: shorter build numbers would match commits by chance. */
function hashIn(build: string): string | undefined {
  return /(?:^|[^0-9A-Za-z]|-g)([0-9a-f]{7,64})$/.exec(build)?.[1];
}

/** Resolves a tag or hash. Ignores branches, because they move. */
function namedCommit(root: string, build: string, hash: string | undefined): string | undefined {
  const commitAt = (name: string) => gitOrNothing(root, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  // For `tag:path`, git would read a file.
  const tagged = build.includes(":") ? undefined : commitAt(`refs/tags/${build}`);
  if (tagged !== undefined) return tagged;
  const commit = hash === undefined ? undefined : commitAt(hash);
  // A branch may have the same name as the hash.
  return commit?.startsWith(hash ?? "") === true ? commit : undefined;
}

function planFiles(root: string, commit: string): readonly string[] {
  return git(root, ["ls-tree", "-r", "-z", "--name-only", commit, "--", "lockstep/"])
    .split("\0")
    .filter((file) => /^lockstep\/[^/]+\/plan\.json$/.test(file));
}

function textAt(root: string, build: string, commit: string, file: string): string {
  const text = attempt(() => git(root, ["show", `${commit}:./${file}`]), isCommandFailure);
  // A partial clone fetches files only when git reads them.
  if (text === undefined) throw unreadable(build, commit);
  return text;
}

function requireCommitted(root: string, build: string, files: readonly string[]): void {
  const here = planIds(root).map((id) => `lockstep/${id}/plan.json`);
  const dirty = dirtyFiles(root, [...new Set([...files, ...here])]);
  const differing = [...dirty, ...here.filter((file) => !files.includes(file) && !dirty.has(file))];
  if (differing.length === 0) return;
  throw new LockstepError(
    "LS7031",
    `${listed(differing)} ${differing.length === 1 ? "differs" : "differ"} from the commit, so Lockstep cannot determine which version build ${build} contains.`,
    {
      hint: "Commit or stash the changes, then run the command again. Or announce another commit: --build <commit>",
    },
  );
}

function unknownCommit(build: string, hash: string | undefined): LockstepError {
  if (hash?.length === 40)
    return new LockstepError(
      "LS7031",
      `git has no commit ${shortBuild(hash)} here, so Lockstep cannot read which plans it contains.`,
      { hint: fetchIt(hash) },
    );
  return new LockstepError(
    "LS7031",
    `${build} does not identify a commit that git has here, so Lockstep cannot read which plans this build contains.`,
    {
      hint: `Fetch its tag or commit, or append the commit to the name: --build ${build}+<commit>. ${statement}`,
    },
  );
}

function unreadable(build: string, commit: string): LockstepError {
  return new LockstepError("LS7031", `git cannot read the plans of commit ${shortBuild(commit)} (build ${build}).`, {
    hint: fetchIt(commit),
  });
}

function fetchIt(commit: string): string {
  return `git fetch origin ${commit}   # in CI, with the whole history (actions/checkout: fetch-depth: 0)\nRun the command again.`;
}
