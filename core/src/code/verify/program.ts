import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { libFolder } from "../ast/compiler-libs.js";
import type { FoundError } from "./compare.js";
import type { OwningConfig } from "./configs.js";
import { affectedBy } from "./dependents.js";
import { type EditReach, reachOf } from "./edit-reach.js";
import type { StaleClient } from "./known.js";
import type { PlannedField } from "./request.js";
import { withRequired } from "./required-types.js";
import type { Texts } from "./texts.js";

/** Editors use this parameter to check what is visible first; missing in the compiler's public types. */
type CheckInPart = (
  source: compiler.SourceFile,
  token: undefined,
  nodes: readonly compiler.Node[] | undefined,
) => readonly compiler.Diagnostic[];

/** Files with the same parse options are parsed once, for all configs. */
const registry = ts.createDocumentRegistry(
  ts.sys.useCaseSensitiveFileNames,
  undefined,
  ts.JSDocParsingMode.ParseForTypeErrors,
);

/**
 * The files of one tsconfig in the compiler. Its roots are the requested files and the global declarations; imports add the rest. An
 * application has many files that name the model and few that matter. After a change, everything unchanged is kept: parsed files and
 * resolved imports.
 */
export class ConfigProgram {
  readonly files: readonly string[];
  readonly isPartial: boolean;
  readonly #texts: Texts;
  readonly #client: StaleClient;
  readonly #roots: Set<string>;
  readonly #service: compiler.LanguageService;
  readonly #found = new Map<string, readonly FoundError[]>();
  /** With the original texts. */
  #before: compiler.Program | undefined;
  /** The versions of the edited files at the time of the cached results. */
  #versions: ReadonlyMap<string, string> = new Map();

