/**
 * Changes of entities on a real MariaDB by TypeORM's stock commands, each group of them in one project: what each migration makes, what
 * old and new code can do in between, what every row has in the end, and the way back.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isNightly } from "../../support/nightly.js";
import { columns } from "./cases/columns.js";
import { changes, tables } from "./cases/tables.js";
import { types } from "./cases/types.js";
import { Story } from "./story.js";

/** `LOCKSTEP_MATRIX="decimal"` runs those whose name has the word. */
const { LOCKSTEP_MATRIX: only = "" } = process.env;
/** MariaDB refuses TypeORM's query about some ninety tables at once (1436). */
const groups = {
  ...(isNightly || only !== "" ? { types } : {}),
  columns,
  "keys, indexes, relations, tables": tables,
  "columns that are there": changes,
};
const chosen = Object.entries(groups)
  .map(([group, all]) => [group, all.filter(({ name }) => name.includes(only))] as const)
  .filter(([, all]) => all.length > 0);

describe.each(chosen)("TypeORM 1.1.1, MariaDB: %s", (_, all) => {
  const story = new Story(all);
  beforeAll(() => story.tell(), 600_000);
  afterAll(() => story.close());

  test.each(all.map((change) => [change.name, change.outcome, change] as const))("%s: %s", (...[, , change]) => {
    expect(story.problems.get(change)?.slice(0, 4).join("\n\n")).toBe("");
  });
});
