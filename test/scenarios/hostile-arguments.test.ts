import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../core/src/cli/commands/index.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import { createRepository, type Repository } from "../support/repository.js";

// Whatever a command is given, and wherever it runs, its output has nothing that a terminal or the runner of GitHub obeys.

const hostile = [
  "x\n::add-mask::a\n ::stop-commands::b\n##[add-mask]c",
  "\u001b[2J\u009b1A\u202e\u2066\u2028::add-mask::a\r::add-mask::b",
];

let repository: Repository;
let lockstep: LockstepCommands;
let folders: readonly string[];

beforeAll(() => {
  repository = createRepository();
  folders = hostile.map((name) => {
    const folder = join(repository.folder, name.replaceAll("/", ""));
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), `{ "devDependencies": { "prisma": "7.10.0" } }`);
    return folder;
  });
  lockstep = new LockstepCommands(repository.folder);
});
afterAll(() => {
  lockstep.close();
  repository.dispose();
});

// Neither asks for anything of its own that a folder could name, and both wait for a database or change the machine.
const tried = commands.filter(({ name }) => name !== "init");

test.each(tried.map(({ name }) => name))("%s", async (command) => {
  const texts: string[] = [];
  for (const [at, name] of hostile.entries()) {
    const cwd = folders[at] ?? "";
    const lines = [
      ["--cwd", cwd, ...command.split(" "), name],
      ["--cwd", cwd, "--json", ...command.split(" "), name, "--target", name],
      ["--cwd", cwd, ...command.split(" "), `--${name}`],
      ["--cwd", cwd, ...command.split(" "), "--format", name, "--target", name, "--base", name],
    ];
    for (const argv of lines) {
      const { code, output } = await lockstep.run(argv, { CI: "true", GITHUB_BASE_REF: undefined });
      expect(code, output).not.toBe(4);
      texts.push(output);
    }
  }
  for (const text of texts) {
    expect(text).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u);
    for (const line of text.split("\n")) expect(line).not.toMatch(/^[\s\p{C}\p{M}]*::|##(?:\[|vso\[)/u);
  }
  // The names are told, and not left out.
  expect(texts.some((text) => text.includes("add-mask"))).toBe(true);
});
