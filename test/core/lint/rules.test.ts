import { describe, expect, test } from "vitest";
import { checkRules } from "../../../core/src/lint/rules/index.js";
import { rulesFound } from "./support.js";

/** For every rule, told or not, what its docs page says of it. */
const ofStatements = checkRules.filter(({ on }) => on.length > 0);
describe.each(ofStatements.map((rule) => [rule.id, rule] as const))("%s", (id, { examples }) => {
  test.each(examples.unsafe)("is told of %s", async (sql) => {
    expect(await rulesFound({ migrations: [sql], server: 14, transactions: "each" })).toContain(id);
  });
  test.each(examples.safe)("nothing is told of %s", async (sql) => {
    expect(await rulesFound({ migrations: [sql] })).toEqual([]);
  });
});
