import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { installClient } from "../installed-client.js";
import { type Case, type Files, schemasOf } from "./case.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const frameworks = fileURLToPath(new URL("../../scenarios/code/frameworks.d.ts", import.meta.url));

/** A project as it stands in one phase. */
export interface Snapshot {
  readonly about: Case;
  readonly files: Files;
}

export interface TypeProblem {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const compilerOptions: ts.CompilerOptions = {
  strict: true,
  noImplicitAny: false,
  useUnknownInCatchVariables: false,
  noEmit: true,
  skipLibCheck: true,
  allowJs: true,
  checkJs: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  jsx: ts.JsxEmit.Preserve,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ["node"],
};

/**
 * What `tsc` says of projects. All are one program, in which each has its own path aliases, workspaces and Prisma client:
 * what they share is read and bound once.
 */
export class TypeChecker {
  private readonly known = new Map<
    string,
    { readonly text: string | undefined; readonly ast: ts.SourceFile | undefined }
  >();
  private last: ts.Program | undefined;

  /** @param root a temporary folder; the checker writes into it */
  constructor(private readonly root: string) {
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  }

  /** The errors of each project. */
  async check(projects: readonly Snapshot[]): Promise<ReadonlyMap<string, readonly TypeProblem[]>> {
    const roots: string[] = [];
    for (const each of projects) roots.push(...(await this.write(each)));
    const program = ts.createProgram([...roots, frameworks], compilerOptions, this.host(projects), this.last);
    this.last = program;
    const found = new Map<string, TypeProblem[]>(projects.map(({ about }) => [about.name, []]));
    for (const root of roots) {
      const file = program.getSourceFile(root);
      if (file === undefined) continue;
      const name = root.slice(this.root.length + 1).split("/")[0] as string;
      const path = root.slice(this.root.length + name.length + 2);
      for (const each of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
        const line = file.getLineAndCharacterOfPosition(each.start ?? 0).line + 1;
        const message = ts.flattenDiagnosticMessageText(each.messageText, " ").replace(/\s+/g, " ");
        found.get(name)?.push({ file: path, line, text: `TS${each.code} ${message}`.replaceAll(`${this.root}/`, "") });
      }
    }
    return found;
  }

  private async write({ about, files }: Snapshot): Promise<string[]> {
    const folder = join(this.root, about.name);
    for (const { file, text } of files) put(join(folder, file), text);
    for (const schema of schemasOf(about)) await installClient(folder, schema);
    return files.flatMap(({ file }) => (/\.[cm]?[jt]sx?$/.test(file) ? [join(folder, file)] : []));
  }

  private host(projects: readonly Snapshot[]): ts.CompilerHost {
    const host = ts.createCompilerHost(compilerOptions);
    const cache = ts.createModuleResolutionCache(this.root, (name) => name, compilerOptions);
    const paths = new Map(projects.map(({ about }) => [about.name, pathsOf(about, join(this.root, about.name))]));
    const read = host.getSourceFile.bind(host);
    host.getCurrentDirectory = () => this.root;
    host.realpath = (path) => (path.startsWith(`${this.root}/node_modules`) ? path : (ts.sys.realpath?.(path) ?? path));
    host.getSourceFile = (name, ...rest) => {
      const isOurs = name.startsWith(this.root) && !name.startsWith(`${this.root}/node_modules`);
      const text = isOurs ? ts.sys.readFile(name) : undefined;
      const known = this.known.get(name);
      if (known !== undefined && known.text === text) return known.ast;
      const ast = read(name, ...rest);
      this.known.set(name, { text, ast });
      return ast;
    };
    host.resolveModuleNameLiterals = (literals, file) => {
      const own = paths.get(file.slice(this.root.length + 1).split("/")[0] as string);
      const isOurs = file.startsWith(this.root) && own !== undefined;
      const options = isOurs ? { ...compilerOptions, paths: own } : compilerOptions;
      return literals.map(({ text }) => {
        const { resolvedModule } = ts.resolveModuleName(text, file, options, host, isOurs ? undefined : cache);
        // Clients of one version in several projects would be taken for one and the same.
        if (isOurs) delete resolvedModule?.packageId;
        return { resolvedModule };
      });
    };
    return host;
  }
}

/** `paths` of the project's tsconfig.json and the packages of its workspaces, as absolute paths. */
function pathsOf({ input }: Case, folder: string): ts.MapLike<string[]> {
  const paths: Record<string, string[]> = {};
  for (const { file, text } of input) {
    const own = join(folder, dirname(file));
    if (file.endsWith("tsconfig.json")) {
      const { config } = ts.parseConfigFileTextToJson(file, text);
      const base = join(own, config?.compilerOptions?.baseUrl ?? ".");
      for (const [name, targets] of Object.entries<string[]>(config?.compilerOptions?.paths ?? {})) {
        paths[name] = targets.map((target) => join(base, target));
      }
    } else if (file.endsWith("/package.json")) {
      const { name, main = "index" } = JSON.parse(text);
      paths[name] = [join(own, main)];
    }
  }
  return paths;
}

function put(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
