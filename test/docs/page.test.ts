import { expect, test } from "vitest";
import { isShown, withGaps } from "./page.js";

test.each([
  ["a changed line between others", "a\nold\nc", "a\nnew\nc", "a\nnew\nc"],
  ["a gap that stays", "…\nb\nold", "x\ny\nb\nnew", "…\nb\nnew"],
  ["a gap that is gone", "…\nb", "b", "b"],
  [
    "a step that became several, after a gap",
    "b\n…\nNext   deploy",
    "b\nx\nNext\n  1. deploy",
    "b\n…\nNext\n  1. deploy",
  ],
  ["the same before a gap", "b\nNext   deploy\n…", "b\nNext\n  1. deploy\n\nx\ny", "b\nNext\n  1. deploy\n…"],
  ["lines of a file", "…\n-- Lock old\n…\nb\n…", "-- Head\n-- Lock new\n-- Undo\nb\nc", "…\n-- Lock new\n…\nb\n…"],
  ["the rest of a line", "b …\nold", "b and more\nnew", "b …\nnew"],
])("an output with %s keeps its gaps", (_, shown, text, updated) => {
  expect(withGaps(shown, text)).toBe(updated);
  expect(isShown(updated, text)).toBe(true);
});
