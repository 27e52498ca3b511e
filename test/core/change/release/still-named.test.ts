import { expect, test } from "vitest";
import { stillNamed } from "../../../../core/src/change/release/still-named.js";
import type { Plan } from "../../../../core/src/model/index.js";

const plan = { columns: [{ field: "reviewNote", name: "review_note" }] } as unknown as Plan;

test.each([
  ["a member", "a;\nconst b = row.reviewNote;", [2]],
  ["SQL with the column's name", "db.query(`SELECT review_note FROM prompts`);", [1]],
  ["a part of another word", "row.reviewNotes; row.myreviewNote;", []],
  ["a comment", "// reviewNote\n * reviewNote\nrow;", []],
])("%s", (_, text, lines) => {
  const found = stillNamed([{ file: "a.ts", text }], plan);
  expect(found).toEqual(lines.map((line) => ({ file: "a.ts", line, field: "reviewNote" })));
});
