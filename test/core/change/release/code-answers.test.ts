import { expect, test } from "vitest";
import { withAnswers } from "../../../../core/src/change/release/code-answers.js";
import type { CodeIntent, Exposure } from "../../../../core/src/model/index.js";

const intentOf = (kind: CodeIntent["kind"]): CodeIntent => ({
  kind,
  model: "User",
  field: "alias",
  value: { kind: "none" },
});
const intents = (["write", "acceptInRequests", "read", "requireInRequests"] as const).map(intentOf);

test.each<[Exposure, string]>([
  ["exposed", "write exposed, acceptInRequests exposed, read exposed, requireInRequests exposed"],
  ["shown", "write exposed, read exposed"],
  ["internal", "write internal, read internal"],
])("what is %s: %s", (answer, expected) => {
  const found = withAnswers(intents, { exposure: { "User.alias": answer }, like: {} }).map(
    ({ kind, exposure }) => `${kind} ${exposure}`,
  );
  expect(found.join(", ")).toBe(expected);
  expect(withAnswers(intents, { exposure: { "User.other": answer }, like: {} })).toEqual(intents);
});
