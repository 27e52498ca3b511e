import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { publishedModules } from "../support/published.js";
import { run } from "../support/run.js";

// The command itself: what a shell completes, and which versions take part.

const repository = fileURLToPath(new URL("../..", import.meta.url));
const lockstep = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");
const root = mkdtempSync(join(tmpdir(), "lockstep-command-"));
afterAll(() => rmSync(root, { recursive: true }));

const type = (args: readonly string[], cwd = root, env = {}) =>
  run(process.execPath, [lockstep, ...args], { cwd, env });

test("bash completes commands, options and plans, by name and behind npx, and runs nothing of what is typed", async () => {
  mkdirSync(join(root, "lockstep/20260101000000_handle"), { recursive: true });
  writeFileSync(join(root, "lockstep/20260101000000_handle/plan.json"), "{}");
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  symlinkSync(lockstep, join(root, "node_modules/.bin/lockstep"));
  const script = `
    PATH="$PWD/node_modules/.bin:$PATH"
    source <(lockstep completion bash) || exit 1
    try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lockstep_completion; echo "\${COMPREPLY[*]}"; }
    try lockstep backf
    try lockstep next --conf
    try lockstep plan ''
    try npx lockstep backfill res
    try npx eslint x
    try lockstep '$(touch typed)' plan
    ls typed 2>/dev/null
    complete -p lockstep npx`;
  const { code, output } = await run("bash", ["--norc", "-c", script], { cwd: root });
  expect(output.trimEnd().split("\n")).toEqual([
    "backfill",
    "--confirm",
    "20260101000000_handle",
    "resume",
    "",
    "",
    "complete -o default -F _lockstep_completion lockstep",
    "complete -o default -F _lockstep_completion npx",
  ]);
  expect(code).toBe(0);
});

test("without a command, the help of a project that is set up ends with the next command", async () => {
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere);
  mkdirSync(join(root, "lockstep"), { recursive: true });
  const [here, there] = await Promise.all([type([]), type([], elsewhere)]);
  expect(here.output).toMatch(/backfill[\s\S]*\n\nNext {3}npx lockstep status\n$/);
  expect(there.output).not.toContain("Next ");
  expect([here.code, there.code]).toEqual([2, 2]);
});

test("the shell is named, or the one of SHELL", async () => {
  const [fish, named, none] = await Promise.all([
    type(["completion"], root, { SHELL: "/usr/bin/fish" }),
    type(["completion", "zsh"]),
    type(["completion", "tcsh"]),
  ]);
  expect(fish.stdout).toContain("complete -c lockstep -a");
  expect(named.stdout).toContain("compdef _lockstep_completion lockstep");
  expect([none.code, none.stderr]).toEqual([
    2,
    expect.stringMatching(/^LS8016 Lockstep has no completion script for tcsh\./),
  ]);
});

test.each([
  [["stat"], "one of status, stats"],
  [["backfill", "sta"], "status"],
  [["back"], "backfill"],
  [["chek"], "check"],
])("%j is no command: it names the likely ones", async (args, likely) => {
  const { code, stderr } = await type(args);
  expect([code, stderr]).toEqual([
    2,
    `error: unknown command '${args.at(-1)}'\n(Did you mean ${likely}?)\n(lockstep --help lists the commands)\n`,
  ]);
});

test("--version names Lockstep, its plugins, the ORM and driver of the project, and Node", async () => {
  const versionIn = (folder: string) =>
    (JSON.parse(readFileSync(join(repository, folder, "package.json"), "utf8")) as { version: string }).version;
  const shop = join(repository, "examples/prisma-shop");
  const [here, json, nowhere] = await Promise.all([
    type(["--version"], shop),
    type(["-V", "--json", "--cwd", shop]),
    type(["--version"]),
  ]);
  const own = `lockstep ${versionIn("core")} · @lockstep/prisma ${versionIn("plugin-prisma")} · @lockstep/typeorm ${versionIn("plugin-typeorm")}`;
  const orm = { name: "prisma", version: versionIn("node_modules/prisma") };
  const driver = { name: "pg", version: versionIn("node_modules/pg") };
  const node = process.versions.node;
  expect(here.stdout).toBe(`${own} · prisma ${orm.version} · pg ${driver.version} · node ${node}\n`);
  expect(JSON.parse(json.stdout)).toMatchObject({ command: "version", lockstep: versionIn("core"), orm, driver, node });
  expect(nowhere.stdout).toBe(`${own} · node ${node}\n`);
  expect([here.code, json.code, nowhere.code]).toEqual([0, 0, 0]);
});
