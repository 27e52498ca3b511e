import { describe, expect, it } from "vitest";
import { quoteIdentifier, quoteName, quoteText, triggerNames } from "../../../core/src/mysql/quote.js";

describe("identifiers", () => {
  it.each([
    ["User", "`User`"],
    ["a`b", "`a``b`"],
    ["ü".repeat(64), `\`${"ü".repeat(64)}\``],
  ])("%s", (name, quoted) => expect(quoteIdentifier(name)).toBe(quoted));
  it.each(["a".repeat(65), "", "a\0b", "a "])("refuses %j", (name) =>
    expect(() => quoteIdentifier(name)).toThrow(expect.objectContaining({ code: "LS1003" })),
  );
});

it("writes a backslash so that every sql_mode reads the same", () => {
  expect(quoteText("it's")).toBe("'it''s'");
  expect(quoteText("a\\'b")).toBe("CONCAT('a', CHAR(92 USING utf8mb4), '''b')");
  expect(quoteName("a\\b")).toBe("_utf8mb4 X'615c62'");
});

it("names of triggers fit, and those of different columns differ", () => {
  expect(triggerNames({ name: "User" }, "handle")).toEqual({
    insert: "zz_lockstep_fill_User_handle_ins",
    update: "zz_lockstep_fill_User_handle_upd",
  });
  const all = [
    triggerNames({ name: "a_b" }, "c"),
    triggerNames({ name: "a" }, "b_c"),
    triggerNames({ name: "T".repeat(64) }, "one"),
    triggerNames({ name: "T".repeat(64) }, "two"),
  ].flatMap(({ insert, update }) => [insert, update]);
  expect(new Set(all).size).toBe(8);
  for (const name of all) expect(name.length).toBeLessThanOrEqual(64);
});
