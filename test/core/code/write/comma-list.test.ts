import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applySplices, parseSourceFile, ts } from "../../../../core/src/code/index.js";
import { commaListOf, insertItem, removeItem } from "../../../../core/src/code/write/comma-list.js";
import { insertMember, removeMember } from "../../../../core/src/code/write/member-edit.js";

function insert(text: string, item: string, index?: number): string | undefined {
  const file = parseSourceFile("a.ts", text);
  const [literal] = file.nodes(ts.SyntaxKind.ObjectLiteralExpression);
  const list = literal && commaListOf(literal, file);
  const splices = list && insertItem(list, item, file, index);
  return splices && applySplices(text, splices);
}

function remove(text: string, name: string): string {
  const file = parseSourceFile("a.ts", text);
  const [literal] = file.nodes(ts.SyntaxKind.ObjectLiteralExpression);
  const list = literal && commaListOf(literal, file);
  const item = literal?.properties.find((property) => property.name?.getText(file.ast) === name);
  if (list === undefined || item === undefined) throw new Error(`no ${name} in ${text}`);
  return applySplices(text, removeItem(list, item, file));
}

describe("an item is written like its neighbours, and taken out again", () => {
  test.each([
    ["one line", "f({ a, b })", "f({ a, b, x: 1 })"],
    ["one line, trailing comma", "f({ a, b, })", "f({ a, b, x: 1, })"],
    ["no spaces", "f({a,b})", "f({a,b, x: 1})"],
    ["empty", "f({})", "f({ x: 1 })"],
    ["lines", "f({\n  a,\n  b,\n})", "f({\n  a,\n  b,\n  x: 1,\n})"],
    ["lines, no trailing comma", "f({\n  a,\n  b\n})", "f({\n  a,\n  b,\n  x: 1\n})"],
    ["CRLF and tabs", "f({\r\n\ta,\r\n\tb\r\n})", "f({\r\n\ta,\r\n\tb,\r\n\tx: 1\r\n})"],
    ["a comment behind the last", "f({\n  a, // note\n})", "f({\n  a, // note\n  x: 1,\n})"],
    ["a comment and no comma", "f({\n  a // note\n})", "f({\n  a, // note\n  x: 1\n})"],
    ["a comment on its own line", "f({\n  a,\n  // todo\n})", "f({\n  a,\n  x: 1,\n  // todo\n})"],
    ["a block comment", "f({ a /* note */ })", "f({ a /* note */, x: 1 })"],
    ["first item beside the brace", "f({ a,\n     b })", "f({ a,\n     b, x: 1 })"],
    ["nested literals", "f({\n  a: {\n    b,\n  },\n})", "f({\n  a: {\n    b,\n  },\n  x: 1,\n})"],
  ])("%s", (_, before, after) => {
    expect(insert(before, "x: 1")).toBe(after);
    expect(remove(after, "x")).toBe(before);
  });

  test.each([
    ["before a spread", "f({ a, ...rest })", 1, "f({ a, x: 1, ...rest })"],
    ["before a spread, in lines", "f({\n  a,\n  ...rest,\n})", 1, "f({\n  a,\n  x: 1,\n  ...rest,\n})"],
    ["first", "f({ ...rest })", 0, "f({ x: 1, ...rest })"],
    ["first, in lines", "f({\n  ...rest,\n})", 0, "f({\n  x: 1,\n  ...rest,\n})"],
  ])("%s", (_, before, index, after) => {
    expect(insert(before, "x: 1", index)).toBe(after);
    expect(remove(after, "x")).toBe(before);
  });

  test.each([
    ["white space only", "f({ })"],
    ["a comment only", "f({ /* none */ })"],
  ])("not into %s", (_, before) => {
    expect(insert(before, "x: 1")).toBeUndefined();
  });

  test("what people added behind it or above it stays", () => {
    expect(remove("f({ a, x: 1, c })", "x")).toBe("f({ a, c })");
    expect(remove("f({\n  a,\n  // why\n  x: 1,\n  c,\n})", "x")).toBe("f({\n  a,\n  // why\n  c,\n})");
    expect(remove("f({ x: 1, c })", "x")).toBe("f({ c })");
    expect(remove("f({ x: 1 })", "x")).toBe("f({})");
  });

  test("any items in any layout", () => {
    const item = fc.constantFrom("a", "b: 1", "c: { d: [1, 2] }", "...e", "'f': 2", "g() { return 1; }", "h: (1, 2)");
    const gap = fc.constantFrom(" ", "\n  ", "\r\n\t", " /* c */ ", " // c\n  ", "\n\n  ");
    const list = fc.array(fc.tuple(gap, item, fc.constantFrom("", " ", "/**/")), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(list, fc.constantFrom("", ","), gap, fc.nat(), (items, trailing, end, seed) => {
        const inner = items.map(([before, text, after]) => before + text + after).join(",");
        const before = `f({${inner}${trailing}${end}})`;
        const index = seed % 3 === 0 ? seed % items.length : undefined;
        const after = insert(before, "x: 1", index);
        const file = parseSourceFile("a.ts", after ?? "");
        const { parseDiagnostics } = file.ast as unknown as { parseDiagnostics: readonly unknown[] };
        expect(parseDiagnostics).toEqual([]);
        expect(file.nodes(ts.SyntaxKind.ObjectLiteralExpression)[0]?.properties).toHaveLength(items.length + 1);
        expect(remove(after ?? "", "x")).toBe(before);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a member of an interface", () => {
  test.each([
    ["semicolons", "interface A {\n  a: string;\n}", "interface A {\n  a: string;\n  x: 1;\n}"],
    ["commas", "interface A {\n  a: string,\n}", "interface A {\n  a: string,\n  x: 1,\n}"],
    ["nothing", "interface A {\n  a: string\n}", "interface A {\n  a: string\n  x: 1\n}"],
    [
      "readonly",
      "interface A {\n  readonly a: string;\n}",
      "interface A {\n  readonly a: string;\n  readonly x: 1;\n}",
    ],
    ["one line", "interface A { a: string; b: 1 }", "interface A { a: string; b: 1; x: 1 }"],
    ["one line, closed", "interface A { a: string; }", "interface A { a: string; x: 1; }"],
    [
      "a comment",
      "interface A {\r\n\ta: string; // note\r\n}",
      "interface A {\r\n\ta: string; // note\r\n\tx: 1;\r\n}",
    ],
  ])("%s", (_, before, after) => {
    const file = parseSourceFile("a.ts", before);
    const [node] = file.nodes(ts.SyntaxKind.InterfaceDeclaration);
    expect(applySplices(before, (node && insertMember(node, "x: 1", file)?.splices) ?? [])).toBe(after);
    const edited = parseSourceFile("a.ts", after);
    const [again] = edited.nodes(ts.SyntaxKind.InterfaceDeclaration);
    const member = again?.members.at(-1);
    expect(again && member && applySplices(after, removeMember(again, member, edited))).toBe(before);
  });
});
