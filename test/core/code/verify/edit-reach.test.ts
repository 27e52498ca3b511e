import type { ts as compiler } from "@ts-morph/common";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ts } from "../../../../core/src/code/ast/compiler.js";
import { libFolder, libs } from "../../../../core/src/code/ast/compiler-libs.js";
import { reachOf } from "../../../../core/src/code/verify/edit-reach.js";
import type { Checked } from "../../../../core/src/code/verify/request.js";
import { checkBoth, tsconfig } from "./project.js";

const user = `interface User { id: number; name?: string }
export type { User };
declare function make<T>(given: { data: object; as: T }): T;
declare function run(f: () => unknown): void;
declare const console: { log(text: unknown): void };
declare function assertHas<T>(value: unknown, has: T): asserts value is T;
`;
const all = Symbol("the whole file");

/** What is checked, without imports: statements, members or bodies. `all`: other files can see a difference, too. */
const cases: readonly (readonly [
  name: string,
  before: string,
  after: string,
  checked: readonly string[] | typeof all,
])[] = [
  [
    "a function with a return type",
    "export function one(): number { return 1; }",
    "export function one(): number { const a = 2; return a; }",
    ["{ const a = 2; return a; }"],
  ],
  ["a function without one", "export function one() { return 1; }", 'export function one() { return "1"; }', all],
  [
    "a value of the same type",
    "export function one() { const a = make({ data: { b: 1 }, as: 1 as number }); return a; }",
    "export function one() { const a = make({ data: { b: 1, c: 2 }, as: 1 as number }); return a; }",
    ["const a = make({ data: { b: 1, c: 2 }, as: 1 as number });"],
  ],
  [
    "a value of another type that is not returned",
    "export function one() { const a = { b: 1 }; return [a.b]; }",
    "export function one() { const a = { b: 1, c: 2 }; return [a.b]; }",
    ["const a = { b: 1, c: 2 };", "{ const a = { b: 1, c: 2 }; return [a.b]; }"],
  ],
  [
    "a function in a call",
    "run(() => { const a: User = { id: 1 }; return a; });\nexport {};",
    'run(() => { const a: User = { id: 1, name: "" }; return a; });\nexport {};',
    ['const a: User = { id: 1, name: "" };'],
  ],
  [
    "a function without a block",
    "export const one = (id: number): User => ({ id });",
    'export const one = (id: number): User => ({ id, name: "" });',
    ['export const one = (id: number): User => ({ id, name: "" });'],
  ],
  [
    "a function that another one exposes",
    "function own() { return 1; }\nexport const all = { own };",
    'function own() { return "1"; }\nexport const all = { own };',
    all,
  ],
  [
    "a parameter",
    "export function one(a: number): number { return a; }",
    "export function one(a: number, b: number): number { return a + b; }",
    all,
  ],
  [
    "the value of a variable with a type",
    "export const a: User = { id: 1 };",
    'export const a: User = { id: 1, name: "" };',
    ['export const a: User = { id: 1, name: "" };'],
  ],
  ["the value of one without", "export const a = { id: 1 };", 'export const a = { id: 1, name: "" };', all],
  [
    "another value of the same type",
    "export const a = { id: 1 };",
    "export const a = { id: 2 };",
    ["export const a = { id: 2 };"],
  ],
  [
    "properties in another order",
    "export const a = { id: 1, b: 2 };",
    "export const a = { b: 2, id: 1 };",
    ["export const a = { b: 2, id: 1 };"],
  ],
  [
    "one of two variables",
    "export const a: User = { id: 1 }, b = 1;",
    "export const a: User = { id: 2 }, b = { c: 1 };",
    all,
  ],
  ["a keyword", "export let a = 1;", "export const a = 1;", all],
  ["a written type", "export let a: number;", "export let a: string;", all],
  ["an interface", "export interface A { b: 1 }", "export interface A { b: 1; c: 2 }", all],
  [
    "an interface within a function",
    "export function one() { interface A { b?: 1 } return {} as A; }",
    "export function one() { interface A { b?: 1; c?: 2 } return {} as A; }",
    all,
  ],
  ["a class as a value", "export const a = class { b = 1; };", 'export const a = class { b = "1"; };', all],
  [
    "methods and properties",
    "export class A { b: User = { id: 1 }; get c() { return 1 as number; } d() { return [1]; } }",
    'export class A { b: User = { id: 1, name: "" }; get c() { return 2 as number; } d() { return [2]; } }',
    ['b: User = { id: 1, name: "" };', "return 2 as number;", "return [2];"],
  ],
  ["a method of another type", "export class A { d() { return 1; } }", 'export class A { d() { return "1"; } }', all],
  [
    "a constructor, which can infer properties",
    "export class A { b; constructor() { this.b = 1; } }",
    'export class A { b; constructor() { this.b = "1"; } }',
    all,
  ],
  ["a call", "console.log(1);\nexport {};", "console.log(2);\nexport {};", ["console.log(2);"]],
  [
    "an assignment that can declare a property",
    "export function f(): void {}\nf.a = 1;",
    'export function f(): void {}\nf.a = "1";',
    all,
  ],
  [
    "a call that narrows a type",
    "export function f(x: unknown): void { assertHas(x, { a: 1 }); console.log(x.a); }",
    "export function f(x: unknown): void { assertHas(x, { b: 1 }); console.log(x.a); }",
    ["assertHas(x, { b: 1 });", "{ assertHas(x, { b: 1 }); console.log(x.a); }"],
  ],
  [
    "a call that no longer narrows a type",
    "export function f(x: unknown): void { assertHas(x, { a: 1 }); console.log(x.a); }",
    "export function f(x: unknown): void { console.log(x, { a: 1 }); console.log(x.a); }",
    ["console.log(x, { a: 1 });", "{ console.log(x, { a: 1 }); console.log(x.a); }"],
  ],
  [
    "a variable that another statement assigned",
    "export function f(): number { let a: number; let b: number; a = 1; b = 2; return a + b; }",
    "export function f(): number { let a: number; let b: number; a = 1; a = 2; return a + b; }",
    ["a = 2;", "{ let a: number; let b: number; a = 1; a = 2; return a + b; }"],
  ],
  [
    "a value that is a condition",
    "export function f(x: User): string { const is = x.name !== undefined; return is ? x.name : ''; }",
    "export function f(x: User): string { const is = x.id !== undefined; return is ? x.name : ''; }",
    ["const is = x.id !== undefined;", "{ const is = x.id !== undefined; return is ? x.name : ''; }"],
  ],
  [
    "a function that is a condition",
    "const is = (x: string | null) => { return x !== null; };\nexport const all = ['', null].filter(is);",
    "const is = (x: string | null) => { return x !== ''; };\nexport const all = ['', null].filter(is);",
    all,
  ],
  ["a property that needs a value", "export class A { b: string = ''; }", "export class A { b: string; }", all],
  [
    "what an array without a type gets",
    "export function f() { const a = []; a.push({ b: 1 }); return a; }",
    "export function f() { const a = []; a.push({ b: 1, c: 2 }); return a; }",
    all,
  ],
  [
    "a condition",
    'export function f(x: string | number): string { if (typeof x === "string") { return x; } return ""; }',
    'export function f(x: string | number): string { if (typeof x === "number") { return x; } return ""; }',
    ['{ if (typeof x === "number") { return x; } return ""; }'],
  ],
  [
    "a branch",
    "export function f(x: boolean) { try { if (x) { run(() => 1); } } catch { throw new Error(); } }",
    "export function f(x: boolean) { try { if (x) { run(() => 2); } } catch { throw new TypeError(); } }",
    ["run(() => 2);", "throw new TypeError();"],
  ],
  [
    "a way out",
    "export function f(x: boolean): void { if (x) { run(f2); } }\nfunction f2() {}",
    "export function f(x: boolean): void { if (x) { return; } }\nfunction f2() {}",
    all,
  ],
  [
    "what a generator yields",
    "export function* f() { yield { a: 1 }; }",
    "export function* f() { yield { a: 1, b: 2 }; }",
    all,
  ],
  [
    "a new import",
    'import { a } from "./a";\nexport const c: number = a;',
    'import { a, b } from "./a";\nexport const c: number = a + b;',
    ["export const c: number = a + b;"],
  ],
  [
    "a new import with a name that was used",
    "export let c: Date;",
    'import { Date } from "./a";\nexport let c: Date;',
    all,
  ],
  [
    "an import from elsewhere",
    'import type { T } from "./a";\nexport let c: T;',
    'import type { T } from "./b";\nexport let c: T;',
    all,
  ],
  ["an import that goes", 'import { a } from "./a";\nexport const c: number = a;', "export const c: number = 1;", all],
  ["a new function", "export {};", "export {};\nexport function one(): number { return 1; }", all],
  [
    "an error that is expected",
    "// @ts-expect-error\nexport const a: number = make({ data: {}, as: '' });",
    "// @ts-expect-error\nexport const a: number = make({ data: {}, as: 1 });",
    all,
  ],
];

