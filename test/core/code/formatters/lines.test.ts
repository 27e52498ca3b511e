import { describe, expect, test } from "vitest";
import { breakLongLines } from "../../../../core/src/code/formatters/long-lines.js";
import { formatTouched } from "../../../../core/src/code/formatters/touched-lines.js";

const names = Array.from({ length: 14 }, (_, index) => `member${index}`);
const long = names.join(", ");

describe("lines that an edit makes too long", () => {
  const broken = (indent: string, end = "") => `{\n${names.map((name) => `${indent}${name}`).join(",\n")}${end}\n}`;

  test.each([
    { name: "an object", before: "f({ a });", after: `f({ ${long} });`, to: `f(${broken("  ")});` },
    {
      name: "in the file's own indentation, with its last commas",
      before: "const x = {\n\ta,\n};\nf({ a });",
      after: `const x = {\n\ta,\n};\nf({ ${long} });`,
      to: `const x = {\n\ta,\n};\nf(${broken("\t", ",")});`,
    },
    {
      name: "a pattern with a rest takes no last comma",
      before: "const x = {\n  a,\n};\nconst { a, ...rest } = x;",
      after: `const x = {\n  a,\n};\nconst { ${long}, ...rest } = x;`,
      to: `const x = {\n  a,\n};\nconst {\n${names.map((name) => `  ${name},\n`).join("")}  ...rest\n} = x;`,
    },
    {
      name: "an import",
      before: `import { a } from "x";`,
      after: `import { ${long} } from "x";`,
      to: `import ${broken("  ")} from "x";`,
    },
    {
      name: "a type",
      before: "type X = { a: 1 };",
      after: `type X = { ${names.map((name) => `${name}: number`).join("; ")} };`,
      to: `type X = {\n${names.map((name, index) => `  ${name}: number${index < names.length - 1 ? ";" : ""}`).join("\n")}\n};`,
    },
    {
      name: "the outermost first, and what is still too long inside",
      before: "f({ where: { id }, data: { a } });",
      after: `f({ where: { id }, data: { ${long} } });`,
      to: `f({\n  where: { id },\n  data: {\n${names.map((name) => `    ${name}`).join(",\n")}\n  }\n});`,
    },
    {
      name: "with Windows' line ends",
      before: "f({ a });\r\n",
      after: `f({ ${long} });\r\n`,
      to: `f(${broken("  ")});\r\n`.replace(/\r?\n/g, "\r\n"),
    },
  ])("$name", ({ before, after, to }) => {
    expect(breakLongLines("a.ts", before, after)).toBe(to);
  });

  test.each([
    { name: "a line that was too long before", before: `f({ ${long} });`, after: `f({ ${long}, more });` },
    { name: "a line that nobody touched", before: `f({ ${long} });\na();`, after: `f({ ${long} });\nb();` },
    { name: "what has comments between its members", before: "f({ a });", after: `f({ ${long} /* why */, more });` },
    { name: "no code", file: "a.json", before: "{}", after: `{ "a": "${long}" }` },
  ])("$name stays", ({ file = "a.ts", before, after }) => {
    expect(breakLongLines(file, before, after)).toBe(after);
  });
});

describe("a file that its formatter did not lay out", () => {
  const before = "const a = {x:1}\nf( { a } )\nconst b = {y:2}\n";

  test.each([
    {
      name: "only touched lines are laid out",
      before,
      after: before.replace("{ a }", "{ a,b }"),
      formatted: "const a = { x: 1 };\nf({ a, b });\nconst b = { y: 2 };\n",
      to: before.replace("f( { a } )", "f({ a, b });"),
    },
    {
      name: "with the ends of lines that the file has",
      before: before.replaceAll("\n", "\r\n"),
      after: before.replace("{ a }", "{ a,b }").replaceAll("\n", "\r\n"),
      formatted: "const a = { x: 1 };\nf({ a, b });\nconst b = { y: 2 };\n",
      to: before.replace("f( { a } )", "f({ a, b });").replaceAll("\n", "\r\n"),
    },
    {
      name: "an import stays where a formatter would move it between those of others",
      before: 'import { y } from "y";\nimport { z } from "z";\n\nconst a = {x:1}\n',
      after: 'import { y } from "y";\nimport { z } from "z";\nimport { b } from "b";\n\nconst a = {x:1}\n',
      formatted: 'import { b } from "b";\nimport { y } from "y";\nimport { z } from "z";\n\nconst a = { x: 1 };\n',
      to: 'import { y } from "y";\nimport { z } from "z";\nimport { b } from "b";\n\nconst a = {x:1}\n',
    },
    {
      name: "a line that takes something from the next is not laid out by itself",
      before: "f(a,\n  c)\n",
      after: "f(a,b,\n  c)\n",
      formatted: "f(a, b, c,\n  );\n",
      to: "f(a,b,\n  c)\n",
    },
  ])("$name", ({ before: given, after, formatted, to }) =>
    expect(formatTouched("a.ts", given, after, formatted)).toBe(to),
  );

  test("what does not parse by itself is left", () => {
    expect(formatTouched("a.ts", "f(\n  a,\n)\n", "f(\n  a,b,\n)\n", "f(\n  a}, b,\n)\n")).toBe("f(\n  a,b,\n)\n");
  });
});
