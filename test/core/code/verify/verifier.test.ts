import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newTypeErrors } from "../../../../core/src/code/verify/index.js";
import { readAhead, Verifier } from "../../../../core/src/code/verify/verifier.js";
import { planned, projectOf, said, tsconfig } from "./project.js";

const files = {
  "tsconfig.json": tsconfig(),
  "src/user.ts": "export interface User { id: number }\nexport const id = (user: User) => user.id;\n",
};
const edited = new Map([["src/user.ts", files["src/user.ts"].replace("=> user.id", "=> user.handle")]]);
const never = new AbortController().signal;

test("one question", async () => {
  const result = await newTypeErrors({ ...planned(projectOf(files), files), after: edited }, never);
  expect(said(result)).toEqual(["src/user.ts:2 2339"]);
  expect(result).toMatchObject({ isExact: true, isChecked: true });
  expect(result.ms).toBeGreaterThan(0);
});

test("the built package starts the built process", async () => {
  const path = fileURLToPath(new URL("../../../../core/dist/code/verify/index.js", import.meta.url));
  const built: { newTypeErrors: typeof newTypeErrors } = await import(path);
  const result = await built.newTypeErrors({ ...planned(projectOf(files), files), after: edited }, never);
  expect(said(result)).toEqual(["src/user.ts:2 2339"]);
});

test("several questions to one process, which ends when it is closed", async () => {
  const verifier = new Verifier(planned(projectOf(files), files), never);
  expect(said(await verifier.check(edited))).toEqual(["src/user.ts:2 2339"]);
  expect(said(await verifier.check(new Map()))).toEqual([]);
  expect(said(await verifier.check(edited))).toEqual(["src/user.ts:2 2339"]);
  const children = () => childrenOf(process.pid).length;
  const open = children();
  verifier.close();
  await expect.poll(children).toBe(open - 1);
  expect(await verifier.check(edited)).toMatchObject({ isChecked: false, skipped: "the type check was closed" });
});

test("a check uses the process that has read ahead, and another one if that has ended", async () => {
  const root = projectOf(files);
  const pids = () => childrenOf(process.pid).flatMap((line) => line.trim().split(/\s+/, 1));
  const checked = async () => {
    const before = pids();
    readAhead(root, ["User"]);
    readAhead(root, ["User"]);
    const [ahead, ...more] = pids().filter((pid) => !before.includes(pid));
    expect(more).toEqual([]);
    return { ahead: Number(ahead), before };
  };
  const { ahead, before } = await checked();
  const verifier = new Verifier(planned(root, files), never);
  expect(said(await verifier.check(edited))).toEqual(["src/user.ts:2 2339"]);
  expect(pids().filter((pid) => !before.includes(pid))).toEqual([String(ahead)]);
  verifier.close();
  const ended = (await checked()).ahead;
  process.kill(ended);
  // Until this process has noticed.
  await expect.poll(() => attempt(() => process.kill(ended, 0))).toBe(undefined);
  expect(said(await newTypeErrors({ ...planned(root, files), after: edited }, never))).toEqual(["src/user.ts:2 2339"]);
});

test("the limits of time and memory are kept, and said", async () => {
  const project = { ...planned(projectOf(files), files), after: edited };
  expect(await newTypeErrors(project, never, { ms: 1 })).toMatchObject({
    errors: [],
    isExact: false,
    isChecked: false,
    skipped: "the type check took longer than 0.001 s",
  });
  expect(await newTypeErrors(project, never, { megabytes: 20 })).toMatchObject({
    isChecked: false,
    skipped: "the type check needs more than 20 MB",
  });
});

test("a project that is not there is told, not thrown", async () => {
  const project = { ...planned("/nowhere/at/all", files), after: edited };
  expect(await newTypeErrors(project, never)).toMatchObject({
    isChecked: false,
    skipped: expect.stringContaining("ENOENT"),
  });
});

test("whoever cancels gets his own reason", async () => {
  const controller = new AbortController();
  const asked = newTypeErrors({ ...planned(projectOf(files), files), after: edited }, controller.signal);
  controller.abort(new Error("cancelled"));
  await expect(asked).rejects.toThrow("cancelled");
  await expect(
    newTypeErrors({ ...planned(projectOf(files), files), after: edited }, controller.signal),
  ).rejects.toThrow("cancelled");
});

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): string[] {
  const listed = execFileSync("ps", ["-o", "pid=,ppid=,stat=,comm=", "-A"], { encoding: "utf8" }).trim().split("\n");
  return listed.filter((line) => new RegExp(`^\\s*\\d+\\s+${pid}\\s+[^Z]`).test(line) && !line.includes(" ps"));
}
