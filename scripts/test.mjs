// Runs tests and ends with one line: N passed, N failed, N skipped.
//
// test.mjs            without the long proofs (test/support/long-proofs.ts)
// test.mjs --all      every test
// test.mjs --long     the long proofs alone
// test.mjs --ci       of the long proofs those near to the change, and a sixth of the others (scripts/long-proofs.mjs)
// test.mjs --record   with another option: keeps how long each file took, by which the longest are started first
// test.mjs --changed  the tests that are near to what differs from main, without long proofs; with --all every one that it can matter to
// test.mjs --goldens  writes golden files: what is done now
// test.mjs <parts of paths, options of vitest>   every test of these files
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lockstep-test-"));
const report = join(folder, "report.json");
const given = process.argv.slice(2);
const has = (option) => given.includes(option);
const own = given.filter((each) => !["--all", "--long", "--ci", "--record", "--changed", "--goldens"].includes(each));
const part =
  has("--long") || has("--ci")
    ? "long"
    : own.some((each) => !each.startsWith("-"))
      ? "named"
      : has("--all") || has("--goldens")
        ? "all"
        : "short";
const chosen = await chooseFiles();
if (chosen?.length === 0) {
  console.log("No test is near to what differs from main.");
  process.exit();
}
const unused = await unusedParts();
const { status } = spawnSync(
  process.execPath,
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    "test/vitest.config.ts",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...(chosen ?? []).map((file) => join(root, file)),
    ...own,
    ...(has("--goldens") ? ["--update"] : []),
    ...(has("--changed") ? ["--passWithNoTests"] : []),
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, LOCKSTEP_TESTS: part, LOCKSTEP_TESTS_WITHOUT: unused.join() } },
);
let ran = new Set();
let counts = { passed: 0, failed: 0, skipped: 0 };
let failures = [];
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  if (has("--record")) record(result.testResults);
  ran = new Set(result.testResults.map(({ name }) => relative(root, name).replaceAll("\\", "/")));
  // A file that does not even load has no tests that could fail.
  const broken = result.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  failures = result.testResults.flatMap((file) => {
    const name = relative(root, file.name);
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    return broken.includes(file) ? [name] : tests.map((test) => `${name} > ${test.fullName}`);
  });
  counts = {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
} catch {
  counts.failed = 1;
}
rmSync(folder, { recursive: true, force: true });
const left = (has("--ci") ? [] : (chosen ?? [])).filter((file) => !ran.has(file));
if (left.length > 0) console.log(`Long, and not run: npm test -- ${left.join(" ")}`);
for (const each of failures) console.log(`FAILED ${each}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode =
  status !== 0 || counts.failed > 0 || counts.skipped > 0 || (counts.passed === 0 && left.length === 0) ? 1 : 0;

/** The test files that an option stands for. */
async function chooseFiles() {
  if (has("--ci")) {
    const { chooseLongProofs, landingBase, parts } = await import("./long-proofs.mjs");
    const { changedSince } = await import("./related-tests.mjs");
    const since = landingBase();
    const { turn, run, left } = await chooseLongProofs(changedSince(since));
    console.log(
      `${run.length} long proofs run: part ${turn + 1} of ${parts}, and those near to what changed since ${since.slice(0, 8)}.`,
    );
    for (const [why, files] of Object.entries(left)) console.log(`Not run (${why}):\n  ${files.join("\n  ")}`);
    return run;
  }
  if (!has("--goldens") && !has("--changed")) return undefined;
  const { changedFiles, goldenTests, nearTests, reachedTests } = await import("./related-tests.mjs");
  if (has("--goldens")) return goldenTests();
  const changed = changedFiles();
  const reached = new Set(changed.flatMap(reachedTests));
  const near = changed.map((file) => [file, nearTests(file)]);
  const found = has("--all") ? reached : new Set(near.flatMap(([, tests]) => tests));
  console.log(
    `${changed.length} files differ from main. Of ${reached.size} test files that this can matter to: ${found.size}`,
  );
  if (!has("--all"))
    for (const [file, tests] of near) if (tests.length === 0) console.log(`  no test is near to ${file}`);
  return [...found].sort();
}

/** Servers and packed packages that no file of this run uses. The global setup skips them. */
async function unusedParts() {
  const names = own.filter((each) => !each.startsWith("-"));
  if (chosen === undefined && names.length === 0) return [];
  const { testFiles, testsNaming } = await import("./related-tests.mjs");
  const filesOf = (name) => testFiles.filter((file) => file.includes(name));
  // vitest also accepts other forms (`./a.test.ts`, `a.test.ts:12`): then everything starts.
  if (names.some((name) => filesOf(name).length === 0)) return [];
  const files = chosen ?? names.flatMap(filesOf);
  const words = { postgresql: "LOCKSTEP_TEST_PG", mariadb: "LOCKSTEP_TEST_MARIADB", packages: "/published.js" };
  return Object.keys(words).filter((part) => {
    const users = testsNaming(words[part]);
    return !files.some((file) => users.has(file));
  });
}

/** Keeps the seconds that files took. Of those that did not run the earlier figure stays. */
function record(results) {
  const file = join(root, "test/support/durations.json");
  const known = JSON.parse(readFileSync(file, "utf8"));
  for (const { name, startTime, endTime } of results) {
    const seconds = Math.round((endTime - startTime) / 1000);
    const path = relative(join(root, "test"), name).replaceAll("\\", "/");
    known[path] = seconds;
  }
  const kept = Object.entries(known).filter(([path]) => existsSync(join(root, "test", path)));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`);
}