  constructor(config: OwningConfig, texts: Texts, client: StaleClient) {
    this.files = config.files;
    this.isPartial = config.isPartial;
    this.#texts = texts;
    this.#client = client;
    this.#roots = new Set(declaringAll(config, texts));
    const { options, projectReferences } = config.parsed;
    const host: compiler.LanguageServiceHost & { useSourceOfProjectReferenceRedirect(): boolean } = {
      getCompilationSettings: () => options,
      getProjectReferences: () => projectReferences,
      // Uses the source of a package in the same repository, not its last build.
      useSourceOfProjectReferenceRedirect: () => true,
      getScriptFileNames: () => [...this.#roots],
      getScriptVersion: (file) => texts.version(file),
      getScriptSnapshot: (file) => texts.snapshot(file),
      getCurrentDirectory: () => config.path.slice(0, config.path.lastIndexOf("/")),
      getDefaultLibFileName: (of) => `${libFolder}/${ts.getDefaultLibFileName(of)}`,
      fileExists: (file) => texts.exists(file),
      readFile: (file) => texts.read(file),
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      readDirectory: ts.sys.readDirectory,
      realpath: (path) => ts.sys.realpath?.(path) ?? path,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      jsDocParsingMode: ts.JSDocParsingMode.ParseForTypeErrors,
    };
    this.#service = ts.createLanguageService(host, registry);
  }

  /** Reads and parses what is still missing for a check of these files, while the original texts are shown. */
  load(files: readonly string[]): void {
    if (files.length === 0) return;
    this.#before = this.#programOver(files);
    // The caller waits for the first check, not for this.
    this.#before?.getTypeChecker();
  }

  /** The compilation of all files with the current texts. */
  get compiled(): compiler.Program | undefined {
    return this.#programOver(this.files);
  }

  /**
   * The errors in files with the current texts.
   * @param isBefore whether the texts are the original ones. Otherwise only files that the edits can affect are checked
   */
  errorsIn(files: readonly string[], isBefore: boolean): readonly FoundError[] {
    const program = files.length === 0 ? undefined : this.#programOver(files);
    if (program === undefined) return [];
    this.#forget(program);
    const edits = new Map(isBefore ? [] : this.#texts.edited().map((file) => [file, this.#reachOf(file, program)]));
    const keepsTypes = ({ fileName }: compiler.SourceFile) => edits.get(fileName)?.keepsTypes === true;
    const reached = isBefore ? undefined : affectedBy([...edits.keys()], program, keepsTypes);
    return files.flatMap((file) => {
      const isReached = reached?.has(file) ?? true;
      if (!isReached && !edits.has(file)) return [];
      const nodes = isReached ? undefined : edits.get(file)?.nodes;
      const inPart = nodes === undefined ? undefined : (this.#found.get(file) ?? this.#look(file, program, nodes));
      // With an error, it matters whether the file had it before.
      if (inPart?.every(({ isUnknown }) => isUnknown) === true) return inPart;
      const found = this.#found.get(file) ?? this.#look(file, program);
      this.#found.set(file, found);
      return found;
    });
  }

  /** Whether the generated client that these files use is older than the model. */
  isBehind(): boolean {
    const program = this.#service.getProgram();
    return program !== undefined && this.#client.isBehind(program);
  }

  /** Whether any file of the compilation contains one of the names: otherwise no error can concern one. */
  hasAny(names: readonly string[], files: readonly string[]): boolean {
    const sources = files.length === 0 ? [] : (this.#programOver(files)?.getSourceFiles() ?? []);
    return sources.some(({ text }) => names.some((name) => text.includes(name)));
  }

  /** The files that declare rows or inputs of the fields' models, with the fields required. */
  required(fields: readonly PlannedField[], files: readonly string[]): ReadonlyMap<string, string> {
    const sources = files.length === 0 ? [] : (this.#programOver(files)?.getSourceFiles() ?? []);
    return new Map(
      sources.flatMap((source) => {
        const text = withRequired(source, fields);
        return text === undefined ? [] : [[source.fileName, text] as const];
      }),
    );
  }

  #programOver(files: readonly string[]): compiler.Program | undefined {
    for (const file of files) this.#roots.add(file);
    return this.#service.getProgram();
  }

  /** @param nodes the part to check. Default: all of the file */
  #look(file: string, program: compiler.Program, nodes?: readonly compiler.Node[]): readonly FoundError[] {
    const source = program.getSourceFile(file);
    if (source === undefined) return [];
    const check: CheckInPart = program.getSemanticDiagnostics;
    const found = [...program.getSyntacticDiagnostics(source), ...check(source, undefined, nodes)];
    return found.filter(isError).map((diagnostic) => ({
      file,
      line: source.getLineAndCharacterOfPosition(diagnostic.start).line + 1,
      code: diagnostic.code,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
      isUnknown: this.#client.explains(diagnostic, program),
    }));
  }

  #reachOf(file: string, program: compiler.Program): EditReach | undefined {
    const [before, after] = [this.#before?.getSourceFile(file), program.getSourceFile(file)];
    if (this.#before === undefined || before === undefined || after === undefined) return undefined;
    return reachOf({ source: before, program: this.#before }, { source: after, program });
  }

  /** Discards results for texts that have changed. */
  #forget(program: compiler.Program): void {
    const versions = new Map(this.#texts.edited().map((file) => [file, this.#texts.version(file)]));
    const changed = [...new Set([...versions.keys(), ...this.#versions.keys()])].filter(
      (file) => versions.get(file) !== this.#versions.get(file),
    );
    this.#versions = versions;
    if (changed.length === 0) return;
    const reached = affectedBy(changed, program);
    for (const file of [...this.#found.keys()]) if (reached?.has(file) ?? true) this.#found.delete(file);
  }
}

/** The syntax errors of a file without a config. */
export function syntaxErrors(file: string, text: string): readonly FoundError[] {
  const kind = /x$/.test(file) ? ts.ScriptKind.TSX : undefined;
  const { diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, ...(kind && { jsx: ts.JsxEmit.Preserve }) },
  });
  return diagnostics.filter(isError).map((diagnostic) => ({
    file,
    line: ts.getLineAndCharacterOfPosition(diagnostic.file, diagnostic.start).line + 1,
    code: diagnostic.code,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
    isUnknown: false,
  }));
}

function isError(diagnostic: compiler.Diagnostic): diagnostic is compiler.DiagnosticWithLocation {
  return diagnostic.category === ts.DiagnosticCategory.Error && diagnostic.file !== undefined;
}

/** The files of a config with global declarations, which need no import. */
function declaringAll({ parsed }: OwningConfig, texts: Texts): readonly string[] {
  return parsed.fileNames.filter(
    (file) =>
      /\.d\.[cm]?ts$/.test(file) ||
      (/\.[cm]?tsx?$/.test(file) && /^\s*declare\s+(?:global|module)\b/m.test(texts.read(file) ?? "")),
  );
}
