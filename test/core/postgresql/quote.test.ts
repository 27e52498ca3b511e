import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import {
  dollarQuote,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  regclassLiteral,
  scaffoldNames,
} from "../../../core/src/postgresql/quote.js";
import { printable } from "../../../core/src/sql/printable.js";

describe("identifiers", () => {
  it.each([
    ["User", `"User"`],
    ["select", `"select"`],
    [`a"b`, `"a""b"`],
    ["a'b", `"a'b"`],
    ["$change$", `"$change$"`],
    ["a\\b", `"a\\b"`],
    ["Größe", `"Größe"`],
    ["x".repeat(63), `"${"x".repeat(63)}"`],
    ["ü".repeat(31), `"${"ü".repeat(31)}"`],
  ])("%j becomes %s", (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  it.each([
    ["64 bytes", "x".repeat(64)],
    ["64 bytes in 32 characters", "ü".repeat(32)],
    ["NUL", "a\0b"],
    ["empty", ""],
  ])("refuses a name: %s", (_, name) => {
    expect(() => quoteIdentifier(name)).toThrow(expect.objectContaining({ code: "LS1003" }) as LockstepError);
  });

  it("names the bytes that are too many", () => {
    expect(() => quoteIdentifier("ü".repeat(32))).toThrow("has 64 bytes, but PostgreSQL keeps 63");
  });

  it("qualifies a table only when its schema is known", () => {
    expect(quoteTable({ name: "User" })).toBe(`"User"`);
    expect(quoteTable({ schema: "auth", name: `U"ser` })).toBe(`"auth"."U""ser"`);
    expect(regclassLiteral({ schema: "auth", name: "O'Neil" })).toBe(`'"auth"."O''Neil"'`);
    expect(regclassLiteral({ name: "a\\b" })).toBe(`E'"a\\\\b"'`);
  });
});

describe("literals", () => {
  it.each([
    ["plain", "'plain'"],
    ["it's", "'it''s'"],
    ["a\\b", "E'a\\\\b'"],
    ["it's \\", "E'it''s \\\\'"],
    ["100 %", "'100 %'"],
    ["a\nb", "'a\nb'"],
  ])("%j becomes %s", (text, literal) => {
    expect(quoteLiteral(text)).toBe(literal);
  });

  it("refuses NUL, which no text of PostgreSQL can hold", () => {
    expect(() => quoteLiteral("a\0")).toThrow(LockstepError);
  });
});

describe("comments", () => {
  it.each(["\n", "\r", "\u2028", "\u0085", "\t", "\0", "\u202e"])(
    "%j cannot end a comment or turn its text",
    (character) => {
      expect(printable(`a${character}DROP TABLE b`)).toBe("a?DROP TABLE b");
    },
  );

  it("leaves readable characters alone", () => {
    expect(printable("Größe → 名前 %\\$")).toBe("Größe → 名前 %\\$");
  });
});

describe("dollar quotes", () => {
  it("takes the first tag that the text does not contain", () => {
    expect(dollarQuote("x", "change")).toBe("$change$x$change$");
    expect(dollarQuote("a $change$ b", "change")).toBe("$change2$a $change$ b$change2$");
    expect(dollarQuote("$change$ $change2$", "change")).toBe("$change3$$change$ $change2$$change3$");
  });

  it("does not let the end of the text close the quote early", () => {
    expect(dollarQuote("price$change", "change")).toBe("$change2$price$change$change2$");
  });
});

describe("scaffold names", () => {
  it("say what they belong to", () => {
    expect(scaffoldNames({ name: "User" }, "handle")).toEqual({
      check: "lockstep_nn_User_handle",
      trigger: "zz_lockstep_fill_User_handle",
      function: "lockstep_fill_User_handle",
    });
  });

  it("do not depend on the schema: the objects live in it", () => {
    expect(scaffoldNames({ schema: "auth", name: "User" }, "handle")).toEqual(
      scaffoldNames({ name: "User" }, "handle"),
    );
  });

  it("differ for functions of different tables that share a schema", () => {
    expect(scaffoldNames({ name: "a_b" }, "c").function).toBe("lockstep_fill_a_b_c_cd932390");
    expect(scaffoldNames({ name: "a" }, "b_c").function).toBe("lockstep_fill_a_b_c");
  });

  it.each([
    ["ASCII", "T".repeat(40), "c".repeat(40)],
    ["umlauts at every offset", "ü".repeat(31), "ö".repeat(30)],
    ["umlauts, shifted", `x${"ü".repeat(31)}`, "ö"],
    ["four bytes a character", "🦊".repeat(15), "c"],
  ])("stay within 63 bytes, whole characters, distinct: %s", (_, table, column) => {
    const names = Object.values(scaffoldNames({ name: table }, column));
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(name).not.toContain("\ufffd");
      expect(name).toMatch(/_[0-9a-f]{8}$/);
    }
    const other = Object.values(scaffoldNames({ name: table }, `${column}x`));
    expect(new Set([...names, ...other]).size).toBe(6);
  });
});
