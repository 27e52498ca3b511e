import type { ts as compiler } from "@ts-morph/common";
import { expect, test } from "vitest";
import { ts } from "../../../../core/src/code/ast/compiler.js";
import { libFolder, libs } from "../../../../core/src/code/ast/compiler-libs.js";
import { hasSameTypes } from "../../../../core/src/code/verify/same-types.js";

const user = "interface User { id: number; name?: string }\nexport type { User };\n";
const cases: readonly (readonly [name: string, before: string, after: string, isSame: boolean])[] = [
  [
    "the body of a function with a return type",
    "export function one(): number { return 1; }",
    "export function one(): number { const a = 2; return a; }",
    true,
  ],
  [
    "the body of a function without one",
    "export function one() { return 1; }",
    'export function one() { return "1"; }',
    false,
  ],
  [
    "the body of a function that another one exposes",
    "function own() { return 1; }\nexport const all = { own };",
    'function own() { return "1"; }\nexport const all = { own };',
    false,
  ],
  [
    "a parameter",
    "export function one(a: number): number { return a; }",
    "export function one(a: number, b: number): number { return a + b; }",
    false,
  ],
  [
    "the value of a variable with a type",
    "export const a: User = { id: 1 };",
    'export const a: User = { id: 1, name: "" };',
    true,
  ],
  ["the value of one without", "export const a = { id: 1 };", 'export const a = { id: 1, name: "" };', false],
  [
    "one of two variables",
    "export const a: User = { id: 1 }, b = 1;",
    "export const a: User = { id: 2 }, b = { c: 1 };",
    false,
  ],
  ["a written type", "export let a: number;", "export let a: string;", false],
  ["an interface", "export interface A { b: 1 }", "export interface A { b: 1; c: 2 }", false],
  [
    "methods and properties with types",
    "export class A { b: User = { id: 1 }; get c(): number { return 1; } d(): number { return 1; } }",
    'export class A { b: User = { id: 1, name: "" }; get c(): number { return 2; } d(): number { return 2; } }',
    true,
  ],
  ["a method without a type", "export class A { d() { return 1; } }", 'export class A { d() { return "1"; } }', false],
  [
    "a constructor, which can infer properties",
    "export class A { b; constructor() { this.b = 1; } }",
    'export class A { b; constructor() { this.b = "1"; } }',
    false,
  ],
  ["a call", "console.log(1);\nexport {};", "console.log(2);\nconsole.log(3);\nexport {};", true],
  [
    "an assignment, which can declare a property",
    "export function f(): void {}\nf.a = 1;",
    'export function f(): void {}\nf.a = "1";',
    false,
  ],
  [
    "a new import",
    'import { a } from "./a";\nexport const c: number = a;',
    'import { a, b } from "./a";\nexport const c: number = a + b;',
    true,
  ],
  [
    "a new import with a name that was used",
    "export let c: Date;",
    'import { Date } from "./a";\nexport let c: Date;',
    false,
  ],
  [
    "an import from elsewhere",
    'import type { T } from "./a";\nexport let c: T;',
    'import type { T } from "./b";\nexport let c: T;',
    false,
  ],
  [
    "an import that goes",
    'import { a } from "./a";\nexport const c: number = a;',
    "export const c: number = 1;",
    false,
  ],
  ["a new function", "export {};", "export {};\nexport function one(): number { return 1; }", false],
];

test.each(cases)("%s", (_, before, after, isSame) => {
  expect(hasSameTypes(parsed(user + before), parsed(user + after))).toBe(isSame);
});

test("the compiler writes the same declarations wherever the types are the same", () => {
  const same = cases.filter(([, , , isSame]) => isSame);
  expect(same.map(([name, , after]) => [name, declarationsOf(user + after)])).toEqual(
    same.map(([name, before]) => [name, declarationsOf(user + before)]),
  );
});

test("comments in JavaScript are types", () => {
  expect(hasSameTypes(parsed("export {};", "a.js"), parsed("export {};", "a.js"))).toBe(false);
});

function parsed(text: string, file = "a.ts"): compiler.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function declarationsOf(text: string): string {
  const files = new Map([
    ["/main.ts", text],
    ["/a.ts", "export const a = 1;\nexport const b = 2;\n"],
  ]);
  const read = (file: string) => files.get(file) ?? libs.get(file);
  let written = "";
  const host: compiler.CompilerHost = {
    getSourceFile: (file) => {
      const found = read(file);
      return found === undefined ? undefined : parsed(found, file);
    },
    getDefaultLibFileName: () => `${libFolder}/lib.es2022.d.ts`,
    writeFile: (file, output) => {
      if (file === "/main.d.ts") written = output;
    },
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (file) => read(file) !== undefined,
    readFile: read,
  };
  const options = {
    declaration: true,
    emitDeclarationOnly: true,
    target: ts.ScriptTarget.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
    types: [],
  };
  ts.createProgram(["/main.ts"], options, host).emit();
  expect(written).not.toBe("");
  return written;
}