test.each(cases)("%s", (_, before, after, checked) => {
  const [own, other] = [typed(user + before), typed(user + after)];
  const { nodes, keepsTypes } = reachOf(own, other);
  const texts = nodes?.filter((node) => !ts.isImportDeclaration(node)).map((node) => node.getText());
  expect(texts ?? all).toEqual(checked);
  expect(keepsTypes).toBe(checked !== all);
});

test("the compiler writes the same declarations wherever the types are the same", () => {
  const same = cases.filter(([, , , checked]) => checked !== all);
  expect(same.map(([name, , after]) => [name, declarationsOf(user + after)])).toEqual(
    same.map(([name, before]) => [name, declarationsOf(user + before)]),
  );
});

test("the file is checked where a name may be unused now", () => {
  const options = { noUnusedLocals: true };
  const reach = (before: string, after: string) => reachOf(typed(before, options), typed(after, options));
  const used = "const a = 1, b = 1;\nexport function one(): number { return a + b; }";
  expect(reach(used, used.replace("a + b", "a"))).toEqual({ nodes: undefined, keepsTypes: true });
  expect(reach(used, used.replace("a + b", "a * b")).nodes).toHaveLength(1);
  expect(reach(used, used.replace("return", "const c = a; return")).nodes).toBeUndefined();
});

