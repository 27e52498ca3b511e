import { expect, test } from "vitest";
import { runShell } from "../../../core/src/base/run-tool.js";

const options = { cwd: process.cwd(), env: process.env };

test("what is interrupted ends, and may say a last word", async () => {
  const signal = AbortSignal.timeout(500);
  const run = await runShell("trap 'echo bye; exit 3' INT; echo here; while :; do sleep 0.1; done", {
    ...options,
    signal,
  });
  expect(run).toEqual({ exitCode: 3, output: "here\nbye" });
});

test("what does not hear it is killed where that is allowed", async () => {
  const signal = AbortSignal.timeout(500);
  const run = await runShell("trap '' INT; echo here; sleep 250; echo never", { ...options, signal, killAfterMs: 100 });
  expect(run).toEqual({ exitCode: 1, output: "here" });
});
