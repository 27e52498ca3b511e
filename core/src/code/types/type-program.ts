import { dirname, isAbsolute, join } from "node:path";
import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { libFolder, libs } from "../ast/compiler-libs.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Project } from "../project/project.js";
import type { TypeClock } from "./type-clock.js";

/** The project and packages whose types are read. */
export interface TypeScope {
  /** Absolute path of the project. */
  readonly root: string;
  /** Whether a package's types are read: only the ORM's. All other packages are `any`, because they take seven times as long. */
  isAsked(packageName: string): boolean;
}

/** The parts of the standard library that rows pass through: all of it takes three times as long. */
const parts =
  "es5 es2015.core es2015.collection es2015.iterable es2015.generator es2015.promise es2017.object es2018.asynciterable es2018.asyncgenerator es2018.promise es2019.array es2019.object es2020.promise es2021.promise es2022.array es2022.object es2023.array";

/** The names that the compiler collects for each file of a program. */
interface ModuleNames {
  readonly imports: readonly { readonly text: string }[];
  readonly moduleAugmentations: readonly { readonly text: string }[];
}

const options: compiler.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: parts.split(" ").map((part) => `lib.${part}.d.ts`),
  types: [],
  strict: true,
  allowJs: true,
  noEmit: true,
  skipLibCheck: true,
  jsx: ts.JsxEmit.Preserve,
  experimentalDecorators: true,
};

