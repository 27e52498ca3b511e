import { expect, test } from "vitest";
import {
  applySplices,
  insertStatement,
  parseSourceFile,
  removeStatement,
  ts,
} from "../../../../core/src/code/index.js";

const statementOf = (text: string, code: string) => {
  const file = parseSourceFile("a.ts", text);
  const statement = file.nodes(ts.SyntaxKind.ExpressionStatement).find((each) => each.getText(file.ast).includes(code));
  if (statement === undefined) throw new Error(`no ${code} in ${text}`);
  return { file, statement };
};

test.each([
  ["lines", "{\n  a.x = 1;\n  f();\n}", "{\n  a.x = 1;\n  a.y = 2;\n  f();\n}"],
  ["lines without semicolons", "{\n  a.x = 1 // x\n}", "{\n  a.x = 1 // x\n  a.y = 2\n}"],
  ["one line", "{ f(); a.x = 1; }", "{ f(); a.x = 1; a.y = 2; }"],
  ["one line without a semicolon at its end", "{ f(); a.x = 1 }", "{ f(); a.x = 1; a.y = 2 }"],
  ["one line in the midst of others", "{ f(); a.x = 1; g() }", "{ f(); a.x = 1; a.y = 2; g() }"],
  ["one line with a comment", "{ f(); a.x = 1 // x\n}", "{ f(); a.x = 1; a.y = 2 // x\n}"],
])("a statement goes behind another, and out again: %s", (_, before, after) => {
  const { file, statement } = statementOf(before, "a.x");
  expect(applySplices(before, insertStatement(statement, "a.y = 2", file).splices)).toBe(after);
  const added = statementOf(after, "a.y");
  expect(applySplices(after, removeStatement(added.statement, added.file))).toBe(before);
});
