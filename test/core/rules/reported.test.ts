import { describe, expect, test } from "vitest";
import { reportedRules } from "../../../core/src/rules/index.js";
import { rulesFound } from "../lint/support.js";

/** For every rule of `check`, reported or not, what its docs page says of it. */
const ofStatements = reportedRules.filter(({ on }) => on.length > 0);
describe.each(ofStatements.map((rule) => [rule.id, rule] as const))("%s", (id, { examples }) => {
  test.each([...(examples.rewritten ?? []), ...(examples.unsafe ?? [])])("reports %s", async (sql) => {
    expect(await rulesFound({ migrations: [sql], server: 14, transactions: "each" })).toContain(id);
  });
  test.each(examples.safe)("reports nothing of %s", async (sql) => {
    expect(await rulesFound({ migrations: [sql] })).toEqual([]);
  });
});
