import fc from "fast-check";
import { expect, test } from "vitest";
import { colorsFor } from "../../../core/src/review/colors.js";
import { printable, printableJson } from "../../../core/src/review/printable.js";

test.each([
  ["\u001b[2J\u001b[H✔ all is well", "\\x1b[2J\\x1b[H✔ all is well"],
  ["\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
  ["\u001b]8;;https://evil\u001b\\here\u001b]8;;\u001b\\", "\\x1b]8;;https://evil\\x1b\\here\\x1b]8;;\\x1b\\"],
  ["\u001b[8mhidden\u001b[38;5;1m", "\\x1b[8mhidden\\x1b[38;5;1m"],
  ["\u009b31m\u0085", "\\x9b31m\\x85"],
  ["one\rtwo\r\n", "one\\rtwo\r\n"],
  ["a\u202eb", "a\\u202eb"],
  ["\u0000\u007f\b", "\\x00\\x7f\\x08"],
  ["a\n\tüß 漢 👍 ─ …", "a\n\tüß 漢 👍 ─ …"],
])("%j is shown as it is written", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("our own colours stay, where there are any", () => {
  const colors = colorsFor(true);
  const text = `${colors.bold(colors.red("✖"))} ${colors.dim("a")}${colors.cyan("b")}${colors.yellow("c")}${colors.green("d")}`;
  expect(printable(text)).toBe(text);
  expect(printable(text, false)).not.toContain("\u001b");
});

const isControl = (mark: string) => mark < " " || (mark >= "\u007f" && mark <= "\u009f");

test("whatever a name has in it, a terminal gets nothing to obey; the JSON document says it exactly", () => {
  const unit = fc.oneof(
    fc.string({ unit: "binary", maxLength: 1 }),
    fc.constantFrom("\u001b[", "\u001b]", "\u009d", "31m", "\r"),
  );
  fc.assert(
    fc.property(fc.array(unit), (parts) => {
      const name = parts.join("");
      const shown = printable(name, false).replaceAll("\r\n", "\n");
      expect([...shown].filter((mark) => isControl(mark) && mark !== "\n" && mark !== "\t")).toEqual([]);
      const json = printableJson({ name });
      expect([...json].filter((mark) => isControl(mark) && mark !== "\n")).toEqual([]);
      expect(JSON.parse(json)).toEqual({ name });
    }),
  );
});
