import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../../core/src/cli/commands/index.js";
import { completeWords } from "../../../core/src/cli/complete-words.js";
import { nextWordsText } from "../../../core/src/cli/shell-scripts.js";

const root = mkdtempSync(join(tmpdir(), "lockstep-words-"));

beforeAll(() => {
  for (const id of ["20260101000000_handle", "20260102000000_label"]) {
    mkdirSync(join(root, "lockstep", id), { recursive: true });
    writeFileSync(join(root, "lockstep", id, "plan.json"), "{}");
  }
  mkdirSync(join(root, ".git"));
  mkdirSync(join(root, "src"));
});
afterAll(() => rmSync(root, { recursive: true }));

const plans = ["20260101000000_handle", "20260102000000_label"];
/** What is typed behind `lockstep`, the last word as far as it is there, and what may come next. */
const cases: readonly (readonly [typed: readonly string[], next: readonly string[]])[] = [
  [["re"], ["rehearse", "rename", "repair", "report", "rewrite"]],
  [["backfill", "re"], ["resume"]],
  [["--json", "backfill", "p"], ["pause"]],
  [["nothing", ""], []],
  [["plan", ""], plans],
  [["backfill", "run", "20260101"], ["20260101000000_handle"]],
  [["plan", "20260101000000_handle", ""], []],
  [["code", ""], plans],
  [["--cwd", ""], []],
  [["--cwd", "app", "pla"], ["plan"]],
  [["deploy", "--target", ""], []],
  [
    ["rewrite", "--"],
    ["--not-applied", "--dry-run", "--version", "--json", "--ci", "--cwd", "--help"],
  ],
  [["rewrite", "--dry-run", "--d"], []],
  [["pri"], ["prisma"]],
  [[""], [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? "")), "prisma"]],
];

test.each(cases)("lockstep %j", (typed, next) => {
  const all = [...commands, { name: "prisma", summary: "prisma's own command" }];
  expect(completeWords(typed, all, join(root, "src")).map(({ word }) => word)).toEqual(next);
});

test("what each shell reads", () => {
  const words = [{ word: "a:b", description: "c: d" }];
  expect(nextWordsText("bash", words)).toBe("a:b");
  expect(nextWordsText("zsh", words)).toBe("a\\:b:c: d");
  expect(nextWordsText("fish", words)).toBe("a:b\tc: d");
});
