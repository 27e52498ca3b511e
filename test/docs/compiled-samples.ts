import { dirname } from "node:path";
import ts from "typescript";
import { root } from "./samples.js";

/** Samples in TypeScript, compiled as their readers would: with the packages' own declarations. */

/** What a reader has in the file already, by a name that the sample uses and does not import. */
const around: Readonly<Record<string, string>> = {
  defineConfig: 'import { defineConfig } from "@lockstep/prisma";',
  Entity: 'import { Entity } from "typeorm";',
  Column: 'import { Column } from "typeorm";',
  PrimaryGeneratedColumn: 'import { PrimaryGeneratedColumn } from "typeorm";',
  DataSource: 'import { DataSource } from "typeorm";',
  pool: "declare const pool: { query(sql: string): Promise<{ rows: Record<string, unknown>[] }> };",
  flags: "declare const flags: { isOn(name: string): boolean };",
  user: "declare const user: { email: string; handle: string | null };",
};
/** Files beside the sample. */
const beside: Readonly<Record<string, string>> = {
  "src/geocode.ts":
    "export declare function geocode(places: string[], options: { signal: AbortSignal }): Promise<{ country: string }[]>;",
};

/** The text of a whole file: `…` stands for something that is left out, and members stand in an object. */
export function wholeFile(sample: string): string {
  const text = sample.replaceAll(", …", "").replace(/^\s*\/\/ …\n/gm, "");
  const body = /^(?:\w+: |\.\.\.)/.test(text) ? `export const members = [\n${inObjects(text)}\n];` : text;
  const lacking = Object.keys(around).filter(
    (name) => new RegExp(`\\b${name}\\b`).test(text) && !new RegExp(`import .*\\b${name}\\b`).test(text),
  );
  return `${lacking.map((name) => around[name]).join("\n")}\n${body}\nexport {};\n`;
}

const inObjects = (members: string) => members.replace(/^(?!\/\/).+$/gm, "{ $& },");

/** @param samples whole files @returns what the compiler says, with the place of the sample that it is about */
export function compile(samples: readonly (readonly [place: string, text: string])[]): string[] {
  const at = `${root}test/docs/samples/`;
  const names = new Map(samples.map(([place], index) => [`${at}${index}.ts`, place]));
  const files = new Map([
    ...samples.map(([, text], index) => [`${at}${index}.ts`, text] as const),
    ...Object.entries(beside).map(([file, text]) => [at + file, text] as const),
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    experimentalDecorators: true,
    types: ["node"],
    typeRoots: [`${root}node_modules/@types`],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.directoryExists = (folder) =>
    [...files.keys()].some((file) => dirname(file) === folder) || (directoryExists?.(folder) ?? true);
  host.getSourceFile = (file, language, ...rest) => {
    const text = files.get(file);
    return text === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, text, language, true);
  };
  const program = ts.createProgram([...names.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${names.get(file?.fileName ?? "") ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
}

/** What a sample that is a lockstep.config.ts exports, as it is loaded. */
export function configIn(sample: string): unknown {
  const code = ts.transpileModule(sample, { compilerOptions: { module: ts.ModuleKind.CommonJS } }).outputText;
  const exported: { default?: unknown } = {};
  const modules = () => ({ defineConfig: (config: unknown) => config });
  new Function("exports", "require", "defineConfig", code)(exported, modules, modules().defineConfig);
  return exported.default;
}