const extensions = [".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/**
 * The compiler over the files of the transforms, their imports from the repository, and the requested packages. It shares its trees with
 * the transforms, so it accepts their nodes. Unchanged files are kept between snapshots.
 */
export class TypeProgram {
  readonly #scope: TypeScope;
  readonly #parsed = new Map<string, compiler.SourceFile | undefined>();
  readonly #folders = new Map<string, string | undefined>();
  readonly #packages = compilerCache();
  /** The known targets of each file's specifiers, including former ones. */
  readonly #imports = new Map<string, Map<string, string>>();
  /** `declare module "fastify" { interface FastifyInstance { prisma: PrismaClient } }` */
  #augmented: ReadonlySet<string> = new Set();
  #program: compiler.Program | undefined;

  constructor(scope: TypeScope) {
    this.#scope = scope;
  }

  /** The compiler over a snapshot of the files. Throws the error of `clock` at the time limit. */
  over(project: Project, clock: TypeClock): compiler.Program {
    const { root } = this.#scope;
    const byPath = new Map(project.files.map((file) => [this.#absolute(file.file), file]));
    const resolved = new Map<string, compiler.ResolvedModuleFull | undefined>();
    this.#augmented = new Set(
      project.files.flatMap(({ text }) =>
        [...text.matchAll(/\bdeclare module ["']([^"']+)/g)].map(([, name = ""]) => name),
      ),
    );
    const host: compiler.CompilerHost = {
      getSourceFile: (path) => {
        if (!this.#parsed.has(path)) clock.tick();
        return byPath.get(path)?.ast ?? this.#parse(path);
      },
      getDefaultLibFileName: () => `${libFolder}/lib.es5.d.ts`,
      getDefaultLibLocation: () => libFolder,
      getCurrentDirectory: () => root,
      fileExists: (path) => byPath.has(path) || libs.has(path) || ts.sys.fileExists(path),
      readFile: (path) => byPath.get(path)?.text ?? libs.get(path) ?? ts.sys.readFile(path),
      writeFile: () => undefined,
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
      // Without it, each package.json is read again for each file of the package.
      getModuleResolutionCache: () => this.#packages,
      resolveModuleNameLiterals: (literals, from) => {
        const modules = literals.map(({ text }) => {
          const key = `${from}\0${text}`;
          if (!resolved.has(key)) resolved.set(key, this.#resolve(text, from, byPath, project));
          return { resolvedModule: resolved.get(key) };
        });
        // For a changed file, only new imports are resolved.
        const known = this.#imports.get(from) ?? new Map<string, string>();
        for (const [at, { resolvedModule }] of modules.entries())
          if (resolvedModule) known.set(literals[at]?.text ?? "", resolvedModule.resolvedFileName);
        this.#imports.set(from, known);
        return modules;
      },
    };
    const program = ts.createProgram({
      rootNames: [...byPath.keys()],
      options,
      host,
      ...(this.#program && { oldProgram: this.#program }),
    });
    this.#program = program;
    return program;
  }

  /**
   * Whether types of the requested packages can reach a file: it imports them, directly or indirectly. Other parts of a repository, such as
   * a front end, need no types.
   */
  reaching(program: compiler.Program): (file: compiler.SourceFile) => boolean {
    const importers = new Map<string, string[]>();
    for (const [from, paths] of this.#importsOf(program))
      for (const path of paths) {
        const known = importers.get(path);
        if (known === undefined) importers.set(path, [from]);
        else known.push(from);
      }
    const open = [...this.#parsed.keys(), ...this.#imports.keys()].filter((path) => this.#isOfAsked(path));
    const reached = new Set(open);
    for (let path = open.pop(); path !== undefined; path = open.pop())
      for (const from of importers.get(path) ?? [])
        if (!reached.has(from)) {
          reached.add(from);
          open.push(from);
        }
    // A global declaration needs no import.
    const isGlobal = program
      .getSourceFiles()
      .some(
        ({ fileName, text }) =>
          reached.has(fileName) && !inPackage(fileName) && /\bdeclare (?:global|module)\b/.test(text),
      );
    return ({ fileName }) => isGlobal || reached.has(fileName);
  }

  /** The current imports of a program's files. */
  *#importsOf(program: compiler.Program): Iterable<readonly [from: string, paths: readonly string[]]> {
    for (const file of program.getSourceFiles()) {
      const { imports = [], moduleAugmentations = [] } = file as Partial<ModuleNames>;
      const found = this.#imports.get(file.fileName);
      const names = [...imports, ...moduleAugmentations];
      if (found !== undefined) yield [file.fileName, names.flatMap(({ text }) => found.get(text) ?? [])];
    }
  }

  #isOfAsked(path: string): boolean {
    const name = packageOf(path);
    return name !== undefined && this.#scope.isAsked(name);
  }

  #resolve(
    specifier: string,
    from: string,
    byPath: ReadonlyMap<string, SourceFile>,
    project: Project,
  ): compiler.ResolvedModuleFull | undefined {
    const own = byPath.get(from);
    if (own !== undefined) {
      const candidate = project.resolve(own, specifier);
      if (candidate !== undefined) return moduleAt(this.#absolute(candidate.file));
      for (const path of project.pathsOf(own, specifier)) {
        const found = this.#onDisk(this.#absolute(path));
        if (found !== undefined) return moduleAt(found);
      }
    } else if (specifier.startsWith(".") && !inPackage(from)) {
      const found = this.#onDisk(join(dirname(from), specifier), byPath);
      return found === undefined ? undefined : moduleAt(found);
    }
    if (specifier.startsWith("node:")) return undefined;
    const isPackage = !specifier.startsWith(".") && !isAbsolute(specifier);
    if (isPackage && !this.#mayAsk(packageName(specifier), from))
      return this.#augmented.has(specifier) ? this.#empty(specifier) : undefined;
    const { resolvedModule } = ts.resolveModuleName(specifier, from, options, ts.sys, this.#packages);
    // The compiler would merge packages with the same name and version, such as clients of equal schemas.
    if (resolvedModule === undefined) return undefined;
    const { packageId: _, ...module } = resolvedModule;
    return module;
  }

  /** An empty package for module augmentations of a package that is not read. */
  #empty(specifier: string): compiler.ResolvedModuleFull {
    const path = `${this.#scope.root}/node_modules/${specifier}/lockstep-unread.d.ts`;
    if (!this.#parsed.has(path))
      this.#parsed.set(path, ts.createSourceFile(path, "export {};", ts.ScriptTarget.Latest, true));
    return moduleAt(path);
  }

  /** Whether a package's types are read: a requested one, or one of the same repository. */
  #mayAsk(name: string, from: string): boolean {
    if (this.#scope.isAsked(name)) return true;
    if (inPackage(from)) return false;
    const key = `${dirname(from)}\0${name}`;
    if (!this.#folders.has(key)) this.#folders.set(key, linkedFolder(name, from));
    return this.#folders.get(key) !== undefined;
  }

  #onDisk(stem: string, byPath?: ReadonlyMap<string, SourceFile>): string | undefined {
    const bare = stem.replace(/\.([cm]?)jsx?$/, "");
    const stems = bare === stem ? [stem] : [stem, bare];
    for (const each of stems)
      for (const path of [
        ...(/\.[cm]?[jt]sx?$/.test(each) ? [each] : []),
        ...extensions.flatMap((extension) => [each + extension, join(each, `index${extension}`)]),
      ])
        if (byPath?.has(path) || ts.sys.fileExists(path)) return path;
    return undefined;
  }

  #parse(path: string): compiler.SourceFile | undefined {
    if (!this.#parsed.has(path)) {
      const text = libs.get(path) ?? ts.sys.readFile(path);
      const parsing = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
      this.#parsed.set(path, text === undefined ? undefined : ts.createSourceFile(path, text, parsing, true));
    }
    return this.#parsed.get(path);
  }

  #absolute(file: string): string {
    return join(this.#scope.root, file).replaceAll("\\", "/");
  }
}

function compilerCache() {
  return ts.createModuleResolutionCache("/", (path) => path, options);
}

function moduleAt(path: string): compiler.ResolvedModuleFull {
  const extension = /\.d\.[cm]?ts$/.exec(path)?.[0] ?? /\.[cm]?[jt]sx?$/.exec(path)?.[0] ?? ".ts";
  return { resolvedFileName: path, extension, isExternalLibraryImport: false };
}

/** The package of a file, by its import name; undefined for a file of the repository. */
export function packageOf(path: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

/** Whether a file belongs to an installed package. */
export function inPackage(path: string): boolean {
  return path.includes("/node_modules/");
}

/** `@acme/db` of `@acme/db/client` */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The folder of a package of the same repository that `node_modules` links to. */
function linkedFolder(name: string, from: string): string | undefined {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (ts.sys.directoryExists(path)) {
      const real = ts.sys.realpath?.(path) ?? path;
      return inPackage(`${real}/`) ? undefined : real;
    }
    if (dirname(folder) === folder) return undefined;
  }
}
