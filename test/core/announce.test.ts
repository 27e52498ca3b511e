import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announce } from "../../core/src/announce.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const build = { service: "web", build: "b1", statement: "SAY '{instance}'" };

test("every 30 seconds the same statement, one at a time, until it is stopped", async () => {
  const said: string[] = [];
  const ends: (() => void)[] = [];
  const run = (sql: string) => {
    said.push(sql);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const stop = announce({ build, run });
  await vi.advanceTimersByTimeAsync(90_000);
  expect(said).toEqual([expect.stringMatching(/^SAY '[0-9a-f-]{36}'$/)]);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(said).toEqual([said[0], said[0]]);
  stop();
  ends[1]?.();
  await vi.advanceTimersByTimeAsync(90_000);
  expect(said).toHaveLength(2);
});

test("an error is told once, until it works again", async () => {
  const errors: unknown[] = [];
  let isBroken = true;
  const run = async () => {
    if (isBroken) throw new Error("no database");
  };
  announce({ build, run, onError: (error) => errors.push(error) });
  await vi.advanceTimersByTimeAsync(90_000);
  expect(errors).toHaveLength(1);
  isBroken = false;
  await vi.advanceTimersByTimeAsync(30_000);
  isBroken = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(errors).toHaveLength(2);
});

test("a process with nothing else to do ends, whatever run does", () => {
  const entry = new URL("../../core/dist/announce.js", import.meta.url).href;
  for (const run of ['() => { throw new Error("no") }', "() => new Promise(() => {})", "undefined"]) {
    const program = `import { announce } from ${JSON.stringify(entry)}; announce({ build: ${JSON.stringify(build)}, run: ${run} });`;
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { timeout: 10_000 });
  }
});
