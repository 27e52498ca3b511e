import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { projectCompiler } from "@lockstep/core/codemods";

/** TS1309: the file is a CommonJS module. TS1378: the `module` option is too old for it. */
const refusals: readonly number[] = [1309, 1378];

/**
 * Whether the project's own compiler accepts a top-level await in a file. A file outside every tsconfig.json is never checked, so it is
 * accepted there.
 */
export function isAwaitAccepted(root: string, file: string): boolean {
  const configPath = join(root, "tsconfig.json");
  if (!existsSync(configPath)) return true;
  const ts = projectCompiler(root);
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config ?? {}, ts.sys, dirname(configPath));
  const path = resolve(root, file);
  if (!fileNames.some((name) => resolve(name) === path)) return true;
  // The rules depend on module, target, package.json and extension, and change with versions: so this compiles the smallest file that has
  // one. Without libraries that takes milliseconds.
  const probe = { ...options, noLib: true, types: [], noEmit: true, composite: false, incremental: false };
  const host = ts.createCompilerHost(probe);
  const { getSourceFile } = host;
  host.getSourceFile = (name, languageVersion) =>
    resolve(name) === path
      ? ts.createSourceFile(name, "export {};\nawait 1;\n", languageVersion)
      : getSourceFile.call(host, name, languageVersion);
  const program = ts.createProgram([path], probe, host);
  return !program.getSemanticDiagnostics(program.getSourceFile(path)).some(({ code }) => refusals.includes(code));
}
