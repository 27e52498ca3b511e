import { describe, expect, it } from "vitest";
import { postgresText } from "../../../core/src/postgresql/functions.js";

class Decimal {
  toString() {
    return "1.50";
  }
}

describe("postgresText", () => {
  it.each<readonly [unknown, string, string | undefined]>([
    ["a", "text", "a"],
    ["", "text", ""],
    [null, "text", undefined],
    [undefined, "jsonb", undefined],
    [1.5, "numeric(10,2)", "1.5"],
    [12345678901234567890n, "numeric(30,0)", "12345678901234567890"],
    [true, "boolean", "true"],
    [new Date(Date.UTC(2026, 10, 20, 23, 30)), "timestamp(3) without time zone", "2026-11-20T23:30:00.000Z"],
    [Buffer.from([0, 255]), "bytea", "\\x00ff"],
    [new Uint8Array([1]), "bytea", "\\x01"],
    [new Decimal(), "numeric(10,2)", "1.50"],
    [new URL("https://x.io/a"), "text", "https://x.io/a"],
    ["a", "jsonb", '"a"'],
    [{ a: [1, null] }, "json", '{"a":[1,null]}'],
    [[1, "b"], "jsonb", '[1,"b"]'],
    [[], "text[]", "{}"],
    [["a", 'b"\\,', "NULL", null], "text[]", '{"a","b\\"\\\\,","NULL",NULL}'],
    [
      [
        [1, 2],
        [3, 4],
      ],
      "integer[]",
      '{{"1","2"},{"3","4"}}',
    ],
    [[{ a: 1 }, [2]], "jsonb[]", '{"{\\"a\\":1}","[2]"}'],
    [[Buffer.from([255])], "bytea[]", '{"\\\\xff"}'],
  ])("%s as %s", (value, type, text) => {
    expect(postgresText(value, type)).toBe(text);
  });

  it.each<readonly [string, unknown, string, RegExp]>([
    ["a promise", Promise.resolve("a"), "text", /Promise\.all/],
    ["an object", { a: 1 }, "text", /no json column/],
    ["an object", new Map(), "text", /no json column/],
    ["an array", ["a"], "text", /holds one value/],
    ["an invalid Date", new Date("x"), "timestamp(3) without time zone", /NaN/],
    ["a function", () => "a", "text", /needs a value/],
    ["a symbol", Symbol("a"), "jsonb", /no such value/],
    ["a value that is not JSON", { a: 1n }, "jsonb", /BigInt/],
  ])("%s is refused", (what, value, type, why) => {
    expect(() => postgresText(value, type)).toThrow(
      expect.objectContaining({ code: "LS5052", message: what, hint: expect.stringMatching(why) }),
    );
  });
});
