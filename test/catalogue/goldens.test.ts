import fc from "fast-check";
import { expect, test } from "vitest";
import { goldenText } from "../support/goldens.js";

const text = fc.string({
  unit: fc.constantFrom("a", "b", " ", "\t", "\r", "\n", "\r\n", "-", "+", "\\", "@@ -1 +1 @@\n"),
});
const files = (content: string) => [{ file: "src/code.ts", text: content }];

test("golden files tell apart whatever differs in a byte: ends of lines, of files, and what nobody sees", () => {
  fc.assert(
    fc.property(text, text, text, (before, one, other) => {
      const [its, others] = [one, other].map((after) =>
        goldenText([{ name: "expand", before: files(before), after: files(after) }]),
      );
      expect(its === others).toBe(one === other);
    }),
  );
  const added = goldenText([{ name: "expand", before: [], after: files("") }]);
  expect(added).not.toBe(goldenText([{ name: "expand", before: files(""), after: files("") }]));
});
