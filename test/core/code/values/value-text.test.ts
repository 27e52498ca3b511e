import { expect, test } from "vitest";
import { ts } from "../../../../core/src/code/ast/compiler.js";
import { parseSourceFile } from "../../../../core/src/code/ast/source-file.js";
import { textsOfLiteral } from "../../../../core/src/code/values/value-text.js";
import { field } from "../../../plugin-prisma/codemods/phases.js";

test.each([
  // `input.nickname ?? null ?? name` would not compile.
  ["input.nickname ?? null", { text: "input.nickname", isNullable: true }],
  ["(input.nickname ?? undefined)", { text: "input.nickname" }],
  ["(input.nickname ?? other) ?? null", { text: "(input.nickname ?? other)" }],
  ["null", { isNull: true }],
  ["undefined", undefined],
  ["'x'", { text: "'x'", isNullable: false }],
])("what a row gives a field: %s", (value, expected) => {
  const file = parseSourceFile("row.ts", `const row = { nickname: ${value} };\n`);
  const [literal] = file.nodes(ts.SyntaxKind.ObjectLiteralExpression);
  if (literal === undefined) throw new Error("no literal");
  const text = textsOfLiteral(literal, file)(field("nickname", { isOptional: true }));
  if (expected === undefined) expect(text).toBeUndefined();
  else expect(text).toMatchObject(expected);
});
