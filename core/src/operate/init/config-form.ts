import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { ts as compiler } from "@ts-morph/common";
import { resolvedFrom } from "../../base/files/installed.js";
import { projectCompiler } from "../../code/project/project-compiler.js";
import type { FileForm, FirstForm } from "../../plugin/plugin.js";
import { type ConfigFile, configFiles, configText } from "./config-text.js";
import { needsProgram } from "./typed-lint.js";

type Compiler = typeof compiler;

/**
 * The best way to write a new file of settings that no compilation in the project's folder minds, nor its linter: a `tsconfig*.json`
 * may take every file in, and then refuse one outside of `rootDir`, an `import` in CommonJS, or write its output to other places because
 * of it; where none takes it in, a linter that asks the compiler refuses it.
 *
 * @param installed the package that the text imports, which the project may not have yet
 */
export function firstForm(root: string, installed: Installed): FirstForm {
  const ts = projectCompiler(root);
  const configs = readdirSync(root).filter((name) => /^tsconfig[^/]*\.json$/.test(name));
  const isFine = ({ file, text }: FileForm) =>
    file.endsWith(".json") ||
    (configs.every((config) => !isMinded(ts, join(root, config), join(root, file), text, installed)) &&
      (configs.some((config) => takesIn(ts, join(root, config), join(root, file))) || !needsProgram(root, file)));
  return (forms) => forms.find(isFine);
}

/** @param folder of the package with `defineConfig` */
export function configForm(root: string, packageName: string, folder: string): ConfigFile {
  const forms = configFiles.map((file) => ({ file, text: configText(file, packageName) }));
  return firstForm(root, { packageName, folder })(forms)?.file ?? "lockstep.config.json";
}

interface Installed {
  readonly packageName: string;
  readonly folder: string;
}

function isMinded(ts: Compiler, config: string, file: string, text: string, installed: Installed): boolean {
  if (!takesIn(ts, config, file)) return false;
  const parsed = parsedConfig(ts, config, ts.sys);
  const { options, fileNames } = parsed;
  if (options.rootDir !== undefined && relative(options.rootDir, file).startsWith("..")) return true;
  return movesOutput(ts, parsed, fileNames, file) || hasErrors(ts, options, file, text, installed);
}

/** Whether a tsconfig.json would have the file in its program, if it were there. */
function takesIn(ts: Compiler, config: string, file: string): boolean {
  return parsedConfig(ts, config, onlyWith(ts, file)).fileNames.includes(file);
}

function parsedConfig(ts: Compiler, config: string, host: compiler.ParseConfigHost): compiler.ParsedCommandLine {
  const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(json ?? {}, host, dirname(config), undefined, config);
}

/** Without `rootDir`, where files are written to depends on the folder that has them all. */
function movesOutput(
  ts: Compiler,
  parsed: compiler.ParsedCommandLine,
  fileNames: readonly string[],
  file: string,
): boolean {
  const { outDir, declarationDir, noEmit } = parsed.options;
  const first = fileNames.find((name) => !/\.d\.[cm]?ts$/.test(name));
  if ((outDir ?? declarationDir) === undefined || noEmit === true || first === undefined) return false;
  const outputs = (names: readonly string[]) =>
    ts.getOutputFileNames({ ...parsed, fileNames: [...names] }, first, !ts.sys.useCaseSensitiveFileNames).join();
  return outputs(fileNames) !== outputs([...fileNames, file]);
}

/** Those of the file itself, with the declarations that are made of it. */
function hasErrors(
  ts: Compiler,
  options: compiler.CompilerOptions,
  file: string,
  text: string,
  installed: Installed,
): boolean {
  const probe = { ...options, composite: false, incremental: false };
  const host = withPackage(ts.createCompilerHost(probe), dirname(file), installed);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, version, ...rest) =>
    name === file ? ts.createSourceFile(name, text, version, true) : getSourceFile.call(host, name, version, ...rest);
  const program = ts.createProgram([file], probe, host);
  const source = program.getSourceFile(file);
  if (source === undefined) return false;
  return (
    program.getSyntacticDiagnostics(source).length > 0 ||
    program.getSemanticDiagnostics(source).length > 0 ||
    (options.declaration === true && program.getDeclarationDiagnostics(source).length > 0)
  );
}

/** A package that is not installed yet is found as it will be. */
function withPackage(
  host: compiler.CompilerHost,
  root: string,
  { packageName, folder }: Installed,
): compiler.CompilerHost {
  if (resolvedFrom(join(root, "package.json"), `${packageName}/package.json`) !== undefined) return host;
  const place = join(root, "node_modules", packageName);
  const real = (path: string) =>
    path === place || path.startsWith(`${place}/`) ? `${folder}${path.slice(place.length)}` : path;
  const isAround = (path: string) => place.startsWith(`${path}/`);
  const { fileExists, readFile, directoryExists, getSourceFile, realpath } = host;
  return {
    ...host,
    fileExists: (path) => fileExists(real(path)),
    readFile: (path) => readFile(real(path)),
    directoryExists: (path) => isAround(path) || directoryExists?.(real(path)) !== false,
    getSourceFile: (path, ...rest) => getSourceFile(real(path), ...rest),
    realpath: (path) => realpath?.(real(path)) ?? real(path),
  };
}

/** What `include` and `exclude` would find if the file were all there is. */
function onlyWith(ts: Compiler, file: string): compiler.ParseConfigHost {
  const folder = dirname(file);
  const { matchFiles } = ts as unknown as {
    matchFiles(...args: unknown[]): string[];
  };
  const entries = (path: string) => ({
    files: path === folder ? [file.slice(folder.length + 1)] : [],
    directories: folder.startsWith(`${path.replace(/\/$/, "")}/`) ? [relative(path, folder).split("/")[0]] : [],
  });
  const isCaseSensitive = ts.sys.useCaseSensitiveFileNames;
  return {
    ...ts.sys,
    readDirectory: (path, extensions, excludes, includes, depth) =>
      matchFiles(path, extensions, excludes, includes, isCaseSensitive, folder, depth, entries, (each: string) => each),
  };
}
