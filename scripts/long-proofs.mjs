// Chooses the long proofs that one run of CI has time for: those near to the change, and in turn a sixth of the others.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import picomatch from "picomatch";
import { tsImport } from "tsx/esm/api";
import { nearTests, testFiles } from "./related-tests.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

/** Seconds of each test file, as `test.mjs --record` measured them. */
export const durationsFile = "test/support/durations.json";
const durations = JSON.parse(readFileSync(join(root, durationsFile), "utf8"));

/** The sum of seconds that proofs near to the change may take beside their part: three workers need a third of it. */
const nearBudget = 900;
export const parts = 6;

/**
 * @param changed the files of the change
 * @param turn which part runs, from 0
 * @returns `run`: the proofs that run. `left`: those that do not, by the reason
 */
export async function chooseLongProofs(changed, turn = turnOfCommit()) {
  const near = new Set(changed.flatMap((file) => nearTests(file)));
  const divided = divide(await longFiles());
  const run = [...divided[turn]];
  const left = {};
  let rest = nearBudget;
  // Shortest first: more files fit into the budget.
  for (const file of divided.flat().toSorted((a, b) => secondsOf(a) - secondsOf(b))) {
    if (run.includes(file)) continue;
    const isNear = near.has(file);
    if (isNear && secondsOf(file) <= rest) {
      rest -= secondsOf(file);
      run.push(file);
    } else {
      const at = divided.findIndex((part) => part.includes(file));
      const why = `part ${at + 1} of ${parts}, ${isNear ? "near to the change but over the time limit" : "not near to the change"}`;
      left[why] = [...(left[why] ?? []), file];
    }
  }
  return { turn, run, left };
}

/** The parts rotate with the number of the commit. */
function turnOfCommit() {
  return Number(git("rev-list", "--count", "HEAD")) % parts;
}

/** The long proofs that a run for a commit knows. */
async function longFiles() {
  const here = import.meta.url;
  const { longProofs } = await tsImport("../test/support/long-proofs.ts", here);
  const { nightlyFiles } = await tsImport("../test/support/nightly.ts", here);
  const isLong = picomatch(longProofs.map((glob) => `test/${glob}`));
  const isNightly = picomatch(nightlyFiles.map((glob) => `test/${glob}`));
  return testFiles.filter((file) => isLong(file) && !isNightly(file));
}

/** A file that was never measured counts as a long one, so that it is noticed. */
function secondsOf(file) {
  return durations[file.slice("test/".length)] ?? 60;
}

/** Parts that take about the same time: each file, the longest first, goes to the part with the least. */
function divide(files) {
  const divided = Array.from({ length: parts }, () => ({ files: [], seconds: 0 }));
  for (const file of files.toSorted((a, b) => secondsOf(b) - secondsOf(a) || (a < b ? -1 : 1))) {
    const part = divided.reduce((least, each) => (each.seconds < least.seconds ? each : least));
    part.files.push(file);
    part.seconds += secondsOf(file);
  }
  return divided.map((part) => part.files);
}

/**
 * The commit before the change that is tested: LOCKSTEP_SINCE, else where the branch left main; on main itself the last commit that is
 * four hours older than the newest.
 */
export function landingBase() {
  if (process.env.LOCKSTEP_SINCE) return process.env.LOCKSTEP_SINCE;
  const head = git("rev-parse", "HEAD");
  const [main] = git("for-each-ref", "--format=%(refname)", "refs/remotes/origin/main", "refs/heads/main").split("\n");
  const base = main ? git("merge-base", "HEAD", main) : head;
  if (base !== head) return base;
  const before = Number(git("show", "-s", "--format=%ct", "HEAD")) - 4 * 3600;
  return git("rev-list", "-1", `--before=${before}`, "HEAD") || head;
}
