// Runs tests and ends with one line: N passed, N failed, N skipped.
//
// test.mjs            without the long proofs (test/support/long-proofs.ts)
// test.mjs --all      every test
// test.mjs --long     the long proofs alone
// test.mjs <parts of paths, options of vitest>   every test of these files
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lockstep-test-"));
const report = join(folder, "report.json");
const given = process.argv.slice(2);
const own = given.filter((each) => each !== "--all" && each !== "--long");
const part = given.includes("--long")
  ? "long"
  : given.includes("--all") || own.some((each) => !each.startsWith("-"))
    ? "all"
    : "short";
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
    ...own,
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, LOCKSTEP_TESTS: part } },
);
let counts = { passed: 0, failed: 0, skipped: 0 };
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  // A file that does not even load has no tests that could fail.
  const broken = result.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  counts = {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
} catch {
  counts.failed = 1;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = status !== 0 || counts.failed > 0 || counts.skipped > 0 || counts.passed === 0 ? 1 : 0;
