import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { ts as compiler } from "@ts-morph/common";
import picomatch from "picomatch";
import { attempt, isSyntaxError } from "../../base/expected-errors.js";
import { isDeclared } from "../../base/files/declared.js";
import { resolvedFrom } from "../../base/files/installed.js";
import { folderWith } from "../../code/formatters/project-tools.js";
import { projectCompiler } from "../../code/project/project-compiler.js";
import type { FileForm, FirstForm } from "../../plugin/plugin.js";
import { type ConfigFile, configFiles, configText } from "./config-text.js";

type Compiler = typeof compiler;

/**
 * Returns the form of a new config file that neither the project's compiler nor its linter rejects. A `tsconfig*.json` that includes every
 * file may reject one outside `rootDir`, or an `import` in CommonJS, or write its output to another folder. If none includes the file, a
 * linter with type information rejects it.
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

/** Whether a tsconfig.json would include the file if it existed. */
function takesIn(ts: Compiler, config: string, file: string): boolean {
  return parsedConfig(ts, config, onlyWith(ts, file)).fileNames.includes(file);
}

function parsedConfig(ts: Compiler, config: string, host: compiler.ParseConfigHost): compiler.ParsedCommandLine {
  const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(json ?? {}, host, dirname(config), undefined, config);
}

/** Without `rootDir`, the output paths depend on the common folder of all files. */
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

/** Errors of the file itself, including those of its generated declarations. */
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

/** Resolves a package that is not installed yet as it will be. */
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

/** What `include` and `exclude` would match if the file were the only one. */
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

const settings = [
  ...["js", "mjs", "cjs", "ts", "mts", "cts"].map((extension) => `eslint.config.${extension}`),
  ...["", ".js", ".cjs", ".mjs", ".json", ".yaml", ".yml"].map((extension) => `.eslintrc${extension}`),
];

/**
 * Whether the project's ESLint uses the types of a tsconfig.json for a file, and would reject a file that no tsconfig.json includes. The
 * file need not exist.
 *
 * @param file relative to the root
 * @returns false also if ESLint cannot run
 */
export function needsProgram(root: string, file: string): boolean {
  const cwd = folderWith(root, settings);
  if (cwd === undefined || !isDeclared(root, "eslint")) return false;
  const manifest = resolvedFrom(join(root, "package.json"), "eslint/package.json");
  if (manifest === undefined) return false;
  const path = join(root, file);
  const args = [join(dirname(manifest), "bin/eslint.js"), "--print-config", path];
  const { stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", timeout: 30_000 });
  // For an ignored file, it prints "undefined".
  const config = attempt(() => JSON.parse(stdout) as PrintedConfig | null, isSyntaxError) ?? {};
  const { project, projectService, tsconfigRootDir } =
    config.parserOptions ?? config.languageOptions?.parserOptions ?? {};
  if (typeof projectService !== "object" || projectService === null) return isSet(projectService) || isSet(project);
  const place = relative(typeof tsconfigRootDir === "string" ? tsconfigRootDir : cwd, path).replaceAll("\\", "/");
  const patterns = [projectService.allowDefaultProject].flat().filter((each) => typeof each === "string");
  return patterns.length === 0 || !picomatch.isMatch(place, patterns);
}

const isSet = (value: unknown) => value !== undefined && value !== false && value !== null;

/** The flat config, or `.eslintrc`. */
interface PrintedConfig {
  readonly languageOptions?: { readonly parserOptions?: ParserOptions };
  readonly parserOptions?: ParserOptions;
}

interface ParserOptions {
  readonly project?: unknown;
  readonly projectService?: boolean | { readonly allowDefaultProject?: unknown } | null;
  readonly tsconfigRootDir?: unknown;
}
