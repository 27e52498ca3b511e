import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ts as compiler } from "@ts-morph/common";
import { attempt, isUnreadable } from "../../base/expected-errors.js";
import { versionFrom } from "../../base/files/installed.js";
import { ts } from "../ast/compiler.js";

/** A tsconfig and the files that are checked with it. */
export interface OwningConfig {
  readonly path: string;
  readonly parsed: compiler.ParsedCommandLine;
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Whether it extends a config that does not exist. */
  readonly isPartial: boolean;
}

export interface Owners {
  readonly configs: readonly OwningConfig[];
  /** Files without a tsconfig: JavaScript that none includes, or every file if there is none. */
  readonly without: readonly string[];
}

/**
 * Finds the tsconfig of each file: the nearest one that includes it, including `references` and other names such as `tsconfig.test.json`.
 * TypeScript files that none includes, usually seed scripts, are checked with the options of the nearest.
 *
 * @param files absolute paths, with `/`
 */
export function owningConfigs(files: readonly string[]): Owners {
  const configs = new Configs();
  const owned = new Map<string, string[]>();
  const without: string[] = [];
  for (const file of files) {
    const owner = configs.ownerOf(file);
    if (owner === undefined) without.push(file);
    else owned.set(owner, [...(owned.get(owner) ?? []), file]);
  }
  return {
    configs: [...owned].flatMap(([path, of]) => {
      const parsed = configs.parse(path);
      if (parsed === undefined) return [];
      return [{ path, parsed, files: of, isPartial: parsed.errors.some(({ code }) => code === notFound) }];
    }),
    without,
  };
}

/** The files of a folder's own tsconfig with the name of a model in code: `User`, `prisma.user`. */
export function filesNaming(folder: string, models: readonly string[]): readonly string[] {
  const names = models.flatMap((name) => [name, name.charAt(0).toLowerCase() + name.slice(1)]);
  const files = parse(join(folder, "tsconfig.json"))?.fileNames ?? [];
  return files.filter((file) => {
    const text = ts.sys.readFile(file) ?? "";
    return names.some((name) => text.includes(name));
  });
}

/** "File '{0}' not found", for an `extends`. */
const notFound = 6053;

/** Whether there is a tsconfig above any of these files. */
export function hasConfig(files: readonly string[]): boolean {
  const folders = new Set(files.flatMap(foldersAbove));
  return [...folders].some((folder) => namesIn(folder).some(isConfig));
}

const isConfig = (name: string) => /^tsconfig.*\.json$|^jsconfig\.json$/.test(name);

class Configs {
  readonly #parsed = new Map<string, compiler.ParsedCommandLine | undefined>();
  readonly #inFolder = new Map<string, readonly string[]>();
  readonly #included = new Map<string, ReadonlySet<string>>();

  ownerOf(file: string): string | undefined {
    let nearest: string | undefined;
    for (const folder of foldersAbove(file))
      for (const path of this.#of(folder)) {
        if (this.#includes(path, file)) return path;
        // A config that only references others has no options of its own.
        if (this.parse(path)?.fileNames.length) nearest ??= path;
      }
    return /\.[cm]?jsx?$/.test(file) ? undefined : nearest;
  }

  parse(path: string): compiler.ParsedCommandLine | undefined {
    if (!this.#parsed.has(path)) this.#parsed.set(path, parse(path));
    return this.#parsed.get(path);
  }

  /** The configs of a folder, and those that they reference, `tsconfig.json` first. */
  #of(folder: string): readonly string[] {
    const known = this.#inFolder.get(folder);
    if (known !== undefined) return known;
    const names = namesIn(folder).filter(isConfig);
    const rank = (name: string) => ["tsconfig.json", "jsconfig.json"].indexOf(name) >>> 0;
    const found = new Set<string>();
    const add = (path: string) => {
      if (found.has(path)) return;
      found.add(path);
      for (const reference of this.parse(path)?.projectReferences ?? [])
        add(ts.resolveProjectReferencePath(reference).replaceAll("\\", "/"));
    };
    for (const name of names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) add(`${folder}/${name}`);
    this.#inFolder.set(folder, [...found]);
    return [...found];
  }

  #includes(path: string, file: string): boolean {
    const known = this.#included.get(path) ?? new Set(this.parse(path)?.fileNames);
    this.#included.set(path, known);
    return known.has(file);
  }
}

/** Ignores errors in a config: the user's compiler may support options that this one does not. */
function parse(path: string): compiler.ParsedCommandLine | undefined {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  let parsed: compiler.ParsedCommandLine | undefined;
  try {
    parsed = ts.getParsedCommandLineOfConfigFile(path, {}, host);
  } catch {
    // The compiler throws errors of any class for values of unexpected types.
  }
  return parsed && { ...parsed, options: asChecked(parsed.options, versionFrom(dirname(path), "typescript")) };
}

/** The options for a check without output, with the defaults of the project's compiler version. */
function asChecked(options: compiler.CompilerOptions, version: string | undefined): compiler.CompilerOptions {
  const isOlder = version !== undefined && Number.parseInt(version, 10) < 6;
  return {
    ...options,
    ...(isOlder ? withOlderDefaults(options) : {}),
    noEmit: true,
    skipLibCheck: true,
    composite: false,
    incremental: false,
    declaration: false,
    // The compiler reports deprecated options for the config, which this check does not report.
    ignoreDeprecations: "6.0",
  };
}

const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
/** Modules that imply the target and the module resolution. */
const nodeTargets = new Map([
  [ModuleKind.Node16, ScriptTarget.ES2022],
  [ModuleKind.Node18, ScriptTarget.ES2022],
  [ModuleKind.Node20, ScriptTarget.ES2023],
  [ModuleKind.NodeNext, ScriptTarget.ESNext],
]);

/** TypeScript 6 changed these defaults, and 7 kept the new ones. Lockstep's compiler is version 6. */
function withOlderDefaults(options: compiler.CompilerOptions): compiler.CompilerOptions {
  // ES3 is 0.
  const target = options.target || (nodeTargets.get(options.module ?? ModuleKind.None) ?? ScriptTarget.ES5);
  const module = options.module ?? (target === ScriptTarget.ES5 ? ModuleKind.CommonJS : ModuleKind.ES2015);
  const isModern = nodeTargets.has(module) || module === ModuleKind.Preserve;
  const byModule = module === ModuleKind.CommonJS ? ModuleResolutionKind.Node10 : ModuleResolutionKind.Classic;
  const moduleResolution = options.moduleResolution ?? (isModern ? undefined : byModule);
  const esModuleInterop = options.esModuleInterop ?? isModern;
  return {
    strict: false,
    types: ["*"],
    noUncheckedSideEffectImports: false,
    allowSyntheticDefaultImports: esModuleInterop || moduleResolution === ModuleResolutionKind.Bundler,
    ...options,
    ...{ target, module, esModuleInterop, ...(moduleResolution === undefined ? {} : { moduleResolution }) },
  };
}

/** From the file's own folder up to the top of the repository, or of the disk. */
function foldersAbove(file: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); folders.at(-1) !== folder; folder = dirname(folder)) {
    folders.push(folder.replaceAll("\\", "/"));
    if (existsSync(join(folder, ".git"))) break;
  }
  return folders;
}

function namesIn(folder: string): string[] {
  return attempt(() => readdirSync(folder), isUnreadable) ?? [];
}
