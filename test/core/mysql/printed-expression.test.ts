import { expect, test } from "vitest";
import { namesIn, printedExpression } from "../../../core/src/mysql/printed-expression.js";

// What information_schema of MySQL 9.7 has, and SHOW CREATE beside it but for the character sets.
test.each(
  [
    [String.raw`(\`state\` in (_utf8mb4\'a\',_latin1\'b\\\'c\'))`, String.raw`(\`state\` in ('a','b\'c'))`],
    [String.raw`concat(_utf8mb4\'x\\\\y\',\`_utf8mb4\`)`, String.raw`concat('x\\y',\`_utf8mb4\`)`],
    [String.raw`(\`b\` = _binary\'a\')`, String.raw`(\`b\` = _binary'a')`],
    [String.raw`(\`a\` = _utf8mb4\'say _utf8mb4\\\'so\\\'\')`, String.raw`(\`a\` = 'say _utf8mb4\'so\'')`],
    ["(`price` > 0)", "(`price` > 0)"],
  ].map((pair) => pair.map((text) => text.replaceAll("\\`", "`"))),
)("%s", (printed = "", expected = "") => {
  expect(printedExpression(printed, "mysql")).toBe(expected);
  expect(printedExpression(expected, "mariadb")).toBe(expected);
});

test("names are told once each", () => {
  expect(namesIn("(`a` < `b`) or (`a` = ```c`)")).toEqual(["a", "b", "`c"]);
});
