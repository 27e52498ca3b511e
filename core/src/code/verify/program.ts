import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { libFolder } from "../ast/compiler-libs.js";
import type { FoundError } from "./compare.js";
import type { OwningConfig } from "./configs.js";
import { affectedBy } from "./dependents.js";
import type { StaleClient } from "./known.js";
import type { Texts } from "./texts.js";

/** Files that are parsed alike are parsed once, whichever configs they belong to. */
const registry = ts.createDocumentRegistry(
  ts.sys.useCaseSensitiveFileNames,
  undefined,
  ts.JSDocParsingMode.ParseForTypeErrors,
);

/**
 * The files of one tsconfig under the compiler. Its roots are the files that were asked about, and what declares types for all; the
 * rest comes by imports: an application has many files that name the model and few that matter. When texts change, all that did not
 * change is kept: the files parsed, what their imports mean.
 */
export class ConfigProgram {
  readonly files: readonly string[];
  readonly isPartial: boolean;
  readonly #texts: Texts;
  readonly #client: StaleClient;
  readonly #roots: Set<string>;
  readonly #service: compiler.LanguageService;
  readonly #found = new Map<string, readonly FoundError[]>();
  /** Of the edited files, as they were when that was found. */
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
      // What a package of the same repository was built from, not what was built last.
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

  /** Reads and parses what is not yet: what a check of these files begins with. */
  load(files: readonly string[]): void {
    if (files.length > 0) this.#programOver(files);
  }

  /**
   * The errors in files, as the texts are shown now.
   * @param isBefore whether they are shown as they were at first. Otherwise only what the edits can reach is looked at
   */
  errorsIn(files: readonly string[], isBefore: boolean): readonly FoundError[] {
    const program = files.length === 0 ? undefined : this.#programOver(files);
    if (program === undefined) return [];
    this.#forget(program);
    const reached = isBefore ? undefined : affectedBy(this.#texts.edited(), program);
    return files
      .filter((file) => reached?.has(file) ?? true)
      .flatMap((file) => {
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

  /** Whether what these files are compiled with has one of the names at all: otherwise no error can be about one. */
  hasAny(names: readonly string[], files: readonly string[]): boolean {
    const sources = files.length === 0 ? [] : (this.#programOver(files)?.getSourceFiles() ?? []);
    return sources.some(({ text }) => names.some((name) => text.includes(name)));
  }

  #programOver(files: readonly string[]): compiler.Program | undefined {
    for (const file of files) this.#roots.add(file);
    return this.#service.getProgram();
  }

  #look(file: string, program: compiler.Program): readonly FoundError[] {
    const source = program.getSourceFile(file);
    if (source === undefined) return [];
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.filter(isError).map((diagnostic) => ({
      file,
      line: source.getLineAndCharacterOfPosition(diagnostic.start).line + 1,
      code: diagnostic.code,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
      isUnknown: this.#client.explains(diagnostic, program),
    }));
  }

  /** Forgets what was found where the texts are other ones now. */
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

/** What a file that no config speaks for cannot be parsed for. */
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

/** The files of a config that nobody imports and everybody sees. */
function declaringAll({ parsed }: OwningConfig, texts: Texts): readonly string[] {
  return parsed.fileNames.filter(
    (file) =>
      /\.d\.[cm]?ts$/.test(file) ||
      (/\.[cm]?tsx?$/.test(file) && /^\s*declare\s+(?:global|module)\b/m.test(texts.read(file) ?? "")),
  );
}
