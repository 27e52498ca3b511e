import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lockFolder, lockHolder, lockProject } from "../../../../core/src/base/files/project-lock.js";

// Processes of their own: whoever is killed cannot clean up.

const module = new URL("../../../../core/dist/base/files/project-lock.js", import.meta.url).href;
const children = new Set<ChildProcess>();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-lock-"));
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  rmSync(root, { recursive: true, force: true });
});

/** Runs a script that has `lockProject`, `root` and `fs`. */
function start(script: string): ChildProcess {
  const code = `import { lockProject } from ${JSON.stringify(module)}; import * as fs from "node:fs";
    const root = ${JSON.stringify(root)}; const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  return child;
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("close", resolve));

async function holding(): Promise<ChildProcess> {
  const child = start(`await lockProject(root, "lockstep next"); console.log("held"); await wait(60_000);`);
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  return child;
}

test("the holder is named: command, process, since when, and what to do", async () => {
  const child = await holding();
  expect(lockHolder(root)).toMatchObject({ command: "lockstep next", pid: child.pid, host: hostname() });
  await expect(lockProject(root, "lockstep undo", 50)).rejects.toMatchObject({
    code: "LS4007",
    exitCode: 3,
    message: expect.stringMatching(
      new RegExp(`^lockstep next has been writing to this project since \\d{4}-.* UTC \\(process ${child.pid}\\)\\.$`),
    ),
    hint: expect.stringContaining(`end process ${child.pid}`),
  });
});

test("a holder that was killed is succeeded at once, one that ends is waited for, and nothing is left", async () => {
  const child = await holding();
  child.kill("SIGKILL");
  await ended(child);
  const lock = await lockProject(root, "lockstep next", 0);
  expect(lockHolder(root)?.pid).toBe(process.pid);
  const waiting = start(`
    await lockProject(root, "lockstep code", 0).catch(() => console.log("waits"));
    const lock = await lockProject(root, "lockstep code", 30_000); lock.release();`);
  await new Promise((resolve) => waiting.stdout?.once("data", resolve));
  expect(lockHolder(root)?.pid).toBe(process.pid);
  lock.release();
  expect(await ended(waiting)).toBe(0);
  expect(readdirSync(root)).toEqual([]);
});

test("killed while it took or gave back the lock: the next one takes that away at once", async () => {
  const child = await holding();
  child.kill("SIGKILL");
  await ended(child);
  const [name = ""] = readdirSync(join(root, lockFolder)).filter((each) => each !== ".gitignore");
  for (const own of [name, name.replace("lockstep%20next", "lockstep%20undo")]) {
    mkdirSync(join(root, `${lockFolder}-${own}`));
    writeFileSync(join(root, `${lockFolder}-${own}`, ".gitignore"), "*\n");
  }
  const lock = await lockProject(root, "lockstep next", 0);
  expect(readdirSync(join(root, "lockstep"))).toEqual([".lock"]);
  lock.release();
  expect(readdirSync(root)).toEqual([]);
});

test("locks of one process are one: the last release counts", async () => {
  const outer = await lockProject(root, "lockstep next");
  const inner = await lockProject(root, "lockstep next", 0);
  inner.release();
  inner.release();
  expect(lockHolder(root)).toBeDefined();
  outer.release();
  expect(lockHolder(root)).toBeUndefined();
});

test("git sees nothing of it, also where it was left", async () => {
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  const child = await holding();
  const status = () => execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
  expect(status()).toBe("");
  child.kill("SIGKILL");
  await ended(child);
  expect(existsSync(join(root, lockFolder))).toBe(true);
  expect(status()).toBe("");
});

/** A lock as another process would have left it, with one part of the name changed. */
async function leave(part: number, value: string): Promise<void> {
  const lock = await lockProject(root, "lockstep next");
  const name = readdirSync(join(root, lockFolder)).find((each) => each !== ".gitignore") ?? "";
  lock.release();
  const parts = name.split(",");
  parts[part] = value;
  mkdirSync(join(root, lockFolder), { recursive: true });
  writeFileSync(join(root, lockFolder, parts.join(",")), "");
}

test("a process that got the number of one that has gone is not the holder", async () => {
  await leave(2, "1");
  const lock = await lockProject(root, "lockstep next", 0);
  expect(lockHolder(root)?.start).not.toBe("1");
  lock.release();
});

test.each([
  ["another host", 4, "ci-7", "process \\d+ on ci-7"],
  ["another container of that name, or before a restart", 5, "0123456789ab", "process \\d+ on "],
])(
  "nobody here can see a process of %s: it is named, with the command that removes its lock",
  async (_, part, value, where) => {
    await leave(part, value);
    await expect(lockProject(root, "lockstep undo", 0)).rejects.toMatchObject({
      code: "LS4007",
      message: expect.stringMatching(where),
      hint: expect.stringContaining(`rm -r ${lockFolder}`),
    });
  },
);

test("a lock that nobody can read is nobody's to take", async () => {
  mkdirSync(join(root, lockFolder), { recursive: true });
  writeFileSync(join(root, lockFolder, "what?"), "");
  await expect(lockProject(root, "lockstep undo", 0)).rejects.toMatchObject({ code: "LS4007" });
});

test("many processes, some of them killed at any moment: never two at once, and all that live come through", async () => {
  writeFileSync(join(root, "log"), "");
  const script = `
    for (let round = 0; round < 8; round++) {
      const lock = await lockProject(root, "lockstep next", 30_000);
      fs.appendFileSync(root + "/log", process.pid + " in\\n");
      await wait(Math.random() * 4);
      fs.appendFileSync(root + "/log", process.pid + " out\\n");
      lock.release();
    }`;
  const all = Array.from({ length: 6 }, () => start(script));
  const codes = all.map(ended);
  for (const victim of all.slice(0, 3)) {
    const written = readFileSync(join(root, "log")).length;
    await vi.waitUntil(() => readFileSync(join(root, "log")).length > written + 40, { timeout: 60_000, interval: 1 });
    victim.kill("SIGKILL");
  }
  const killed = new Set((await Promise.all(codes)).flatMap((code, index) => (code === 0 ? [] : [all[index]?.pid])));
  const lines = readFileSync(join(root, "log"), "utf8").trim().split("\n");
  let inside: number | undefined;
  for (const [pid, what] of lines.map((line) => line.split(" "))) {
    if (what === "out") expect(Number(pid)).toBe(inside);
    else expect(inside === undefined || killed.has(inside), `${pid} while ${inside} was in`).toBe(true);
    inside = what === "in" ? Number(pid) : undefined;
  }
  for (const { pid } of all.slice(3))
    expect(
      lines.filter((line) => line === `${pid} out`),
      `of ${pid}`,
    ).toHaveLength(8);
});
