// Runs tests and ends with one line: N passed, N failed, N skipped.
//
// test.mjs            without the long proofs (test/support/long-proofs.ts)
// test.mjs --all      every test
// test.mjs --long     the long proofs alone
// test.mjs --changed  the tests that are near to what differs from main, without long proofs; with --all every one that it can matter to
// test.mjs --goldens  writes golden files: what is done now
// test.mjs <parts of paths, options of vitest>   every test of these files
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lockstep-test-"));
const report = join(folder, "report.json");
const given = process.argv.slice(2);
const has = (option) => given.includes(option);
const own = given.filter((each) => !["--all", "--long", "--changed", "--goldens"].includes(each));
const part = has("--long")
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
  { cwd: root, stdio: "inherit", env: { ...process.env, LOCKSTEP_TESTS: part } },
);
let ran = new Set();
let counts = { passed: 0, failed: 0, skipped: 0 };
let failures = [];
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
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
const left = (chosen ?? []).filter((file) => !ran.has(file));
if (left.length > 0) console.log(`Long, and not run: npm test -- ${left.join(" ")}`);
for (const each of failures) console.log(`FAILED ${each}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode =
  status !== 0 || counts.failed > 0 || counts.skipped > 0 || (counts.passed === 0 && left.length === 0) ? 1 : 0;

/** The test files that an option stands for. */
async function chooseFiles() {
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