test("comments in JavaScript are types", () => {
  expect(reachOf(typed("export {};", {}, "/main.js"), typed("export {};", {}, "/main.js")).nodes).toBeUndefined();
});

/** Forms of statements; every expression in them is replaced. */
const forms = `import { other, type Row } from "./other";
const first = { id: 1, name: "a" };
export const second = other(first);
export function plain(row: Row) {
  const copy = { ...row, at: first.id };
  let open;
  open = copy.name;
  if (open === "a") return { name: open };
  const rows = [];
  for (const each of [row, copy]) rows.push(each.name);
  return { name: rows.join() };
}
export const typed = async (row: Row): Promise<Row> => {
  const { id, ...rest } = await other({ id: row.id, name: row.name });
  return { id, ...rest };
};
export class Rows {
  kept = new Map<number, Row>();
  found;
  constructor(row: Row) {
    this.found = { id: row.id };
  }
  add(row: Row) {
    this.kept.set(row.id, { id: row.id, name: row.name });
    return this.found.id;
  }
}
const many = [1, 2].map((id) => {
  const row = { id, name: "b" };
  return plain(row).name;
});
export const last = many.map((name) => name.length);
`;
const files = {
  "tsconfig.json": tsconfig(),
  "src/other.ts": `export interface Row { id: number; name: string }
export function other<T extends { id: number }>(row: T): T { return row; }
`,
  "src/forms.ts": forms,
  "src/importer.ts": `import { last, plain, Rows, second, typed } from "./forms";
export const ids: number[] = [...last, second.id, new Rows(second).found.id, new Rows(second).add(second)];
export const name: string = plain(second).name;
export const row: Promise<{ name: string }> = typed(second);
`,
};
const expressions = spansOf(forms, (node) => ts.isExpression(node) && !ts.isIdentifier(node));
const statements = spansOf(
  forms,
  (node) => ts.isStatement(node) && node.parent !== undefined && !ts.isSourceFile(node.parent),
);

test("an error in any file is found in the part that is checked", () => {
  const replacement = fc.constantFrom("1", '"text"', "undefined", "{ id: 1 }", "({} as Row)", "[]");
  const edit = fc.oneof(
    fc.record({ span: fc.constantFrom(...expressions), text: replacement }),
    fc.record({ span: fc.constantFrom(...statements), text: fc.constantFrom("", "const added = 1;") }),
  );
  // At a few positions, the compiler words an error by the order in which it gets there.
  const linesOf = (checked: Checked) => new Set(checked.errors.map(({ file, line }) => `${file}:${line}`));
  fc.assert(
    fc.property(edit, ({ span: [start, end], text }) => {
      const [inPart, whole] = checkBoth(files, { "src/forms.ts": forms.slice(0, start) + text + forms.slice(end) });
      expect(linesOf(inPart)).toEqual(linesOf(whole));
      expect(inPart.isExact).toBe(whole.isExact);
    }),
    { numRuns: 40 },
  );
});

function spansOf(text: string, isWanted: (node: compiler.Node) => boolean): (readonly [start: number, end: number])[] {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const spans: (readonly [number, number])[] = [];
  const visit = (node: compiler.Node) => {
    if (isWanted(node)) spans.push([node.getStart(), node.end]);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return spans;
}

function typed(text: string, more: compiler.CompilerOptions = {}, file = "/main.ts") {
  const program = programOf(text, more, file);
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is missing`);
  return { source, program };
}

/** Their lines: properties may be in another order. */
function declarationsOf(text: string): readonly string[] {
  let written = "";
  const options = { declaration: true, emitDeclarationOnly: true };
  programOf(text, options).emit(undefined, (file, output) => {
    if (file === "/main.d.ts") written = output;
  });
  expect(written).not.toBe("");
  return written.split("\n").sort();
}

const parsedLibs = new Map<string, compiler.SourceFile>();

function programOf(text: string, more: compiler.CompilerOptions, file = "/main.ts"): compiler.Program {
  const texts = new Map([
    [file, text],
    ["/a.ts", "export const a = 1;\nexport const b = 2;\n"],
  ]);
  const read = (path: string) => texts.get(path) ?? libs.get(path);
  const host: compiler.CompilerHost = {
    getSourceFile: (path) => {
      const found = read(path);
      if (found === undefined) return undefined;
      const parsed = parsedLibs.get(path) ?? ts.createSourceFile(path, found, ts.ScriptTarget.Latest, true);
      if (libs.has(path)) parsedLibs.set(path, parsed);
      return parsed;
    },
    getDefaultLibFileName: () => `${libFolder}/lib.es2022.d.ts`,
    writeFile: () => undefined,
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
  };
  const options = {
    target: ts.ScriptTarget.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
    strict: true,
    types: [],
    allowJs: true,
    ...more,
  };
  return ts.createProgram([file], options, host);
}
