import { join } from "node:path";
import ts from "typescript";

/** Declarations of packages and of the language, by the options they were read with: most of what the compiler would do again. */
const known = new Map<string, ts.SourceFile | undefined>();

/**
 * What `tsc --noEmit` says of a project, by the same compiler in this process.
 * @param root the folder with `tsconfig.json`
 * @returns one line an error, `src/db.ts(3,7): error TS2322: …`
 */
export function typeErrors(root: string): string[] {
  const file = join(root, "tsconfig.json");
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, root, { noEmit: true }, file);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const kind = JSON.stringify(config.compilerOptions);
  host.getCurrentDirectory = () => root;
  host.getSourceFile = (name, ...rest) => {
    if (!/[\\/]node_modules[\\/]/.test(name)) return read(name, ...rest);
    const key = `${kind} ${name}`;
    if (!known.has(key)) known.set(key, read(name, ...rest));
    return known.get(key);
  };
  const found = [...errors, ...ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options, host))];
  const format = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  };
  return found.map((each) => ts.formatDiagnostic(each, format).trimEnd());
}
